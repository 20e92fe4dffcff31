"""The old package at work, as its notebooks used it. Runs in the environment of old_package.py."""

import csv
from argparse import Namespace
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.speed.workers.common import (
    StepClock,
    Stopwatch,
    answer,
    lightning_callback,
    peak_mb,
)


def prepare(corpus: str, model: str) -> dict[str, Any]:
    """Read and tokenize the train file."""
    import torch  # noqa: F401  (part of what the imports need)
    from ratsnlp.nlpbook.classification import ClassificationDataset, NsmcCorpus
    from transformers import BertTokenizer

    args, imported = old_arguments(corpus, model), peak_mb()
    tokenizer = BertTokenizer.from_pretrained(model, do_lower_case=False)
    with Stopwatch() as watch:
        dataset = ClassificationDataset(args, tokenizer, NsmcCorpus(), "train")
    peak = peak_mb()
    return {
        "seconds": watch.seconds,
        "rows": len(dataset),
        "peak_mb": peak,
        "above_imports_mb": peak - imported,
    }


def train(
    corpus: str, model: str, weights: str, seed: int, most_rows: int, grouped: bool, **changes: Any
) -> dict[str, Any]:
    """Train as listings 1-3 to 1-6 do, on ``most_rows`` rows or fewer; nothing is saved.

    ``grouped`` changes nothing here: the order is random, and every row is padded to 128.
    """
    import torch
    from ratsnlp.nlpbook import get_trainer
    from ratsnlp.nlpbook.classification import ClassificationTask
    from transformers import BertForSequenceClassification

    torch.manual_seed(seed)
    args = old_arguments(corpus, model, **changes)
    loader = old_loader(args, most_rows)
    network = BertForSequenceClassification.from_pretrained(model)
    trainer, clock = get_trainer(args), StepClock()
    trainer.callbacks[:] = [lightning_callback(clock)]
    trainer.fit(ClassificationTask(network, args), train_dataloaders=loader)
    torch.save(network.state_dict(), weights)
    lengths = [sum(features.attention_mask) for features in loader.dataset]
    return clock.measured(lengths, args.epochs)


def predict(reviews: str, number: int, model: str) -> dict[str, Any]:
    """Ask about one review after the other, each padded to 128, as the old inference_fn did."""
    import torch
    from transformers import BertForSequenceClassification, BertTokenizer

    tokenizer = BertTokenizer.from_pretrained(model, do_lower_case=False)
    network = BertForSequenceClassification.from_pretrained(model).eval()
    with Path(reviews).open(encoding="utf-8", newline="") as file:
        texts = [row[1] for row in islice(csv.reader(file, delimiter="\t"), 1, number + 1)]
    with torch.no_grad(), Stopwatch() as watch:
        for text in texts:
            inputs = tokenizer([text], max_length=128, padding="max_length", truncation=True)
            outputs = network(**{name: torch.tensor(rows) for name, rows in inputs.items()})
            outputs.logits.softmax(dim=1).tolist()
    return {"seconds": watch.seconds, "rows": len(texts), "peak_mb": peak_mb()}


def start_up() -> dict[str, Any]:
    """Import what the old notebook's first cells import."""
    with Stopwatch() as watch:
        import ratsnlp.nlpbook.classification  # noqa: F401
    return {"seconds": watch.seconds}


def old_arguments(corpus: str, model: str, **changes: Any) -> Namespace:
    """Return the old package's settings, for a corpus that lies in the folder ``corpus``."""
    from ratsnlp.nlpbook.classification import ClassificationTrainArguments

    return ClassificationTrainArguments(
        pretrained_model_name=model,
        downstream_corpus_name=Path(corpus).name,
        downstream_corpus_root_dir=str(Path(corpus).parent),
        downstream_model_dir=str(Path(corpus) / "checkpoints"),
        cpu_workers=0,
        **changes,
    )


def old_loader(args: Namespace, most_rows: int) -> Any:
    """Return the data loader of listing 1-5."""
    from ratsnlp.nlpbook import data_collator
    from ratsnlp.nlpbook.classification import ClassificationDataset, NsmcCorpus
    from torch.utils.data import DataLoader, RandomSampler, Subset
    from transformers import BertTokenizer

    tokenizer = BertTokenizer.from_pretrained(args.pretrained_model_name, do_lower_case=False)
    dataset = ClassificationDataset(args, tokenizer, NsmcCorpus(), "train")
    rows = Subset(dataset, range(min(most_rows, len(dataset))))
    return DataLoader(
        rows,
        batch_size=args.batch_size,
        sampler=RandomSampler(rows, replacement=False),
        collate_fn=data_collator,
        drop_last=False,
        num_workers=args.cpu_workers,
    )


if __name__ == "__main__":
    answer({"prepare": prepare, "train": train, "predict": predict, "start_up": start_up})
