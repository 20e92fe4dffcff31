"""How fast the course's code is, beside the old package and transformers' Trainer."""
