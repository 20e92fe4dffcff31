"""Short trainings of a tiny network, and ways to break them off."""

import signal
from itertools import count
from typing import Any

import pytest
from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import Callback
from torch.utils.data import DataLoader, Dataset, RandomSampler
from transformers import BertForSequenceClassification

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.data import data_collator, eval_dataloader
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer
from tests.stand_ins.small_model import tiny_config


class PowerCut(Callback):
    """Stops the training with an error after a step, if ``step`` names one."""

    def __init__(self, step: int | None) -> None:
        self.step = step

    def on_train_batch_end(self, trainer: Trainer, task: LightningModule, *_: Any) -> None:
        if trainer.global_step == self.step:
            raise InterruptedError("the power is gone")


class CtrlC(Callback):
    """Interrupts the training in the n-th call of one of Lightning's hooks, once or more often."""

    def __init__(self, hook: str, call: int = 1, times: int = 1) -> None:
        calls = count(1)

        def press(*_: Any) -> None:
            if next(calls) == call:
                for _ in range(times):
                    signal.raise_signal(signal.SIGINT)

        setattr(self, hook, press)


def train(
    args: ClassificationTrainArguments,
    reviews: Dataset,
    *callbacks: Callback,
    val: Dataset | None = None,
) -> tuple[ClassificationTask, Trainer]:
    """Train with the plain data loader of the course's listings."""
    set_seed(args)
    network = BertForSequenceClassification(tiny_config(num_labels=4))
    task, trainer = ClassificationTask(network, args), get_trainer(args)
    trainer.callbacks.extend(callbacks)
    sampler = RandomSampler(reviews, replacement=False)
    loader = DataLoader(reviews, args.batch_size, sampler, collate_fn=data_collator)
    trainer.fit(task, loader, eval_dataloader(args, val) if val else None)
    return task, trainer


def train_until(
    step: int,
    args: ClassificationTrainArguments,
    reviews: Dataset,
    val: Dataset | None = None,
) -> None:
    """Train, and lose the power after ``step``."""
    with pytest.raises(InterruptedError):
        train(args, reviews, PowerCut(step), val=val)
