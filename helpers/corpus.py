"""From a corpus name to labelled reviews: reading, and holding out a validation part."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpers.arguments import ClassificationTrainArguments

HEADER = ["id", "document", "label"]
FILES = ("ratings_train.txt", "ratings_test.txt")
SPLIT_SEED = 42  # not args.seed: runs with other seeds are validated on the same reviews


@dataclass(frozen=True, slots=True)
class ClassificationExample:
    """One labelled review; ``label`` counts from 0."""

    id: str
    text: str
    label: int


def read_nsmc(path: str | Path) -> list[ClassificationExample]:
    """Read a file of NSMC's format: a header, then ``id<TAB>document<TAB>label`` a line.

    Lines are split at tabs alone: quotes stay as they are, and empty documents are rows as well.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line has another shape; the message names file and line.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; fetch the corpus first: fetch_corpus(args).")
    try:
        lines = path.read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ValueError(f"{path}, line {line}: not UTF-8 text; save the file as UTF-8.") from error
    if lines[0].rstrip("\r").split("\t") != HEADER:
        raise ValueError(
            f"{path}, line 1: the header must be {'<TAB>'.join(HEADER)}; it is {lines[0]!r}."
        )
    return [parse_line(line, path, number) for number, line in enumerate(lines[1:], start=2)]


def parse_line(line: str, path: Path, number: int) -> ClassificationExample:
    """Read one line of an NSMC file; ``path`` and ``number`` are for the error message."""
    columns = line.rstrip("\r").split("\t")
    if len(columns) != len(HEADER):
        raise ValueError(
            f"{path}, line {number}: {len(HEADER)} columns are needed, {len(columns)} found; "
            "id, document and label must be separated by one tab each."
        )
    review_id, text, label = columns
    if label not in ("0", "1"):
        raise ValueError(f"{path}, line {number}: label must be 0 or 1; it is {label!r}.")
    return ClassificationExample(review_id, text, int(label))


def split_validation(
    examples: Sequence[ClassificationExample], fraction: float, seed: int = SPLIT_SEED
) -> tuple[list[ClassificationExample], list[ClassificationExample]]:
    """Divide examples into train and validation, with the same share of every label.

    Args:
        fraction: share of each label that goes into validation, rounded, at least 1 example.
        seed: decides which examples; the order within both parts is that of ``examples``.

    >>> rows = [ClassificationExample(str(i), "…", i % 2) for i in range(10)]
    >>> train, validation = split_validation(rows, fraction=0.2)
    >>> len(train), [example.label for example in validation]
    (8, [0, 1])
    """
    positions: dict[int, list[int]] = defaultdict(list)
    for position, example in enumerate(examples):
        positions[example.label].append(position)
    shuffler = random.Random(seed)
    held_out: set[int] = set()
    for label in sorted(positions):
        count = max(1, round(len(positions[label]) * fraction))
        held_out.update(shuffler.sample(positions[label], count))
    train = [example for i, example in enumerate(examples) if i not in held_out]
    return train, [examples[i] for i in sorted(held_out)]


class NsmcCorpus:
    """Reviews in NSMC's two-file format, in three parts: train, val and test.

    NSMC has no validation file: ``val`` is held out from the train file. Files are read only once.
    """

    label_names = ("negative", "positive")

    def __init__(self) -> None:
        self.read = cache(read_nsmc)  # the train file has two parts, but is read once

    def get_examples(
        self, args: ClassificationTrainArguments, mode: str
    ) -> list[ClassificationExample]:
        """Return the examples of ``mode``: "train", "val" or "test"."""
        if mode not in ("train", "val", "test"):
            raise ValueError(f"mode must be 'train', 'val' or 'test'; it is {mode!r}.")
        folder = Path(args.downstream_corpus_root_dir) / args.downstream_corpus_name
        if mode == "test":
            return self.read(folder / "ratings_test.txt")
        train, val = split_validation(self.read(folder / "ratings_train.txt"), args.val_fraction)
        return train if mode == "train" else val
