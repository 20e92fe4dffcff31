"""Tests of what the README promises when something breaks, one file for each row."""
