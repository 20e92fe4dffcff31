"""What test_two_processes runs, in one process or, through torchrun, in two at once."""

import json
import sys
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning import Callback
from torch.utils.data import Subset
from transformers import BertForSequenceClassification

from helpers import (
    ClassificationDataset,
    ClassificationTask,
    ClassificationTrainArguments,
    eval_dataloader,
    get_trainer,
    train_dataloader,
)
from tests.stand_ins.short_trainings import PowerCut, bundled_reviews
from tests.stand_ins.small_model import tiny_config

NUM_REVIEWS, FIRST = 1_200, 5  # the word piece by which the first review is known


class Record(Callback):
    """Remembers of which reviews each batch was made."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def on_train_batch_start(self, trainer: Any, task: Any, batch: dict, batch_idx: int) -> None:
        self.batches.append((batch["input_ids"][:, 1] - FIRST).tolist())


def numbered_reviews(args: ClassificationTrainArguments) -> ClassificationDataset:
    """The bundled reviews, each with a word piece of its own in place of its text."""
    dataset, _ = bundled_reviews(args)
    lengths = enumerate(map(len, dataset.input_ids))
    dataset.input_ids = [[2, FIRST + n, *[4] * (length - 3), 3] for n, length in lengths]
    return dataset


def model_without_dropout() -> BertForSequenceClassification:
    """A tiny network in float64, in which sums in another order differ by next to nothing."""
    torch.manual_seed(0)
    config = tiny_config(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return BertForSequenceClassification(config).double()


def train(
    folder: Path,
    settings: dict[str, Any],
    order: list[int] | None = None,
    cut_at: int | None = None,
) -> None:
    """Train, and write into ``folder`` what each batch was made of, and the weights at the end."""
    places = {"downstream_corpus_root_dir": folder, "downstream_model_dir": folder / "checkpoints"}
    plain = {"accelerator": "cpu", "epochs": 2}
    args = ClassificationTrainArguments.for_scale("mini", **places, **plain | settings)
    dataset = numbered_reviews(args)
    loader = train_dataloader(args, dataset)
    if order is not None:
        loader = eval_dataloader(args, Subset(dataset, order))
    trainer, record, model = get_trainer(args), Record(), model_without_dropout()
    trainer.callbacks.extend([record, PowerCut(cut_at)])
    trainer.fit(ClassificationTask(model, args), loader)
    (folder / f"batches-{trainer.global_rank}.json").write_text(json.dumps(record.batches))
    torch.save(model.state_dict(), folder / f"weights-{trainer.global_rank}.pt")


if __name__ == "__main__":
    train(Path(sys.argv[1]), **json.loads(sys.argv[2]))
