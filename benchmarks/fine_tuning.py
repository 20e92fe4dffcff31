"""What the benchmarks on accuracy share: one fine-tuning, measured on NSMC's whole test file."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytorch_lightning
import torch
import transformers
from pytorch_lightning import Trainer
from torch.utils.data import StackDataset
from transformers import BertForSequenceClassification, set_seed
from transformers.trainer_pt_utils import LengthGroupedSampler

from helpers import (
    ClassificationTask,
    ClassificationTrainArguments,
    eval_dataloader,
    load_model,
    load_tokenizer,
    make_dataloader,
)
from helpers.corpus import ClassificationExample
from helpers.encoding import encode_reviews
from helpers.support.machine import quiet_lightning
from helpers.trainer import MAX_GRADIENT_NORM

EVAL_BATCH_SIZE = 256


@dataclass(frozen=True)
class Run:
    """What tells one fine-tuning from another."""

    model: str
    start: str  # "pretrained" or "random"
    labels: int
    seed: int
    epochs: int
    learning_rate: float


def encode(
    examples: list[ClassificationExample], args: ClassificationTrainArguments
) -> StackDataset:
    """Return the same items as a ClassificationDataset, for any list of examples."""
    texts = [example.text for example in examples]
    input_ids, _ = encode_reviews(texts, load_tokenizer(args), args.max_seq_length)
    labels = torch.tensor([example.label for example in examples])
    return StackDataset(input_ids=[torch.tensor(ids) for ids in input_ids], labels=labels)


def new_model(args: ClassificationTrainArguments, start: str) -> BertForSequenceClassification:
    """Load the pretrained model, or build the same network with random weights."""
    set_seed(args.seed)
    model = load_model(args)
    return model if start == "pretrained" else BertForSequenceClassification(model.config)


def fine_tune(
    model: BertForSequenceClassification,
    train: StackDataset,
    test: StackDataset,
    args: ClassificationTrainArguments,
) -> float:
    """Fine-tune on ``train``; return the accuracy of the last weights on ``test``."""
    quiet_lightning()
    trainer = Trainer(
        max_epochs=args.epochs,
        accelerator=args.accelerator,
        devices=1,
        precision=args.precision,
        gradient_clip_val=MAX_GRADIENT_NORM,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    task = ClassificationTask(model, args)
    lengths = [len(ids) for ids in train.datasets["input_ids"]]
    sampler = LengthGroupedSampler(args.batch_size, lengths=lengths)
    trainer.fit(task, make_dataloader(args, train, sampler))
    test_loader = eval_dataloader(replace(args, batch_size=EVAL_BATCH_SIZE), test)
    return trainer.validate(task, test_loader, verbose=False)[0]["val_acc"]


def measure(
    run: Run, train: StackDataset, test: StackDataset, args: ClassificationTrainArguments
) -> dict[str, Any]:
    """Do one run; return it with its accuracy, its seconds and the versions it was done with."""
    began = time.monotonic()
    args = replace(args, epochs=run.epochs, seed=run.seed, learning_rate=run.learning_rate)
    accuracy = fine_tune(new_model(args, run.start), train, test, args)
    return asdict(run) | {
        "test_reviews": len(test),
        "accuracy": round(accuracy, 4),
        "seconds": round(time.monotonic() - began),
        "torch": torch.__version__.split("+")[0],
        "transformers": transformers.__version__,
        "pytorch_lightning": pytorch_lightning.__version__,
    }


def finished(results: Path) -> list[dict[str, Any]]:
    """Return the runs that were done before."""
    if not results.exists():
        return []
    return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]


def add_run(results: Path, run: dict[str, Any]) -> None:
    """Add a run to the results, as a line that ``finished`` reads."""
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(run) + "\n")


def measure_missing(
    runs: Iterable[Run],
    draw: Callable[[Run], list[ClassificationExample]],
    test: list[ClassificationExample],
    args: ClassificationTrainArguments,
    results: Path,
) -> None:
    """Do the runs that are not in the results yet, and add each as a line as soon as it is done."""
    done = finished(results)
    missing = [run for run in runs if not any(asdict(run).items() <= one.items() for one in done)]
    if not missing:
        return
    by_length = sorted(test, key=lambda example: len(example.text))  # so that little is padded
    encoded_test = encode(by_length, args)
    for run in missing:
        result = measure(run, encode(draw(run), args), encoded_test, args)
        add_run(results, result)
        print(
            f"{run.labels:,} labels, seed {run.seed}, {run.start}: {result['accuracy']}", flush=True
        )
