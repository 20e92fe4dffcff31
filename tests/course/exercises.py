"""What learners write under an exercise, and what its check cell says to it."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

from tests.course.notebooks import Notebook


@dataclass(frozen=True)
class Answers:
    """Cells that learners may write: different right answers, and plausible mistakes."""

    right: tuple[str, ...]
    wrong: tuple[str, ...]


def each(cell: str, *written: str, at: str = "…") -> tuple[str, ...]:
    """Return a cell once for each text, which is written in the place of ``at``.

    >>> each("steps = …", "135", "27 * 5")
    ('steps = 135', 'steps = 27 * 5')
    """
    assert at in cell, f"{at!r} is not in:\n{cell}"
    return tuple(cell.replace(at, text) for text in written)


def exercises(solutions: Notebook) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield of each exercise the names that the cells before it have defined, and its check cell.

    The exercises of a lesson share their objects: an answer that changes one must make its own.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    checks = iter(solutions.tagged("check"))
    for cell in solutions.code_cells[1:]:  # not the set-up
        if "exercise" in cell.metadata.get("tags", []):
            yield dict(names), next(checks).source
        with redirect_stdout(io.StringIO()):
            exec(cell.source, names)


def verdict(names: dict[str, Any], answer: str, check: str) -> str:
    """Return what the check cell prints after an answer.

    An answer that was rejected for a name that is not there says nothing about the check.
    """
    names = dict(names)
    with redirect_stdout(io.StringIO()):
        exec(answer, names)
    with redirect_stdout(io.StringIO()) as printed:
        exec(check, names)
    assert "NameError" not in printed.getvalue(), f"a slip of the test itself:\n{answer}"
    return printed.getvalue()
