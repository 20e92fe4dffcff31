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


@dataclass(frozen=True)
class Exercise:
    """An exercise as it is met: what the cells before it have defined, and its check cell."""

    names: dict[str, Any]
    check: str

    def verdict(self, answer: str) -> str:
        """Return what the check cell prints after an answer.

        An answer that was rejected for a name that is not there says nothing about the check.
        """
        names = dict(self.names)
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(answer, names)
            printed.truncate(0)
            printed.seek(0)
            exec(self.check, names)
        verdict = printed.getvalue()
        assert "NameError" not in verdict, f"a slip of the test itself:\n{answer}\n{verdict}"
        return verdict


def exercises(solutions: Notebook) -> Iterator[Exercise]:
    """Run a notebook of solutions up to each exercise, and yield it.

    The exercises of a lesson share their objects: an answer that changes one must make its own.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    checks = iter(solutions.tagged("check"))
    for cell in solutions.code_cells[1:]:  # not the set-up
        if "exercise" in cell.metadata.get("tags", []):
            yield Exercise(dict(names), next(checks).source)
        with redirect_stdout(io.StringIO()):
            exec(cell.source, names)
