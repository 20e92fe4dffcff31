"""Tests of what docs/reliability.md promises when something breaks, one file for each row."""
