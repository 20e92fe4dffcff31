"""The notebooks of the course, and what the tests ask of their cells."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.editions import KOREAN
from tools.lessons import LESSONS, tagged_cells

LESSON_PATHS = sorted(LESSONS.glob("*.ipynb"))
FURTHER_PATHS = sorted((LESSONS / "going_further").glob("*.ipynb"))
SOLUTION_PATHS = sorted((LESSONS / "solutions").glob("*.ipynb"))
ALL_PATHS = LESSON_PATHS + FURTHER_PATHS + SOLUTION_PATHS
KOREAN_LESSON_PATHS = [KOREAN / p.relative_to(LESSONS) for p in LESSON_PATHS + FURTHER_PATHS]
KOREAN_PATHS = [KOREAN / path.relative_to(LESSONS) for path in ALL_PATHS]


@dataclass(frozen=True)
class Notebook:
    """A notebook read from its file."""

    path: Path

    @cached_property
    def node(self) -> NotebookNode:
        return nbformat.read(self.path, as_version=4)

    @property
    def cells(self) -> list[NotebookNode]:
        return self.node.cells

    @property
    def code_cells(self) -> list[NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def prose(self) -> str:
        return "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")

    @property
    def minutes(self) -> tuple[int, int]:
        """How long the lesson takes, and how much of it is computing, as its opening says.

        In English "**45 minutes, 1 of them computing.", in Korean "**45분, 그중 계산 1분.".
        """
        said = r"\*\*(\d+)(?: minutes|분), (?:그중 계산 )?(\d+)(?: of them computing|분)\."
        total, computing = re.search(said, self.prose).groups()
        return int(total), int(computing)

    @property
    def minutes_needed(self) -> int:
        """180 words or 15 lines of code a minute, 4 minutes an exercise; rounded up to 5."""
        lines = sum(len(cell.source.split("\n")) for cell in self.code_cells)
        reading = len(self.prose.split()) / 180 + lines / 15 + 4 * len(self.tagged("exercise"))
        return 5 * ceil((reading + self.minutes[1]) / 5)

    def tagged(self, tag: str) -> list[NotebookNode]:
        return tagged_cells(self.node, tag)


SET_UP = Notebook(LESSON_PATHS[0]).code_cells[0].source  # the same in every notebook


def printed(cell: NotebookNode, stream: str = "stdout") -> str:
    """Return what a cell wrote to one of its streams."""
    return "".join(output.text for output in cell.outputs if output.get("name") == stream)


def python_of(source: str) -> str:
    """Return a cell's code with ``pass`` in the place of Jupyter's own commands."""
    return re.sub(r"^(\s*)[%!].*", r"\1pass", source, flags=re.MULTILINE)


def definitions(source: str) -> dict[str, str]:
    """Return the top-level functions and classes of some code, as comparable syntax trees.

    Docstrings are left out: a lesson explains in its prose what a helper says in its docstring.

    >>> definitions("def double(x): return 2 * x") == definitions("def double(x): return 2*x  # !")
    True
    """
    found: dict[str, str] = {}
    for node in ast.parse(python_of(source)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(inner):
                    inner.body = inner.body[1:] or [ast.Pass()]
            found[node.name] = ast.dump(node)
    return found
