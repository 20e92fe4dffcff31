"""Check cells praise right answers in whatever form, and no wrong one."""

from importlib import import_module
from pathlib import Path

import matplotlib
import pytest

from tests.course.exercises import Answers, exercises, verdict
from tests.course.notebooks import SOLUTION_PATHS, Notebook


@pytest.mark.parametrize("path", SOLUTION_PATHS, ids=lambda path: path.stem[:2])
def test_checks_tell_right_answers_from_wrong_ones(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    answers: list[Answers] = import_module(f"tests.course.answers.lesson_{path.stem[:2]}").ANSWERS
    found: list[str] = []
    for (names, check), given in zip(exercises(Notebook(path)), answers, strict=True):
        assert len(set(given.right)) >= 3 and len(set(given.wrong)) >= 4
        for sign, cells in (("✅", given.right), ("❌", given.wrong)):
            verdicts = {cell: verdict(names, cell, check) for cell in cells}
            found += [f"{sign}?\n{c}\n{said}" for c, said in verdicts.items() if said[0] != sign]
    assert not found, "\n".join(found)
