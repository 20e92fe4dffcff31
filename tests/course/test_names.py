"""A name means one thing in a notebook, so that its cells can be run again in any order."""

import ast
import symtable
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.notebooks import ALL_PATHS, Notebook, python_of

# Still to be given names of their own.
LEFT = {
    "07_training": {"batch", "output"},
    "08_evaluation": {"model"},
    "09_inference": {"model", "tokenizer"},
    "09_inference_solutions": {"model", "tokenizer"},
    "10_own_data": {"model", "tokenizer"},
    "10_own_data_solutions": {"content", "texts_of"},
}


def given(tree: ast.AST) -> dict[str, str]:
    """Return what each name stands for once some code has run: its definition, or "value".

    >>> given(ast.parse("import numpy as np"))
    {'np': 'import numpy as np'}
    >>> given(ast.parse("total = sum(len(word) for word in words)"))
    {'total': 'value'}
    """
    found: dict[str, str] = {}
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = ast.unparse(node)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    node.names = [alias]
                    found[alias.asname or alias.name.split(".")[0]] = ast.unparse(node)
            case ast.Name(id=name, ctx=ast.Store()):
                found[name] = "value"
            case ast.Lambda() | ast.comprehension():
                pass  # their names are their own
            case _:
                found |= given(node)
    return found


def taken_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement reads from what ran before it."""
    own = given(statement).keys()
    if isinstance(statement, ast.Assign | ast.AugAssign):
        own = set()  # x = f(x) and x += 1 read the old x
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id
    tables = [symtable.symtable(ast.unparse(statement), "cell", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            outer = symbol.is_global() or table.get_type() == "module"
            if symbol.is_referenced() and outer and symbol.get_name() not in own:
                yield symbol.get_name()


def taken(source: str) -> set[str]:
    """Return the names that a cell takes from other cells, or from Python.

    >>> sorted(taken("total = count + 1\\nprint(total)"))
    ['count', 'print']
    >>> taken("total += 1")
    {'total'}
    """
    found: set[str] = set()
    ours: set[str] = set()
    for statement in ast.parse(source).body:
        found |= set(taken_by(statement)) - ours
        ours |= given(statement).keys()
    return found


def ambiguous(sources: list[str]) -> set[str]:
    """Return the names that one cell takes from others, and that these give more than one meaning.

    >>> sorted(ambiguous(["p = 1", "print(p)", "for p in range(3): print(p)", "q = 2", "q = 3"]))
    ['p']
    """
    meanings: dict[str, set[str]] = defaultdict(set)
    for number, source in enumerate(sources):
        for name, code in given(ast.parse(source)).items():
            meanings[name].add(f"value of cell {number}" if code == "value" else code)
    names = set().union(*map(taken, sources))
    return {name for name in names if len(meanings[name]) > 1}


@pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: path.stem)
def test_names_have_one_meaning(path: Path) -> None:
    found = ambiguous([python_of(cell.source) for cell in Notebook(path).code_cells])
    assert found - LEFT.get(path.stem, set()) == set()
