"""Tables of texts in a file, row by row: CSV, TSV, JSON lines, or one text a line."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from reprlib import repr as shortened
from typing import Any, NamedTuple

from helpers.support.files import impostor
from helpers.support.texts import bare, compose, half_character

MOST_CHARACTERS = 10_000_000  # in a cell: beyond it, a quote was surely left open


# What pandas and spreadsheets write, and pandas reads, where a value is missing.
MISSING = {"#N/A", "#NA", "<NA>", "N/A", "NA", "NULL", "NaN", "NaT", "None", "n/a", "nan", "null"}
TWICE = object()  # stands for the value of a column whose name is not the only one of its kind


class Row(NamedTuple):
    """One row of a table, and the line of the file on which it begins."""

    line: int
    values: dict[str, Any]


def named(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the values by name; of a name that comes twice ``TWICE``, so that asking is an error.

    Columns without a name, as a DataFrame's index is exported, nobody can ask for: they go.
    """
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name := bare(name):
            values[name] = TWICE if name in values else value
    return values


def read_rows(path: str | Path, encoding: str = "utf-8") -> Iterator[Row]:
    """Read a table one row after the other, so that a file of any size needs little memory.

    The ending of the name decides how: ``.csv`` (commas) or ``.tsv`` (tabs), with a header and
    quoted as RFC 4180 says; ``.jsonl`` (a JSON object a line); ``.txt`` (a text a line, in a column
    "text"). A byte order mark is no part of the text.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the ending is none of these, or a line has another shape; the message names
            file and line.
    """
    path = Path(path)
    if path.suffix.lower() not in _READERS:
        raise ValueError(
            f"{path}: the name must end in {', '.join(_READERS)}; save the table as one of these."
        )
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; check the name and the folder.")
    if fault := impostor(path):
        raise ValueError(fault)
    yield from _READERS[path.suffix.lower()](_lines(path, encoding), path)


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a file in composed form, each with its ending."""
    number = 1
    try:
        # What is not of the encoding comes out as surrogates ("escape"), so that its line is known.
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            for line in file:
                if "\0" in line or half_character(line) is not None:  # NUL: UTF-16, or no text
                    raise UnicodeError
                yield compose(line.removeprefix("\ufeff"))
                number += 1
    except UnicodeError as error:
        raise ValueError(
            f"{path}, line {number}: not {encoding.upper()} text. Excel in Korea saves CP949 "
            'unless told otherwise: save it again as "CSV UTF-8", or name the encoding that it has.'
        ) from error


def _read_jsonl(lines: Iterable[str], path: Path) -> Iterator[Row]:
    for line, content in enumerate(lines, start=1):
        if not content.strip():
            continue
        try:
            values = json.loads(content, object_pairs_hook=named)
        except json.JSONDecodeError as error:
            raise ValueError(
                f"{path}, line {line}: not valid JSON: {error.msg}; write one object a line."
            ) from error
        if not isinstance(values, dict):
            raise ValueError(
                f'{path}, line {line}: must be an object such as {{"text": "…"}}; it is '
                f"{shortened(values)}."
            )
        yield Row(line, values)


def _read_txt(lines: Iterable[str], path: Path) -> Iterator[Row]:
    for line, content in enumerate(lines, start=1):
        yield Row(line, {"text": content.rstrip("\r\n")})


def read_cells(lines: Iterable[str], path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which a row begins, and its cells; a blank line is a row without cells.

    Whatever the delimiter is, a cell may stand in quotes, as RFC 4180 has it for commas: delimiters
    and line ends in it are text then, and its own quotes are doubled. A ValueError names file and
    line where a quote is not closed, or text follows where it closes.
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
    """Yield the rows below a header; blank lines are no rows."""
    columns: list[str] = []
    for line, cells in read_cells(lines, path, delimiter):
        if not cells:
            continue
        if not columns:
            columns = cells
        elif len(cells) == len(columns):
            yield Row(line, named(zip(columns, cells, strict=True)))
        else:
            raise ValueError(
                f"{path}, line {line}: {len(columns)} columns are needed, {len(cells)} found; put "
                "a text that contains the separator in quotes."
            )


_READERS: dict[str, Callable[[Iterable[str], Path], Iterator[Row]]] = {
    ".csv": partial(read_separated, delimiter=","),
    ".tsv": partial(read_separated, delimiter="\t"),
    ".jsonl": _read_jsonl,
    ".txt": _read_txt,
}


def cell(row: Row, column: str, path: str | Path) -> str:
    """Return what stands in a column of a row: composed, nothing unseen around it, "" for nothing.

    A ValueError names file and line where there is no such column or two, or no single value in it.
    """
    if (column := bare(compose(column))) not in row.values:
        there = ", ".join(map(repr, row.values)) or "an empty object"
        parted = " Columns are parted by commas in .csv and tabs in .tsv."
        raise ValueError(
            f"{path}, line {row.line}: there is no column {column!r}, only {there}; correct the "
            f"name, here or in the file.{parted if len(row.values) == 1 else ''}"
        )
    value = row.values[column]
    if value is TWICE:
        raise ValueError(
            f"{path}, line {row.line}: there are two columns {column!r}; rename one of them."
        )
    if isinstance(value, list | dict):
        raise ValueError(f"{path}, line {row.line}: {column!r} must be a text; it is {value!r}.")
    text = "" if value is None or value != value else bare(str(value))  # NaN is not equal to itself
    if (place := half_character(text)) is not None:  # JSON can write one: "\ud83d"
        raise ValueError(
            f"{path}, line {row.line}: {column!r} has half of a character, {text[place]!r}; "
            "delete it."
        )
    return compose(text)


def value(row: Row, column: str, path: str | Path) -> str:
    """As ``cell``; "" also for what programs write where a value is missing."""
    text = cell(row, column, path)
    return "" if text in MISSING else text
