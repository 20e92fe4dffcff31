"""A finished training, at which several files of tests look."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pytorch_lightning import Trainer
from torch.utils.data import DataLoader

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.corpus import NsmcCorpus
from helpers.data import ClassificationDataset, eval_dataloader, train_dataloader
from helpers.download import fetch_corpus
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer
from tests.stand_ins.small_model import small_tokenizer, tiny_model


@dataclass
class Run:
    args: ClassificationTrainArguments
    task: ClassificationTask
    trainer: Trainer
    val_loader: DataLoader

    def checkpoint(self, name: str) -> Path:
        return Path(self.args.downstream_model_dir) / name


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A training of a tiny model, two epochs of 1,200 reviews in batches of 64."""
    folder = tmp_path_factory.mktemp("run")
    args = ClassificationTrainArguments.for_scale(
        "mini",
        downstream_corpus_root_dir=folder / "Korpora",
        downstream_model_dir=folder / "checkpoints",
        batch_size=64,
        epochs=2,
    )
    fetch_corpus(args)
    train, val = (
        ClassificationDataset(args, NsmcCorpus(), small_tokenizer(), mode)
        for mode in ("train", "val")
    )
    set_seed(args)
    model = tiny_model()
    model.config.save_pretrained(folder / "tiny")
    args = replace(args, pretrained_model_name=folder / "tiny")
    task, trainer, val_loader = (
        ClassificationTask(model, args), get_trainer(args), eval_dataloader(args, val),
    )  # fmt: skip
    trainer.fit(task, train_dataloader(args, train), val_loader)
    return Run(args, task, trainer, val_loader)
