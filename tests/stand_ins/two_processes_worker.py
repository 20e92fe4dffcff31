"""What test_two_processes runs, in one process or, through torchrun, in two at once."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning import Callback
from torch import Tensor
from torch.utils.data import Sampler
from transformers import BertForSequenceClassification

from helpers import (
    ClassificationDataset,
    ClassificationTask,
    ClassificationTrainArguments,
    NsmcCorpus,
    fetch_corpus,
    get_trainer,
    load_tokenizer,
    make_dataloader,
    train_dataloader,
)
from tests.stand_ins.short_trainings import PowerCut
from tests.stand_ins.small_model import tiny_config


class Record(Callback):
    """Remembers of which reviews each batch was made."""

    def __init__(self, dataset: ClassificationDataset) -> None:
        # Reviews of the same pieces and label (the empty ones) share a number.
        self.number = {review_key(**dataset[index]): index for index in range(len(dataset))}
        self.reviews = [self.number[review_key(**item)] for item in dataset]
        self.batches: list[list[int]] = []

    def on_train_batch_start(self, trainer: Any, task: Any, batch: dict, batch_idx: int) -> None:
        rows = zip(*batch.values(), strict=True)
        self.batches.append(
            [self.number[review_key(ids[mask == 1], label)] for ids, mask, label in rows]
        )


def review_key(input_ids: Tensor, labels: Tensor) -> tuple[int, ...]:
    """Return what tells a review from others: its word pieces and its label."""
    return (*input_ids.tolist(), labels.item())


def model_without_dropout() -> BertForSequenceClassification:
    """A tiny network in float64, in which sums in another order differ by next to nothing."""
    torch.manual_seed(0)
    config = tiny_config(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return BertForSequenceClassification(config).double()


class Prescribed(Sampler[int]):
    """Reviews in an order that is given, epoch by epoch."""

    def __init__(self, epochs: list[list[int]]) -> None:
        self.length, self.epochs = len(epochs[0]), iter(epochs)

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[int]:
        return iter(next(self.epochs))


def train(
    folder: Path,
    settings: dict[str, Any],
    epochs: list[list[int]] | None = None,
    cut_at: int | None = None,
) -> None:
    """Train, and write into ``folder`` what each batch was made of, and the weights at the end."""
    args = ClassificationTrainArguments.for_scale(
        "mini",
        downstream_corpus_root_dir=folder,
        downstream_model_dir=folder / "checkpoints",
        accelerator="cpu",
        epochs=2,
        **settings,
    )
    fetch_corpus(args)
    dataset = ClassificationDataset(args, NsmcCorpus(), load_tokenizer(args), "train")
    loader = train_dataloader(args, dataset)
    if epochs is not None:
        loader = make_dataloader(args, dataset, Prescribed(epochs))
    trainer, record = get_trainer(args), Record(dataset)
    trainer.callbacks.extend([record, PowerCut(cut_at)])
    (folder / "reviews.json").write_text(json.dumps(record.reviews))
    model = model_without_dropout()
    trainer.fit(ClassificationTask(model, args), loader)
    (folder / f"batches-{trainer.global_rank}.json").write_text(json.dumps(record.batches))
    torch.save(model.state_dict(), folder / f"weights-{trainer.global_rank}.pt")


if __name__ == "__main__":
    train(Path(sys.argv[1]), **json.loads(sys.argv[2]))
