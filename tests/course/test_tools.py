"""The commands behind `make run` and `make refresh`."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import lessons


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    return new_notebook(
        cells=[
            new_code_cell('SCALE = "mini"  # @param', metadata={"tags": ["parameters"]}),
            new_markdown_cell("A text."),
            new_code_cell('print(SCALE, "scored")', metadata={"tags": ["scores"]}),
        ]
    )


def test_scale_is_changed_in_its_cell_alone(notebook: nbformat.NotebookNode) -> None:
    lessons.set_scale(notebook, "full")
    assert notebook.cells[0].source == 'SCALE = "full"  # @param'
    with pytest.raises(ValueError, match="does not contain"):
        lessons.set_scale(notebook, "mini")


def test_run_prints_progress_scores_and_place(
    notebook: nbformat.NotebookNode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(lessons, "ROOT", tmp_path)
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    monkeypatch.setattr(lessons, "EXECUTED", tmp_path / "executed")
    nbformat.write(notebook, tmp_path / "03_example.ipynb")
    lessons.run("full")
    out = capsys.readouterr().out
    assert "[1/1] 03_example …" in out
    assert "03_example: full scored" in out
    assert "Executed copies: executed/" in out
    copy = nbformat.read(tmp_path / "executed" / "03_example.ipynb", as_version=4)
    assert copy.cells[2].outputs[0].text == "full scored\n"


def test_a_failing_lesson_fails_the_run_and_leaves_its_copy(
    notebook: nbformat.NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    monkeypatch.setattr(lessons, "EXECUTED", tmp_path / "executed")
    notebook.cells[2].source = "1 / 0"
    nbformat.write(notebook, tmp_path / "03_example.ipynb")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        lessons.run("mini")
    assert (tmp_path / "executed" / "03_example.ipynb").is_file()


def test_refresh_stores_outputs_and_no_timings(
    notebook: nbformat.NotebookNode, tmp_path: Path
) -> None:
    path = tmp_path / "03_example.ipynb"
    notebook.metadata["widgets"] = {"state": {}}
    nbformat.write(notebook, path)
    lessons.refresh([path])
    stored = nbformat.read(path, as_version=4)
    assert stored.cells[2].outputs[0].text == "mini scored\n"
    assert set(stored.metadata) == {"kernelspec", "language_info"}
    assert "execution" not in stored.cells[2].metadata
