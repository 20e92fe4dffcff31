"""Tests of what a reader meets: notebooks, editions, both scales, Colab, documents, commands."""
