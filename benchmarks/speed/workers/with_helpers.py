"""The course's own helpers at work."""

from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.speed.workers.common import (
    StepClock,
    Stopwatch,
    answer,
    lightning_callback,
    peak_mb,
)

MATRIX_WORK = 2e10  # operations: a fraction of a second


def prepare(corpus: str, model: str) -> dict[str, Any]:
    """Read and tokenize train and val, which share the train file."""
    from helpers import ClassificationDataset, NsmcCorpus, load_tokenizer

    args, imported = new_arguments(corpus, model), peak_mb()
    tokenizer = load_tokenizer(args)
    with Stopwatch() as watch:
        nsmc = NsmcCorpus()
        parts = [ClassificationDataset(args, nsmc, tokenizer, mode) for mode in ("train", "val")]
    peak = peak_mb()
    return {
        "seconds": watch.seconds,
        "rows": sum(map(len, parts)),
        "peak_mb": peak,
        "above_imports_mb": peak - imported,
    }


def train(
    corpus: str, model: str, weights: str, seed: int, most_rows: int, grouped: bool, **changes: Any
) -> dict[str, Any]:
    """Train as lesson 7 does, with batches by length; nothing is saved.

    With ``grouped``, the rows stand in the file as such batches already.
    """
    import torch
    from torch.utils.data import SequentialSampler

    from helpers import ClassificationTask, get_trainer, load_model, set_seed
    from helpers.data import make_dataloader, train_dataloader

    args = new_arguments(corpus, model, seed=seed, group_by_length=True, **changes)
    set_seed(args)
    dataset, network = whole_file(args, most_rows), load_model(args)
    in_order = make_dataloader(args, dataset, SequentialSampler(dataset))
    trainer, clock = get_trainer(args), StepClock()
    trainer.callbacks[:] = [lightning_callback(clock)]  # in place of those that save
    task = ClassificationTask(network, args)
    trainer.fit(task, in_order if grouped else train_dataloader(args, dataset))
    torch.save(network.state_dict(), weights)
    return clock.measured(map(len, dataset.input_ids), args.epochs)


def predict(reviews: str, number: int, model: str) -> dict[str, Any]:
    """Ask about many reviews in one call."""
    from helpers import predict, read_nsmc
    from helpers.export import load_exported

    texts = [example.text for example in read_nsmc(reviews)[:number]]
    network, tokenizer = load_exported(model)
    with Stopwatch() as watch:
        answers = predict(texts, network, tokenizer)
    return {"seconds": watch.seconds, "rows": len(answers), "peak_mb": peak_mb()}


def start_up(helpers: str) -> dict[str, Any]:
    """Import the three libraries, and ``helpers``: "none" of it, "lazy", or "every name"."""
    with Stopwatch() as watch:
        import pytorch_lightning  # noqa: F401
        import torch  # noqa: F401
        import transformers  # noqa: F401

        if helpers != "none":
            names = import_module("helpers")
        if helpers == "every name":
            _ = [getattr(names, name) for name in names.__all__]
    return {"seconds": watch.seconds}


def matrix_rate(tokens: int, inner: int, outer: int) -> dict[str, Any]:
    """Multiply matrices of [tokens, inner] and [inner, outer] ten times; the fastest time counts.

    A product takes 2 · tokens · inner · outer operations: a multiplication and an addition each.
    """
    import torch

    left, right = torch.randn(tokens, inner), torch.randn(inner, outer)
    work = 2 * tokens * inner * outer
    products = 1 + int(MATRIX_WORK / work)
    fastest = 0.0
    for _ in range(10):
        with Stopwatch() as watch:
            for _ in range(products):
                left @ right
        fastest = max(fastest, products * work / watch.seconds)
    return {"flops": fastest}


def new_arguments(corpus: str, model: str, **changes: Any) -> Any:
    """Return the helpers' settings, for a corpus that lies in the folder ``corpus``."""
    from helpers import ClassificationTrainArguments

    return ClassificationTrainArguments(
        pretrained_model_name=model,
        downstream_corpus_name=Path(corpus).name,
        downstream_corpus_root_dir=Path(corpus).parent,
        downstream_model_dir=Path(corpus) / "checkpoints",
        **changes,
    )


def whole_file(args: Any, most_rows: int) -> Any:
    """Return the first rows of the train file as a dataset; none is held out."""
    from helpers import ClassificationDataset, NsmcCorpus, load_tokenizer, read_nsmc

    class WholeFile(NsmcCorpus):
        def get_examples(self, args: Any, mode: str) -> list[Any]:
            folder = Path(args.downstream_corpus_root_dir) / args.downstream_corpus_name
            return read_nsmc(folder / f"ratings_{mode}.txt")[:most_rows]

    return ClassificationDataset(args, WholeFile(), load_tokenizer(args), "train")


JOBS = {
    "prepare": prepare,
    "train": train,
    "predict": predict,
    "start_up": start_up,
    "matrix_rate": matrix_rate,
}

if __name__ == "__main__":
    answer(JOBS)
