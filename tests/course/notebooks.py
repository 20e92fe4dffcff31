"""The notebooks of the course, and what the tests ask of their cells."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.editions import KOREAN
from tools.lessons import LESSONS, tagged_cells

LESSON_PATHS = sorted(LESSONS.glob("*.ipynb"))
SOLUTION_PATHS = sorted((LESSONS / "solutions").glob("*.ipynb"))
ALL_PATHS = LESSON_PATHS + SOLUTION_PATHS
KOREAN_LESSON_PATHS = [KOREAN / path.name for path in LESSON_PATHS]
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
    def minutes(self) -> str:
        """How long the lesson takes, as its opening says in English or in Korean."""
        return re.search(r"\*\*(\d+)(?: minutes|분)", self.prose).group(1)

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
