"""A name means one thing in a notebook, so that its cells can be run again in any order."""

import ast
import dis
from collections import defaultdict
from pathlib import Path
from types import CodeType

import pytest

from tests.course.notebooks import ALL_PATHS, Notebook, python_of

# Still to be given names of their own.
LEFT = {
    "10_own_data_solutions": {"content"},
}


def taken(code: CodeType) -> set[str]:
    """Return the names that a cell takes from other cells, or from Python.

    >>> sorted(taken(compile("total = count + 1; print(total)", "cell", "exec")))
    ['count', 'print']
    >>> taken(compile("total += 1", "cell", "exec"))
    {'total'}
    """
    found: set[str] = set()
    ours: set[str] = set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            ours.add(step.argval)
        elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            found |= {step.argval} - ours
        elif isinstance(step.argval, CodeType):  # of a function, which may call itself
            found |= taken(step.argval) - ours - {step.argval.co_name}
    return found


def ambiguous(sources: list[str]) -> set[str]:
    """Return the names that one cell takes from others, and that these give more than one meaning.

    A function or class is the same in each cell that shows it.

    >>> sorted(ambiguous(["p = 1", "print(p)", "for p in range(3): print(p)", "q = 2", "q = 3"]))
    ['p']
    """
    meanings: dict[str, set[str]] = defaultdict(set)
    for number, source in enumerate(sources):
        for statement in ast.parse(source).body:
            is_definition = isinstance(statement, ast.FunctionDef | ast.ClassDef)
            meaning = ast.unparse(statement) if is_definition else f"of cell {number}"
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                for step in dis.get_instructions(compile(ast.unparse(statement), "cell", "exec")):
                    if step.opname == "STORE_NAME":
                        meanings[step.argval].add(meaning)
    names = set().union(*(taken(compile(source, "cell", "exec")) for source in sources))
    return {name for name in names if len(meanings[name]) > 1}


@pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: path.stem)
def test_names_have_one_meaning(path: Path) -> None:
    found = ambiguous([python_of(cell.source) for cell in Notebook(path).code_cells])
    assert found <= LEFT.get(path.stem, set())
