"""Tests of the helpers, one file for each module."""
