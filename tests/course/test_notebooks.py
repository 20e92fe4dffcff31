"""The rules that every lesson keeps, beside running as stored (nbval sees to that)."""

import re
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from statistics import median
from types import ModuleType, SimpleNamespace

import pytest
from markdown_it import MarkdownIt

import helpers
from tests.conftest import ROOT
from tests.course.notebooks import (
    ALL_PATHS,
    KOREAN_PATHS,
    LESSON_PATHS,
    SOLUTION_PATHS,
    Notebook,
    definitions,
    printed,
)
from tests.stand_ins.environments import REPOSITORY

COLAB = "https://colab.research.google.com/github/" + REPOSITORY.removeprefix("https://github.com/")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|tmp|usr|work|content|Users)/")
KORPORA_PROGRESS = re.compile(r"(?:\r?\[\w+\] download [^\r\n]*\n?)+")

every_notebook = pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: path.stem)
every_prose = pytest.mark.parametrize(
    "path", ALL_PATHS + KOREAN_PATHS, ids=lambda path: str(path.relative_to(ROOT / "notebooks"))
)
every_lesson = pytest.mark.parametrize("path", LESSON_PATHS, ids=lambda path: path.stem)
every_solution = pytest.mark.parametrize("path", SOLUTION_PATHS, ids=lambda path: path.stem)


def helper_definitions() -> dict[str, list[str]]:
    """Return all functions and classes of the helpers by name: two modules may have the same."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in (ROOT / "helpers").rglob("*.py"):
        for name, tree in definitions(path.read_text(encoding="utf-8")).items():
            found[name].append(tree)
    return dict(found)


def test_lessons_are_there_and_have_solutions() -> None:
    numbers = [path.stem[:2] for path in LESSON_PATHS]
    assert {"03", "04", "05", "06", "07"} <= set(numbers)
    assert [f"{path.stem}_solutions" for path in LESSON_PATHS] == [p.stem for p in SOLUTION_PATHS]


@every_notebook
def test_all_cells_were_run_in_order(path: Path) -> None:
    counts = [cell.execution_count for cell in Notebook(path).code_cells]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_outputs_are_fit_to_read(path: Path) -> None:
    for cell in Notebook(path).code_cells:
        assert not any(output.output_type == "error" for output in cell.outputs), cell.source
        assert KORPORA_PROGRESS.sub("", printed(cell, "stderr")) == "", cell.source
        assert len(printed(cell).splitlines()) <= 25, cell.source
        assert not MACHINE_PATH.search(str(cell.outputs)), cell.source


@every_notebook
def test_no_state_of_one_machine(path: Path) -> None:
    notebook = Notebook(path)
    assert set(notebook.node.metadata) == {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "reason", "cellView"}
    assert "widget" not in str([cell.get("outputs") for cell in notebook.cells])


@every_notebook
def test_set_up_and_parameters(path: Path) -> None:
    first = Notebook(LESSON_PATHS[0])
    notebook = Notebook(path)
    for theirs, ours in zip(first.code_cells[:2], notebook.code_cells[:2], strict=True):
        assert ours.source == theirs.source
    assert notebook.code_cells[0].source.splitlines()[0].startswith("# @title ")
    assert len(notebook.code_cells[0].source.splitlines()) <= 5
    assert f"%pip install -q git+{REPOSITORY}" in notebook.code_cells[0].source
    assert notebook.tagged("parameters") == [notebook.code_cells[1]]
    sources = [cell.source for cell in notebook.code_cells[2:]]
    assert not any(re.search(r"\bSCALE\b\s*(==|!=|in)", source) for source in sources)


@every_notebook
def test_cells_are_small(path: Path) -> None:
    lengths = []
    for cell in Notebook(path).code_cells:
        lines = sum(1 for line in cell.source.splitlines() if line.strip())
        assert lines <= (35 if "\nclass " in f"\n{cell.source}" else 20), cell.source
        lengths.append(lines)
    assert median(lengths) <= 6


@every_lesson
def test_rhythm(path: Path) -> None:
    kinds = "".join(cell.cell_type[0] for cell in Notebook(path).cells)
    assert "ccc" not in kinds
    assert 0.45 <= kinds.count("m") / len(kinds) <= 0.65


@every_lesson
def test_opening(path: Path) -> None:
    opening = Notebook(path).cells[0].source
    assert opening.startswith(f"# {int(path.stem[:2])}. ")
    assert f"({COLAB}/blob/main/{path.relative_to(ROOT).as_posix()})" in opening
    assert "minutes" in opening and "GPU" in opening
    assert 3 <= len(re.findall(r"^\d\. ", opening, flags=re.MULTILINE)) <= 5


@every_prose
def test_headings_nest(path: Path) -> None:
    source = "\n".join(cell.source for cell in Notebook(path).markdown_cells)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", source, flags=re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@every_prose
def test_links_and_images_resolve(path: Path) -> None:
    for cell in Notebook(path).markdown_cells:
        for alt, target in re.findall(r"(!?\[[^\]]*\])\(([^)\s]+)\)", cell.source):
            assert alt != "![]", "an image needs an alternative text"
            if not target.startswith(("http", "#")):
                assert (path.parent / target.split("#")[0]).exists(), target


@every_prose
def test_emphasis_is_rendered(path: Path) -> None:
    """A trap in Korean: ``**학습(training)**은`` is not bold, ``**학습**(training)은`` is."""
    for cell in Notebook(path).markdown_cells:
        rendered = MarkdownIt().enable("table").render(cell.source)
        prose = re.sub(r"<(code|pre)\b.*?</\1>", "", rendered, flags=re.DOTALL)
        assert "**" not in prose, cell.source


@every_lesson
def test_exercises(path: Path) -> None:
    notebook = Notebook(path)
    assert len(notebook.tagged("exercise")) == len(notebook.tagged("check")) == 3
    for cell in notebook.tagged("exercise"):
        assert "..." in cell.source
    for cell in notebook.tagged("check"):
        assert printed(cell).startswith("✏️ Not answered yet")


@every_solution
def test_solutions_pass_the_lessons_own_checks(path: Path) -> None:
    solution = Notebook(path)
    lesson = Notebook(path.parents[1] / f"{path.stem.removesuffix('_solutions')}.ipynb")
    for ours, theirs in zip(solution.tagged("check"), lesson.tagged("check"), strict=True):
        assert ours.source == theirs.source
        assert printed(ours).startswith("✅ Right!")


@every_notebook
def test_outputs_are_compared(path: Path) -> None:
    notebook = Notebook(path)
    assert notebook.tagged("nbval-skip") == []
    ignored = notebook.tagged("nbval-ignore-output")
    printing = [cell for cell in notebook.code_cells if cell.outputs]
    assert len(ignored) <= 0.15 * len(printing)
    assert all(cell.metadata.get("reason") for cell in ignored)


@every_notebook
def test_shown_code_is_helper_code(path: Path) -> None:
    ours = helper_definitions()
    for cell in Notebook(path).code_cells:
        for name, tree in definitions(cell.source).items():
            assert tree in ours.get(name, [tree]), f"{name} differs from helpers"


def test_every_public_helper_is_shown_in_a_lesson() -> None:
    shown: set[str] = set()
    for path in LESSON_PATHS:
        for cell in Notebook(path).code_cells:
            shown |= definitions(cell.source).keys()
    assert set(helpers.__all__) - shown == set()


@pytest.mark.parametrize("keep", [False, True])
def test_lesson_7_keeps_its_model_on_drive_where_that_is_asked_for(
    keep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted: list[str] = []
    colab = ModuleType("google.colab")
    colab.drive = SimpleNamespace(mount=mounted.append)
    monkeypatch.setitem(sys.modules, "google", ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    lesson = Notebook(next(path for path in LESSON_PATHS if path.stem == "07_training"))
    (source,) = (
        c.source for c in lesson.code_cells if c.source.startswith("KEEP_ON_DRIVE = False")
    )
    names = {"SCALE": "mini"}
    exec(source.replace("KEEP_ON_DRIVE = False", f"KEEP_ON_DRIVE = {keep}"), names)
    assert mounted == (["/content/drive"] if keep else [])
    drive = "/content/drive/MyDrive/" if keep else ""
    assert names["model_dir"] == f"{drive}checkpoints/07/mini"
