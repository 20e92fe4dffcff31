"""Short trainings of a tiny network, and ways to break them off."""

import hashlib
import signal
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest
import torch
from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import Callback
from torch.utils.data import Dataset
from transformers import BertForSequenceClassification

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.corpus import NsmcCorpus
from helpers.data import ClassificationDataset, eval_dataloader, train_dataloader
from helpers.download import fetch_corpus
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer
from tests.stand_ins.small_model import small_tokenizer, tiny_config

SHORT = {"epochs": 2, "batch_size": 16, "save_every_n_steps": 2, "accelerator": "cpu"}


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


@dataclass(frozen=True)
class ShortTraining:
    """A training that may be run again, as it is or with other settings or reviews."""

    args: ClassificationTrainArguments
    reviews: Dataset
    val: Dataset | None = None

    @property
    def last(self) -> Path:
        """The checkpoint that it goes on from."""
        return Path(self.args.downstream_model_dir) / "last.ckpt"

    def with_settings(self, **changes: Any) -> Self:
        return replace(self, args=replace(self.args, **changes))

    def run(self, *callbacks: Callback) -> tuple[ClassificationTask, Trainer]:
        set_seed(self.args)
        network = BertForSequenceClassification(tiny_config(num_labels=4))
        task, trainer = ClassificationTask(network, self.args), get_trainer(self.args)
        trainer.callbacks.extend(callbacks)
        val = eval_dataloader(self.args, self.val) if self.val else None
        trainer.fit(task, train_dataloader(self.args, self.reviews), val)
        return task, trainer

    def lose_power(self, step: int) -> None:
        """Train, and lose the power after ``step``."""
        with pytest.raises(InterruptedError):
            self.run(PowerCut(step))


def bundled_reviews(
    args: ClassificationTrainArguments,
) -> tuple[ClassificationDataset, ClassificationDataset]:
    """Return the train and the val part of the bundled corpus, tokenized."""
    fetch_corpus(args)
    corpus, tokenizer = NsmcCorpus(), small_tokenizer()
    return (
        ClassificationDataset(args, corpus, tokenizer, "train"),
        ClassificationDataset(args, corpus, tokenizer, "val"),
    )


def digest(model: torch.nn.Module) -> str:
    """Return a text that is the same for the same weights, and for them alone."""
    weights = (weight.detach().numpy().tobytes() for weight in model.parameters())
    return hashlib.sha256(b"".join(weights)).hexdigest()
