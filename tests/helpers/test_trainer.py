"""The training itself, its checkpoints and its log."""

import math
from dataclasses import replace
from itertools import count
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


@pytest.mark.parametrize(("monitor", "best_epoch"), [("min val_loss", 0), ("max val_acc", 2)])
def test_last_checkpoint_is_the_last_epoch_even_when_it_is_not_the_best(
    args: ClassificationTrainArguments,
    dataset: ClassificationDataset,
    monitor: str,
    best_epoch: int,
) -> None:
    args = replace(args, epochs=3, batch_size=1_200, max_seq_length=16, monitor=monitor)
    trainer, task = get_trainer(args), ClassificationTask(tiny_model(), args)
    scores = count()  # as a loss worse from epoch to epoch, as an accuracy better
    task.on_validation_epoch_end = lambda: task.log(monitor.split()[1], float(next(scores)))
    task.validation_step = lambda batch, batch_idx: None
    loader = eval_dataloader(args, torch.utils.data.Subset(dataset, range(8)))
    trainer.fit(task, loader, loader)
    folder = Path(args.downstream_model_dir)
    assert sorted(path.name for path in folder.glob("*.ckpt")) == ["best.ckpt", "last.ckpt"]
    best, last = (read_checkpoint(folder / name) for name in ("best.ckpt", "last.ckpt"))
    assert (best["epoch"], last["epoch"]) == (best_epoch, 2)
    trained = task.model.classifier.weight.cpu()
    assert torch.equal(last["state_dict"]["model.classifier.weight"], trained)


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
