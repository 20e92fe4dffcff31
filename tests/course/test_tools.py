"""The commands behind `make run` and `make refresh`."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import lessons


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one lesson of a course, which has a scale and a score."""
    monkeypatch.setattr(lessons, "ROOT", tmp_path)
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    monkeypatch.setattr(lessons, "EXECUTED", tmp_path / "executed")
    notebook = new_notebook(metadata={"widgets": {"state": {}}})
    notebook.cells = [
        new_code_cell('SCALE = "mini"  # @param', metadata={"tags": ["parameters"]}),
        new_code_cell('print(SCALE, "scored")', metadata={"tags": ["scores"]}),
    ]
    nbformat.write(notebook, tmp_path / "03_example.ipynb")
    return tmp_path / "03_example.ipynb"


def test_run_prints_progress_scores_and_place(
    lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lessons.run("full")
    out = capsys.readouterr().out
    assert "[1/1] 03_example …" in out
    assert "03_example: full scored" in out
    assert "Executed copies: executed/" in out
    copy = nbformat.read(lessons.EXECUTED / lesson.name, as_version=4)
    assert copy.cells[0].source == 'SCALE = "full"  # @param'
    assert copy.cells[1].outputs[0].text == "full scored\n"


def test_a_failing_lesson_fails_the_run_and_leaves_its_copy(lesson: Path) -> None:
    lesson.write_text(lesson.read_text().replace("print(", "1 / 0, print("))
    with pytest.raises(Exception, match="ZeroDivisionError"):
        lessons.run("mini")
    assert (lessons.EXECUTED / lesson.name).is_file()
