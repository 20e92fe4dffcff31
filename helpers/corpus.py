"""From a corpus name to labelled reviews: reading, and holding out a validation part."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from reprlib import repr as shortened

from helpers.arguments import ClassificationTrainArguments
from helpers.support.data_checks import check_ids, check_labels
from helpers.support.texts import read_utf8

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

    A line is a row, and tabs alone divide it: quotes stay as they are, empty documents are rows as
    well. The file is UTF-8, with or without a byte order mark; lines may end as Windows ends them.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no such text, or a line has another shape; the message names the line.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; fetch the corpus first: fetch_corpus(args).")
    lines = read_utf8(path).removesuffix("\n").split("\n")
    if lines[0].rstrip("\r").split("\t") != HEADER:
        raise ValueError(
            f"{path}, line 1: the header must be {'<TAB>'.join(HEADER)}; it is "
            f"{shortened(lines[0])}."
        )
    if len(lines) == 1:
        raise ValueError(f"{path}: there is no review below the header; fetch the corpus again.")
    return [parse_line(line, path, number) for number, line in enumerate(lines[1:], start=2)]


def parse_line(line: str, path: Path, number: int) -> ClassificationExample:
    """Read one line of an NSMC file; ``path`` and ``number`` are for the error message."""
    columns = line.rstrip("\r").split("\t")
    if len(columns) != len(HEADER):
        raise ValueError(
            f"{path}, line {number}: {len(HEADER)} columns are needed, {len(columns)} found; "
            "id, document and label must be separated by one tab each, and no line may be blank."
        )
    review_id, text, label = columns
    if label not in ("0", "1"):
        raise ValueError(f"{path}, line {number}: label must be 0 or 1; it is {shortened(label)}.")
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


def hold_out(
    examples: Sequence[ClassificationExample], fraction: float
) -> tuple[list[ClassificationExample], list[ClassificationExample]]:
    """As ``split_validation``; copies of a text stay together. ValueError: a label ran out."""
    last_copies = {example.text: example for example in examples}.values()
    held_out = {example.text for example in split_validation(list(last_copies), fraction)[1]}
    rest = [example for example in examples if example.text not in held_out]
    if len({example.label for example in rest}) < len({example.label for example in examples}):
        raise ValueError(f"val_fraction={fraction} leaves no text of some label; lower it.")
    return rest, [example for example in examples if example.text in held_out]


def read_unique(path: Path) -> list[ClassificationExample]:
    """As ``read_nsmc``; ValueError as well when two lines have the same id."""
    examples = read_nsmc(path)
    check_ids(examples, path)
    return examples


class NsmcCorpus:
    """Reviews in NSMC's two-file format, in three parts: train, val and test.

    NSMC has no validation file: ``val`` is held out from the train file. Files are read only once.
    """

    label_names = ("negative", "positive")

    def __init__(self) -> None:
        self.read = cache(read_unique)  # the train file has two parts, but is read once

    def get_examples(
        self, args: ClassificationTrainArguments, mode: str
    ) -> list[ClassificationExample]:
        """Return the examples of ``mode``: "train", "val" or "test"."""
        if mode not in ("train", "val", "test"):
            raise ValueError(f"mode must be 'train', 'val' or 'test'; it is {mode!r}.")
        folder = Path(args.downstream_corpus_root_dir) / args.downstream_corpus_name
        if mode == "test":
            return self.read(folder / "ratings_test.txt")
        train_file = folder / "ratings_train.txt"
        train, val = split_validation(self.read(train_file), args.val_fraction)
        check_labels(train, train_file)
        return train if mode == "train" else val
