"""Every lesson with its one cell changed to "full": the hub's real client, Korpora's real download.

The hub and the corpus' host stand on 127.0.0.1 and serve a tiny model and a small corpus.
"""

from pathlib import Path

import nbformat
import pytest
import torch
from transformers import BertForSequenceClassification

from tests.course.notebooks import FURTHER_PATHS, LESSON_PATHS, printed
from tests.stand_ins.servers import FileServer
from tools.lessons import execute, set_scale

NEED_A_TRAINED_MODEL = ("08_evaluation", "09_inference", "how_far_to_trust_a_number")


def as_lesson_7_leaves_it(path: Path, model_folder: Path) -> None:
    """Write a checkpoint with a network's weights, as lesson 8 loads them."""
    weights = BertForSequenceClassification.from_pretrained(model_folder).state_dict()
    path.parent.mkdir(parents=True)
    torch.save({"epoch": 0, "state_dict": {f"model.{n}": w for n, w in weights.items()}}, path)


@pytest.mark.parametrize("path", LESSON_PATHS + FURTHER_PATHS, ids=lambda path: path.stem)
def test_lesson_runs(
    path: Path,
    full_scale_environment: dict[str, str],
    hub: FileServer,
    kcbert_like: Path,
    corpus_host: FileServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in full_scale_environment.items():
        monkeypatch.setenv(name, value)
    if path.stem in NEED_A_TRAINED_MODEL:
        as_lesson_7_leaves_it(tmp_path / "checkpoints/07/full/last.ckpt", kcbert_like)
    notebook = nbformat.read(path, as_version=4)
    set_scale(notebook, "full")
    execute(notebook, tmp_path)
    assert not any("❌" in printed(cell) for cell in notebook.cells if cell.cell_type == "code")
    if path.stem[:2] != "03":  # which computes nothing with model or corpus
        assert hub.requests or corpus_host.requests
