"""Tables whose columns are separated by one character: CSV and TSV."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

MOST_CHARACTERS = 10_000_000  # in a cell: beyond it, a quote was surely left open


class Row(NamedTuple):
    """One row of a table, and the line of the file on which it begins."""

    line: int
    values: dict[str, Any]


def read_cells(lines: Iterable[str], path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which a row begins, and its cells; a blank line is a row without cells.

    Whatever the delimiter is, a cell may stand in quotes, as RFC 4180 has it for commas: delimiters
    and line ends in it are text then, and its own quotes are doubled.

    Raises:
        ValueError: a quote is not closed, or text follows where it closes; the message names file
            and line.
    """
    reader, limit = csv.reader(lines, delimiter=delimiter, strict=True), csv.field_size_limit
    while True:
        line, before = reader.line_num + 1, limit(MOST_CHARACTERS)  # of the whole process
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = str(error).replace("\t", "<TAB>")
            raise ValueError(
                f"{path}, line {line}: the row that begins here cannot be read ({reason}); put a "
                "text with a quote or a line end into quotes, and double the quotes in it."
            ) from error
        finally:
            limit(before)
        yield line, cells


def read_separated(lines: Iterable[str], path: Path, delimiter: str) -> Iterator[Row]:
    """Yield the rows below a header; blank lines are no rows.

    Raises:
        ValueError: a row breaks the form; the message names file and line.
    """
    columns: list[str] = []
    for line, cells in read_cells(lines, path, delimiter):
        if not cells:
            continue
        if not columns:
            columns = _checked_header(cells, path, line)
        elif len(cells) == len(columns):
            yield Row(line, dict(zip(columns, cells, strict=True)))
        else:
            raise ValueError(
                f"{path}, line {line}: {len(columns)} columns are needed, {len(cells)} found; put "
                "a text that contains the separator in quotes."
            )


def _checked_header(cells: list[str], path: Path, line: int) -> list[str]:
    if len(set(cells)) < len(cells) or not all(cells):
        raise ValueError(
            f"{path}, line {line}: every column needs a name of its own; the header is {cells}."
        )
    return cells
