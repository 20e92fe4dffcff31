"""Tables whose columns are separated by one character: CSV and TSV."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

MOST_CHARACTERS = 10_000_000  # in a cell: beyond it, a quote was surely left open


class Row(NamedTuple):
    """One row of a table, and the line of the file on which it begins."""

    line: int
    values: dict[str, Any]


def read_separated(lines: Iterable[str], path: Path, form: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows below a header; ``form`` says to ``csv.reader`` what the table is like.

    Raises:
        ValueError: a line breaks the form; the message names file and line.
    """
    reader = csv.reader(lines, **form)
    columns: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            with _cells_up_to(MOST_CHARACTERS):
                cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValueError(
                f"{path}, line {line}: {error}; close every quote, double those inside a quoted "
                f"text, and keep texts under {MOST_CHARACTERS:,} characters."
            ) from error
        if not columns:
            columns = _checked_header(cells, path, line)
        elif len(cells) == len(columns):
            yield Row(line, dict(zip(columns, cells, strict=True)))
        elif cells:  # an empty line is no row
            raise ValueError(
                f"{path}, line {line}: {len(columns)} columns are needed, {len(cells)} found; put "
                "a text that contains the separator in quotes (csv), or take the tab out (tsv)."
            )


def _checked_header(cells: list[str], path: Path, line: int) -> list[str]:
    if len(set(cells)) < len(cells) or not all(cells):
        raise ValueError(
            f"{path}, line {line}: every column needs a name of its own; the header is {cells}."
        )
    return cells


@contextmanager
def _cells_up_to(limit: int) -> Iterator[None]:
    """Let csv read longer cells than it does by itself, as long as the block lasts."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)
