"""Checkpoints: which one is the best, loading it back, and files that are up to no good."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from helpers.arguments import ClassificationTrainArguments
from helpers.checkpoints import load_fine_tuned, read_checkpoint
from helpers.data import eval_dataloader
from helpers.scales import FINE_TUNED
from tests.helpers.conftest import Run


def test_nothing_was_trained(args: ClassificationTrainArguments) -> None:
    path = Path(args.downstream_model_dir) / "best.ckpt"
    with pytest.raises(FileNotFoundError, match=r"no checkpoint .*best.ckpt: train .*lesson 7"):
        load_fine_tuned(path, args)


def test_loaded_weights_are_the_trained_ones(run: Run) -> None:
    loaded = load_fine_tuned(run.checkpoint("last.ckpt"), run.args, num_labels=4)
    assert not any(module.training for module in loaded.modules())
    for mine, theirs in zip(loaded.parameters(), run.task.model.parameters(), strict=True):
        assert torch.equal(mine, theirs.cpu())


def test_the_best_answers_as_it_did_in_training_and_has_nothing_but_weights(run: Run) -> None:
    (batch,) = eval_dataloader(replace(run.args, batch_size=300), run.val)
    with torch.no_grad():
        loss = load_fine_tuned(run.checkpoint("best.ckpt"), run.args, num_labels=4)(**batch).loss
    noted = run.trainer.checkpoint_callback.best_model_score
    assert loss.item() == pytest.approx(noted.item(), abs=1e-5)
    assert "optimizer_states" not in read_checkpoint(run.checkpoint("best.ckpt"))


def test_settings_of_another_network(run: Run, args: ClassificationTrainArguments) -> None:
    with pytest.raises(ValueError, match=r"holds other weights than .*mini-bert"):
        load_fine_tuned(run.checkpoint("best.ckpt"), args)
    with pytest.raises(ValueError, match="with num_labels=3 has"):
        load_fine_tuned(run.checkpoint("best.ckpt"), run.args, num_labels=3)


class Trap:
    """Pickled, it makes whoever unpickles it create a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.path),)


def test_code_in_a_file_is_refused_and_does_not_run(run: Run, tmp_path: Path) -> None:
    path, sprung = tmp_path / "trap.ckpt", tmp_path / "sprung"
    torch.save(read_checkpoint(run.checkpoint("best.ckpt")) | {"extra": Trap(sprung)}, path)
    with pytest.raises(ValueError) as caught:
        load_fine_tuned(path, run.args)
    assert str(caught.value) == (
        f"{path} was not loaded: it is damaged, or it holds more than numbers and plain values, "
        "and then loading could run code. Copy it again from where it was trained, or train anew."
    )
    assert not sprung.exists()
    torch.load(path, weights_only=False)
    assert sprung.exists(), "the trap of this test is none"


def test_the_bundled_checkpoint_is_small_and_answers_in_32_bits(
    args: ClassificationTrainArguments,
) -> None:
    assert FINE_TUNED.stat().st_size <= 6_000_000
    model = load_fine_tuned(args.fine_tuned_checkpoint, args)
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
