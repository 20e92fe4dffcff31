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

TRAINING = ("train(", "fine_tune(", ".fit(", ".step()")
STORED = "epoch 1/4  train_loss 0.60  val_acc 0.81\np = 0.97  positive, 12 of 300 (74%)\n"


@pytest.mark.parametrize(
    ("stored", "new", "may_differ"),
    [
        ("0.60", "0.61", True),
        ("74%", "75%", True),
        ("12 of 300", "13 of 300", True),
        ("0.60", "0.66", False),
        ("0.60", "nan", False),
        ("0.60", "-0.60", False),
        ("12 of 300", "15 of 300", False),
        ("epoch 1/4", "epoch 2/4", False),
        ("positive", "negative", False),
        ("p = 0.97  positive, 12 of 300 (74%)\n", "", False),
    ],
)
def test_only_last_digits_may_differ(stored: str, new: str, may_differ: bool) -> None:
    assert stored in STORED
    assert agree(STORED, STORED.replace(stored, new)) == may_differ


def test_nbval_allows_a_tolerance_in_trained_cells_alone(tmp_path: Path) -> None:
    notebook = new_notebook()
    for tags in (["trained"], []):
        cell = new_code_cell("print('loss 0.60')", execution_count=1, metadata={"tags": tags})
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="loss 0.61\n")]
        notebook.cells.append(cell)
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    nbval = [sys.executable, "-m", "pytest", "-p", "tests.course.tolerance", "--nbval"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(nbval, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "1 failed, 1 passed" in run.stdout and "Cell 1" in run.stdout, run.stdout


@pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: path.stem)
def test_only_notebooks_that_train_have_a_tolerance(path: Path) -> None:
    trains = False
    for cell in Notebook(path).code_cells:
        trains |= any(call in cell.source for call in TRAINING)
        assert trains or "trained" not in cell.metadata.get("tags", []), cell.source
