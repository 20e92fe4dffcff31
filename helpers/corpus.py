"""From a corpus name to labelled reviews: reading, and holding out a validation part."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from reprlib import repr as shortened
from typing import Any

from helpers.arguments import ClassificationTrainArguments
from helpers.support.files import read_utf8
from helpers.support.tables import read_cells

HEADER = ["id", "document", "label"]
LABELS = {"0": 0, "1": 1}
FILES = ("ratings_train.txt", "ratings_test.txt")
ROW_END = re.compile(r"\t[01]\r?\n[^\t\n]*\t")  # and the id of the row below
Reader = Callable[[Path], Sequence[Any]]
SPLIT_SEED = 42  # not args.seed: runs with other seeds are validated on the same reviews


@dataclass(frozen=True, slots=True)
class ClassificationExample:
    """One labelled review; ``label`` counts from 0."""

    id: str
    text: str
    label: int


def read_nsmc(path: str | Path) -> list[ClassificationExample]:
    """Read a file of NSMC's format: CSV with tabs, of the columns id, document and label.

    A document with a quote, a tab or a line end stands in quotes, and its own quotes are doubled,
    as pandas and ``csv`` write it; empty documents are rows as well. A ValueError names the line of
    a row that has another shape.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; fetch the corpus first: fetch_corpus(args).")
    rows = read_cells(StringIO(read_utf8(path), newline="\n"), path, delimiter="\t")
    _, header = next(rows, (1, []))
    if header != HEADER:
        raise ValueError(
            f"{path}, line 1: the header must be {'<TAB>'.join(HEADER)}; it is "
            f"{shortened('<TAB>'.join(header))}."
        )
    examples = [parse_row(cells, path, line) for line, cells in rows]
    if not examples:
        raise ValueError(f"{path}: there is no review below the header; fetch the corpus again.")
    return examples


def parse_row(cells: list[str], path: Path, line: int) -> ClassificationExample:
    """Make an example of a row's cells; ``path`` and ``line`` are for the error message."""
    if len(cells) != len(HEADER):
        raise ValueError(
            f"{path}, line {line}: {len(HEADER)} columns are needed, {len(cells)} found; "
            "id, document and label must be separated by one tab each, and no line may be blank."
        )
    review_id, text, label = cells
    if label not in LABELS:
        raise ValueError(f"{path}, line {line}: label must be 0 or 1; it is {shortened(label)}.")
    if "\n" in text and ROW_END.search(text):
        raise ValueError(
            f"{path}, line {line}: the document that begins here holds further rows, so a quote "
            "was left open; put a text with a quote into quotes, and double the quotes in it."
        )
    return ClassificationExample(review_id, text, LABELS[label])


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


def check_ids(examples: Sequence[ClassificationExample], path: Path) -> None:
    """Raise ValueError when two rows of an NSMC file have the same id."""
    if len({example.id for example in examples}) == len(examples):
        return
    line_of: dict[str, int] = {}
    line = 2  # below the header
    for example in examples:
        if example.id in line_of:
            raise ValueError(
                f"{path}, line {line}: the id {example.id!r} stands in line {line_of[example.id]} "
                "as well, so this review might be learned and asked about; delete one of the lines."
            )
        line_of[example.id] = line
        line += 1 + example.text.count("\n")


def check_labels(train: Sequence[ClassificationExample], path: Path) -> None:
    """Raise ValueError unless both labels are left in the part that is learned from."""
    counts = Counter(example.label for example in train)
    for label in (0, 1):
        if not counts[label]:
            raise ValueError(
                f"{path}: with val held out, no review of the label {label} is left to learn from; "
                "add such reviews, or lower val_fraction."
            )


@dataclass(frozen=True)
class CorpusFiles:
    """The files of a corpus: how many rows each has, the header not counted, and who reads one."""

    rows: dict[str, int]
    read: Reader


CORPORA = {
    "nsmc": CorpusFiles(dict(zip(FILES, (150_000, 50_000), strict=True)), read_nsmc),
    "mini_reviews": CorpusFiles(dict(zip(FILES, (1_500, 500), strict=True)), read_nsmc),
}


def check_mode(mode: str) -> None:
    """Raise ValueError unless ``mode`` is one of the three parts of a corpus."""
    if mode not in ("train", "val", "test"):
        raise ValueError(f"mode must be 'train', 'val' or 'test'; it is {mode!r}.")


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
        check_mode(mode)
        folder = Path(args.downstream_corpus_root_dir) / args.downstream_corpus_name
        if mode == "test":
            return self.read(folder / "ratings_test.txt")
        train_file = folder / "ratings_train.txt"
        train, val = split_validation(self.read(train_file), args.val_fraction)
        check_labels(train, train_file)
        return train if mode == "train" else val
