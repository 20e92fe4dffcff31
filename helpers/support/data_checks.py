"""What is looked for in whole data sets: empty texts, repeated ids, labels that contradict."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from helpers.arguments import ClassificationTrainArguments

if TYPE_CHECKING:
    from helpers.corpus import ClassificationExample
    from helpers.own_data import LabelledText


class HasText(Protocol):
    """Anything with a text: an example of a corpus, or a row of a table."""

    @property
    def text(self) -> str: ...


Item = TypeVar("Item", bound=HasText)


def settle_empty(
    items: Sequence[Item], args: ClassificationTrainArguments, where: str
) -> Sequence[Item]:
    """Keep, drop or refuse empty texts, as ``args.empty_documents`` says; print how many there are.

    A text of nothing but spaces is empty, too. ``where`` names the items in what is printed.

    Raises:
        ValueError: there is one and it shall be refused, or all of them are empty.
    """
    full = [item for item in items if item.text.strip()]
    num_empty = len(items) - len(full)
    if not num_empty:
        return items
    empty = f"{where}: {num_empty:,} of {len(items):,} texts are empty"
    if args.empty_documents == "refuse" or not full:
        first = next(item for item in items if not item.text.strip())
        raise ValueError(
            f"{empty}, the first is {first}; write something there, or choose another value of "
            "empty_documents than 'refuse'."
            if full
            else f"{empty}, so there is nothing to learn; look into the file."
        )
    done = "kept" if args.empty_documents == "keep" else "dropped"
    print(f"{empty} and were {done} (empty_documents={args.empty_documents!r})")
    return items if args.empty_documents == "keep" else full


def check_ids(examples: Sequence["ClassificationExample"], path: Path) -> None:
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


def check_labels(train: Sequence["ClassificationExample"], path: Path) -> None:
    """Raise ValueError unless both labels are left in the part that is learned from."""
    counts = Counter(example.label for example in train)
    for label in (0, 1):
        if not counts[label]:
            raise ValueError(
                f"{path}: with val held out, no review of the label {label} is left to learn from; "
                "add such reviews, or lower val_fraction."
            )


def report_contradictions(rows: Sequence["LabelledText"], where: str) -> None:
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
