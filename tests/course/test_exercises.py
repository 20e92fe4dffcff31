"""Check cells praise right answers in whatever form, and no wrong one."""

from importlib import import_module
from pathlib import Path

import matplotlib
import pytest

from tests.course.exercises import Answers, exercises
from tests.course.notebooks import SOLUTION_PATHS, Notebook


@pytest.mark.parametrize("path", SOLUTION_PATHS, ids=lambda path: path.stem[:2])
def test_checks_tell_right_answers_from_wrong_ones(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    answers: list[Answers] = import_module(f"tests.course.answers.lesson_{path.stem[:2]}").ANSWERS
    found: list[str] = []
    for number, (exercise, given) in enumerate(
        zip(exercises(Notebook(path)), answers, strict=True), start=1
    ):
        assert len(set(given.right)) >= 3 and len(set(given.wrong)) >= 4
        for sign, codes in (("✅", given.right), ("❌", given.wrong)):
            for code in codes:
                verdict = exercise.verdict(code)
                if f"\n{sign}" not in f"\n{verdict}":  # an answer may print something first
                    found.append(f"exercise {number}, {sign} expected of:\n{code}\n{verdict}")
    assert not found, "\n".join(found)
