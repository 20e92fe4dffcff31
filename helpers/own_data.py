"""Your own labelled texts: which files and columns, what is checked, and which part is what."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from helpers.arguments import ClassificationTrainArguments, EmptyDocuments, FolderName
from helpers.corpus import ClassificationExample, check_mode, hold_out
from helpers.support.settings import Limits, check_differ, check_files_differ, setting
from helpers.support.tables import read_rows, value
from helpers.support.texts import look, settle_empty

A_TABLE = Limits(
    matching=r"(?is).+\.(csv|tsv|jsonl)", words="a file name that ends in .csv, .tsv or .jsonl"
)
TableFile = Annotated[str, A_TABLE]
TableFileOrNone = Annotated[str | None, A_TABLE]
Encoding = Literal["utf-8", "cp949", "utf-16"]


@dataclass(frozen=True)
class OwnDataArguments(ClassificationTrainArguments):
    """Settings for fine-tuning on your own files: as ever, and which files and columns.

    >>> OwnDataArguments(train_file="mails.csv", text_column="body").label_column
    'label'
    """

    downstream_corpus_name: FolderName = setting("own_data", "Name of the data.")
    empty_documents: EmptyDocuments = setting("refuse", "What to do with texts that are empty.")
    train_file: TableFile = setting("train.csv", "Table of labelled texts: .csv, .tsv or .jsonl.")
    test_file: TableFileOrNone = setting(
        None, "The same for the test; without it, val_fraction of train_file is held out for it."
    )
    text_column: str = setting("text", "Name of the column with the texts.")
    label_column: str = setting("label", "Name of the column with the labels.")
    encoding: Encoding = setting("utf-8", "Encoding of the tables; Excel in Korea has cp949.")
    look_at_test: bool = setting(
        True, "Judge on the test part at the end; False leaves it closed until all is decided."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_differ(text_column=self.text_column, label_column=self.label_column)
        check_files_differ(train_file=self.train_file, test_file=self.test_file)

    @classmethod
    def for_scale(cls, scale: str, **changes: Any) -> Self:
        """Return the settings of a scale, but for its corpus, with ``changes`` laid over them."""
        return super().for_scale(scale, **{"downstream_corpus_name": "own_data"} | changes)


class LabelledText(NamedTuple):
    """A text, the name of its label, and where both stand: "train.csv, line 7"."""

    place: str
    text: str
    label: str


def read_labelled(path: str | Path, args: OwnDataArguments) -> Sequence[LabelledText]:
    """Read all rows of a table, one at least; each must have a label.

    Each must have a text, too, with ``args.empty_documents="refuse"``. Else a ValueError names the
    file and the line.
    """
    rows = []
    for row in read_rows(path, args.encoding):
        text, label = (value(row, name, path) for name in (args.text_column, args.label_column))
        if not label or (not text and args.empty_documents == "refuse"):
            empty = args.text_column if label else args.label_column
            raise ValueError(
                f"{path}, line {row.line}: {empty!r} is empty, or says so as NaN or None do; fill "
                "it in or delete the row."
            )
        rows.append(LabelledText(f"{Path(path).name}, line {row.line}", text, label))
    if not rows:
        raise ValueError(f"{path}: there is no row; write a text and its label in each line.")
    return settle_empty(rows, args.empty_documents, where=Path(path).name)


def check_classes(rows: Sequence[LabelledText], path: str | Path, num_parts: int) -> None:
    """Raise ValueError unless there are two labels or more, each with a text for every part."""
    labels = sorted({row.label for row in rows})
    counts = Counter({row.text: row.label for row in rows if row.text}.values())  # copies: once
    if len(labels) < 2:
        raise ValueError(f"{path}: every row has the label {labels[0]!r}; add rows with others.")
    rarest = min(labels, key=lambda label: counts[label])
    if counts[rarest] < num_parts:
        raise ValueError(
            f"{path}: the label {rarest!r} has {counts[rarest]} different text(s), but {num_parts} "
            "parts need one each; add rows of this label, or delete it."
        )


def check_test(train: Sequence[LabelledText], test: Sequence[LabelledText]) -> None:
    """Raise ValueError when the test has a label or shares a text that it must not."""
    labels = {row.label for row in train}
    place_of = {row.text: row.place for row in train if row.text}  # empty texts may be in both
    for row in test:
        if row.label not in labels:
            raise ValueError(
                f"{row.place}: the label {row.label!r} is not in the train file, which has "
                f"{', '.join(map(repr, sorted(labels)))}; correct it, or add such rows there."
            )
    shared = [row for row in test if row.text in place_of]
    if shared:
        raise ValueError(
            f"{shared[0].place}: the train file has the same text, in {place_of[shared[0].text]}; "
            f"{len(shared)} of {len(test)} test texts are in both, so the test would ask what the "
            "model was told. Delete them from one of the two files."
        )


def check_looks(rows: Sequence[LabelledText], path: str | Path) -> None:
    """Raise ValueError when two labels look alike, as "Spam" and "spam": one is a mistake."""
    first_of_label: dict[str, LabelledText] = {}
    for row in rows:
        first_of_label.setdefault(row.label, row)
    first_of_look: dict[str, LabelledText] = {}
    for row in first_of_label.values():
        first = first_of_look.setdefault(look(row.label), row)
        if first.label != row.label:
            raise ValueError(
                f"{path}: the labels {first.label!r} ({first.place}) and {row.label!r} "
                f"({row.place}) look alike; write both in the same way."
            )


def report_contradictions(rows: Sequence[LabelledText], where: str) -> None:
    """Print how many texts stand in a table under two labels or more, and where the first does."""
    rows_of: dict[str, dict[str, LabelledText]] = defaultdict(dict)
    for row in rows:
        rows_of[row.text].setdefault(row.label, row)
    contradicted = [list(rows.values()) for rows in rows_of.values() if len(rows) > 1]
    if contradicted:
        one, other, *_ = contradicted[0]
        print(
            f"{where}: {len(contradicted):,} texts have more than one label, such as "
            f"{one.label!r} in {one.place} and {other.label!r} in {other.place}"
        )


class TableCorpus:
    """Your own labelled texts in three parts: train, val and test.

    A ValueError says what to do where a file cannot be read, or cannot be learned from.
    """

    def __init__(self, args: OwnDataArguments) -> None:
        rows = read_labelled(args.train_file, args)
        check_looks(rows, args.train_file)
        check_classes(rows, args.train_file, num_parts=2 if args.test_file else 3)
        report_contradictions(rows, where=Path(args.train_file).name)
        self.label_names = tuple(sorted({row.label for row in rows}))
        train = self.numbered(rows)
        if args.test_file:
            test_rows = read_labelled(args.test_file, args)
            check_test(rows, test_rows)
            test = self.numbered(test_rows)
        else:
            train, test = hold_out(train, args.val_fraction)
        train, val = hold_out(train, args.val_fraction)
        self.parts = {"train": train, "val": val, "test": test}

    def numbered(self, rows: Sequence[LabelledText]) -> list[ClassificationExample]:
        """Turn label names into numbers, which count in the order of ``label_names``."""
        number_of = {name: number for number, name in enumerate(self.label_names)}
        return [ClassificationExample(row.place, row.text, number_of[row.label]) for row in rows]

    def get_examples(
        self, args: ClassificationTrainArguments, mode: str
    ) -> list[ClassificationExample]:
        """Return the examples of ``mode``: "train", "val" or "test"."""
        check_mode(mode)
        return self.parts[mode]
