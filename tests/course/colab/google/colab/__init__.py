"""A stand-in for Colab's own package: libraries look at the name of its shell's class."""
