"""The training itself, its checkpoints and its log."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from helpers.arguments import ClassificationTrainArguments
from helpers.checkpoints import read_checkpoint
from helpers.data import ClassificationDataset, eval_dataloader, train_dataloader
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer, read_log
from tests.helpers.conftest import Run
from tests.stand_ins.small_model import tiny_model


def test_log_has_losses_and_accuracies(run: Run) -> None:
    log = read_log(run.trainer)
    assert {name: len(values) for name, values in log.items()} == {
        "learning_rate": 38, "train_loss_step": 38, "train_loss_epoch": 2, "train_acc": 2,
        "val_loss": 2, "val_acc": 2,
    }  # fmt: skip
    assert log["train_loss_step"][0] == (0, pytest.approx(math.log(4), abs=0.05))


def test_what_is_kept_is_the_last_epoch(run: Run) -> None:
    folder = Path(run.args.downstream_model_dir)
    assert [path.name for path in folder.glob("*.ckpt")] == ["last.ckpt"]
    last = read_checkpoint(folder / "last.ckpt")
    assert last["epoch"] == run.args.epochs - 1
    trained = run.task.model.classifier.weight.cpu()
    assert torch.equal(last["state_dict"]["model.classifier.weight"], trained)


def test_without_validation_the_last_epoch_is_kept_as_well(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    args = replace(args, epochs=1, max_seq_length=16)
    few = eval_dataloader(args, torch.utils.data.Subset(dataset, range(8)))
    get_trainer(args).fit(ClassificationTask(tiny_model(), args), few)
    assert read_checkpoint(Path(args.downstream_model_dir) / "last.ckpt")["global_step"] == 1


def test_the_precision_reaches_the_trainer(args: ClassificationTrainArguments) -> None:
    half = get_trainer(replace(args, accelerator="cpu", precision="bf16-mixed"))
    assert half.precision == "bf16-mixed"


def test_test_mode_writes_nothing(
    args: ClassificationTrainArguments,
    dataset: ClassificationDataset,
    capfd: pytest.CaptureFixture[str],
) -> None:
    args = replace(args, test_mode=True)
    trainer = get_trainer(args)
    trainer.fit(ClassificationTask(tiny_model(), args), train_dataloader(args, dataset))
    assert trainer.global_step == 1
    assert not any(path.is_file() for path in Path(args.downstream_model_dir).rglob("*"))
    assert "epoch 1/1  train_loss 0.6" in capfd.readouterr().out
