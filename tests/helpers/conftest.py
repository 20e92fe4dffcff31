"""A finished training, at which several files of tests look."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from pytorch_lightning import Trainer

from helpers.arguments import ClassificationTrainArguments
from helpers.data import ClassificationDataset
from helpers.task import ClassificationTask
from tests.stand_ins.short_trainings import ShortTraining, bundled_reviews
from tests.stand_ins.small_model import tiny_config


@dataclass
class Run:
    args: ClassificationTrainArguments
    val: ClassificationDataset
    task: ClassificationTask
    trainer: Trainer

    def checkpoint(self, name: str) -> Path:
        return Path(self.args.downstream_model_dir) / name


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A training of a tiny model with four labels, two epochs of 1,200 reviews in 19 batches."""
    folder = tmp_path_factory.mktemp("run")
    tiny_config(num_labels=4).save_pretrained(folder / "tiny")
    args = ClassificationTrainArguments.for_scale(
        "mini",
        pretrained_model_name=folder / "tiny",
        downstream_corpus_root_dir=folder / "Korpora",
        downstream_model_dir=folder / "checkpoints",
        batch_size=64,
        epochs=2,
    )
    reviews, val = bundled_reviews(args)
    return Run(args, val, *ShortTraining(args, reviews, val).run())
