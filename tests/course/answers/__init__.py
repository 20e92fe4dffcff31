"""Answers to the exercises, right and wrong ones, by lesson: ``lesson_01`` and so on."""
