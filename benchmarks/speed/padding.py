"""What batches cost: word pieces paid a review, with padding, beside those it really has."""

from dataclasses import replace
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from torch.utils.data import DataLoader

from benchmarks.speed.material import copy_train_file
from benchmarks.speed.results import Run, rounded
from benchmarks.speed.workers.with_helpers import new_arguments, whole_file
from helpers import train_dataloader


def batches_of(loader: DataLoader) -> list[list[int]]:
    """Draw an epoch: the positions of the reviews in each batch."""
    return list(loader.batch_sampler)


def paid(batches: list[list[int]], lengths: list[int]) -> float:
    """Word pieces a review, [PAD] among them, when each batch is as wide as its longest review.

    >>> paid([[0, 1], [2, 3]], lengths=[5, 3, 9, 9])
    7.0
    """
    width = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)
    return width / sum(map(len, batches))


def measure_padding(nsmc: Path, model: Path, batch_size: int, epochs: int = 3) -> list[Run]:
    """Count over some epochs of the whole train file, in random order and grouped by length."""
    with TemporaryDirectory() as folder:
        corpus = copy_train_file(nsmc, Path(folder) / "nsmc")
        args = new_arguments(str(corpus), str(model), batch_size=batch_size, seed=1)
        dataset = whole_file(args, most_rows=10**9)
    lengths = [len(ids) for ids in dataset.input_ids]
    real = mean(lengths)
    runs = [{"contender": "ratsnlp", "round": 0, "paid": float(args.max_seq_length), "real": real}]
    for name, grouped in {"random order": False, "helpers": True}.items():
        loader = train_dataloader(replace(args, group_by_length=grouped), dataset)
        drawn = [batches_of(loader) for _ in range(epochs)]
        for number, batches in enumerate(drawn):
            run = {"paid": paid(batches, lengths), "real": real, "rows": len(dataset)}
            run["longest_first"] = max(lengths) == max(lengths[i] for i in batches[0])
            run["batches_as_before"] = batches_in_common(batches, drawn[number - 1])
            runs.append({"contender": name, "round": number, **run})
    return [rounded(run) for run in runs]


def batches_in_common(batches: list[list[int]], others: list[list[int]]) -> int:
    """Count the batches that have the same reviews as one of another epoch.

    >>> batches_in_common([[1, 2], [3, 4]], [[2, 1], [3, 5]])
    1
    """
    return len({frozenset(one) for one in batches} & {frozenset(one) for one in others})
