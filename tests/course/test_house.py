"""The rule of the house: ``support`` knows nothing of the course, and all arrows run one way."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

HELPERS = ROOT / "helpers"
MODULES = sorted(HELPERS.rglob("*.py"))
IN_ORDER = [  # the course; each module may import those above it
    "scales",
    "arguments",
    "corpus",
    "download",
    "model",
    "encoding",
    "data",
    "task",
    "checkpoints",
    "resume",
    "trainer",
    "evaluation",
    "export",
    "inference",
    "attribution",
    "page",
    "own_data",
    "fine_tuning",
    "notebook",
]


def name_of(path: Path) -> str:
    """Return a module's name: "helpers.support.files"."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path) for path in MODULES}


def imports(tree: ast.AST) -> set[str]:
    """Return the modules of the course that some code imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inside & NAMES) or {node.module}
    return found & NAMES


ARROWS = {name_of(path): imports(ast.parse(path.read_text(encoding="utf-8"))) for path in MODULES}


def test_arrows_run_in_no_circle() -> None:
    assert set(TopologicalSorter(ARROWS).static_order()) == NAMES


def test_support_knows_nothing_of_the_course() -> None:
    for name, imported in ARROWS.items():
        if name.startswith("helpers.support"):
            assert all(one.startswith("helpers.support") for one in imported), name


def test_the_root_is_the_course_in_order() -> None:
    root = {name for name in NAMES if name.count(".") == 1} - {"helpers.support"}
    assert root == {f"helpers.{name}" for name in IN_ORDER}
    for name in root:
        above = IN_ORDER[: IN_ORDER.index(name.removeprefix("helpers."))]
        course = {one.removeprefix("helpers.") for one in ARROWS[name] & root}
        assert course <= set(above), name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_an_import_inside_a_function_says_that_it_is_heavy(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree, lines = ast.parse(source), source.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in tree.body:
            assert imports(node) == set(), "no module of the course"
            assert "# heavy" in lines[node.lineno - 1], lines[node.lineno - 1]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_functions_are_short(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            docstring = node.body[0] if ast.get_docstring(node) else None
            extra = docstring.end_lineno - docstring.lineno + 1 if docstring else 0
            assert node.end_lineno - node.lineno + 1 - extra <= 25, node.name
