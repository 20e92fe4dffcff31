"""What the comparison of trained cells lets through, and what not; in a notebook of its own."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.conftest import ROOT
from tests.course.notebooks import ALL_PATHS, Notebook
from tests.course.tolerance import agree

STORED = "epoch 1/4  train_loss 0.60  val_acc 0.81\np = 0.97  positive, 12 of 300 (74%)\n"


@pytest.mark.parametrize(
    "change",
    [
        ("0.60", "0.61"),
        ("0.81", "0.80"),
        ("74%", "75%"),
        ("12 of 300", "13 of 300"),
    ],
)
def test_last_digits_may_differ(change: tuple[str, str]) -> None:
    assert agree(STORED, STORED.replace(*change))


@pytest.mark.parametrize(
    "change",
    [
        ("0.60", "0.66"),  # a tampered loss
        ("0.60", "1.60"),
        ("0.81", "0.18"),
        ("0.81", "81%"),
        ("positive", "negative"),  # a swapped label
        ("p = 0.97  positive, 12 of 300 (74%)\n", ""),  # a missing line
        ("epoch 1/4", "epoch 2/4"),
        ("12 of 300", "12 of 301"),
        ("12 of 300", "15 of 300"),
        ("74%", "64%"),
        ("0.60", "nan"),
        ("0.60", "-0.60"),
    ],
)
def test_anything_else_must_not(change: tuple[str, str]) -> None:
    assert STORED.replace(*change) != STORED
    assert not agree(STORED, STORED.replace(*change))


def test_nbval_allows_a_tolerance_in_trained_cells_alone(tmp_path: Path) -> None:
    notebook = new_notebook()
    for tags in (["trained"], []):
        cell = new_code_cell("print('loss 0.60')", execution_count=1, metadata={"tags": tags})
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="loss 0.61\n")]
        notebook.cells.append(cell)
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.course.tolerance", "--nbval"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [*command, "lesson.ipynb"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert "1 failed, 1 passed" in run.stdout and "Cell 1" in run.stdout, run.stdout


@pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: path.stem)
def test_only_notebooks_that_train_have_a_tolerance(path: Path) -> None:
    training = ("train(", ".fit(", "optimizer.step()")
    cells = Notebook(path).code_cells
    first = next((n for n, c in enumerate(cells) if any(t in c.source for t in training)), None)
    trained = [n for n, c in enumerate(cells) if "trained" in c.metadata.get("tags", [])]
    assert not trained or (first is not None and min(trained) >= first)
