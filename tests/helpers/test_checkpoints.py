"""Checkpoints: loading one back, and refusing another network's."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from helpers.arguments import ClassificationTrainArguments
from helpers.checkpoints import load_fine_tuned, read_checkpoint
from helpers.data import eval_dataloader
from helpers.scales import FINE_TUNED
from helpers.trainer import read_log
from tests.helpers.conftest import Run


def test_nothing_was_trained(args: ClassificationTrainArguments) -> None:
    path = Path(args.downstream_model_dir) / "last.ckpt"
    with pytest.raises(FileNotFoundError, match=r"no checkpoint .*last.ckpt: train .*lesson 7"):
        load_fine_tuned(path, args)


def test_loaded_weights_are_the_trained_ones(run: Run) -> None:
    loaded = load_fine_tuned(run.checkpoint("last.ckpt"), run.args, num_labels=4)
    assert not any(module.training for module in loaded.modules())
    for mine, theirs in zip(loaded.parameters(), run.task.model.parameters(), strict=True):
        assert torch.equal(mine, theirs.cpu())


def test_loaded_weights_answer_as_they_did_in_training(run: Run) -> None:
    (batch,) = eval_dataloader(replace(run.args, batch_size=300), run.val)
    with torch.no_grad():
        loss = load_fine_tuned(run.checkpoint("last.ckpt"), run.args, num_labels=4)(**batch).loss
    _, noted = read_log(run.trainer)["val_loss"][-1]
    assert loss.item() == pytest.approx(noted, abs=1e-5)


def test_settings_of_another_network(run: Run, args: ClassificationTrainArguments) -> None:
    with pytest.raises(ValueError, match=r"holds other weights than .*mini-bert"):
        load_fine_tuned(run.checkpoint("last.ckpt"), args)
    with pytest.raises(ValueError, match="with 3 labels has"):
        load_fine_tuned(run.checkpoint("last.ckpt"), run.args, num_labels=3)


def test_the_bundled_checkpoint_is_the_last_epoch_small_and_answers_in_32_bits(
    args: ClassificationTrainArguments,
) -> None:
    assert FINE_TUNED.stat().st_size <= 6_000_000
    assert read_checkpoint(FINE_TUNED)["epoch"] + 1 == args.epochs
    model = load_fine_tuned(args.fine_tuned_checkpoint, args)
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
