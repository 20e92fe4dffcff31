"""The rules that every lesson keeps, beside running as stored (nbval sees to that)."""

import re
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from types import SimpleNamespace

import pytest
from markdown_it import MarkdownIt

import helpers
from tests.conftest import ROOT
from tests.course.notebooks import (
    ALL_PATHS,
    FURTHER_PATHS,
    KOREAN_LESSON_PATHS,
    KOREAN_PATHS,
    LESSON_PATHS,
    SET_UP,
    Notebook,
    definitions,
    printed,
)
from tests.stand_ins.environments import REPOSITORY
from tools.lessons import LESSONS

COLAB = REPOSITORY.replace("https://github.com", "https://colab.research.google.com/github")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|tmp|usr|work|content|Users)/")
# For files and pages, which lesson 9 names without showing them, and for lesson 10's three parts.
UNTAUGHT = {"hold_out", "load_exported", "make_page", "predict_file", "predict_stream"}
KORPORA_PROGRESS = re.compile(r"(?:\r?\[\w+\] download [^\r\n]*\n?)+")


def every(paths: list[Path]) -> pytest.MarkDecorator:
    """Run a test with each of the notebooks."""
    return pytest.mark.parametrize("path", paths, ids=[f"{p.parts[-2]}/{p.stem}" for p in paths])


@every(ALL_PATHS)
def test_all_cells_were_run_in_order_on_no_machine_in_particular(path: Path) -> None:
    notebook = Notebook(path)
    counts = [cell.execution_count for cell in notebook.code_cells]
    assert counts == list(range(1, len(counts) + 1))
    assert set(notebook.node.metadata) == {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "reason", "cellView"}


@every(ALL_PATHS)
def test_outputs_are_fit_to_read(path: Path) -> None:
    for cell in Notebook(path).code_cells:
        assert not any(output.output_type == "error" for output in cell.outputs), cell.source
        assert KORPORA_PROGRESS.sub("", printed(cell, "stderr")) == "", cell.source
        assert len(printed(cell).splitlines()) <= 25, cell.source
        assert not MACHINE_PATH.search(str(cell.outputs)), cell.source
        assert "widget" not in str(cell.outputs), cell.source


@every(ALL_PATHS)
def test_set_up_and_parameters(path: Path) -> None:
    set_up, parameters, *others = Notebook(path).code_cells
    assert set_up.source == SET_UP
    assert parameters.source == Notebook(LESSON_PATHS[0]).code_cells[1].source
    assert Notebook(path).tagged("parameters") == [parameters]
    assert not any(re.search(r"\bSCALE\b\s*(==|!=|in)", cell.source) for cell in others)


def test_set_up_is_small_and_installs_the_course() -> None:
    assert SET_UP.startswith("# @title ") and len(SET_UP.splitlines()) <= 5
    assert f"%pip install -q git+{REPOSITORY}" in SET_UP


@every(ALL_PATHS)
def test_cells_are_small(path: Path) -> None:
    lengths = []
    for cell in Notebook(path).code_cells:
        lines = sum(1 for line in cell.source.splitlines() if line.strip())
        assert lines <= (35 if "\nclass " in f"\n{cell.source}" else 20), cell.source
        lengths.append(lines)
    assert median(lengths) <= 6


@every(LESSON_PATHS + FURTHER_PATHS)
def test_rhythm(path: Path) -> None:
    kinds = "".join(cell.cell_type[0] for cell in Notebook(path).cells)
    assert "ccc" not in kinds
    assert 0.45 <= kinds.count("m") / len(kinds) <= 0.65
    assert len(kinds) <= 75


def test_lessons_1_to_10_fit_their_reader() -> None:
    assert sum(len(Notebook(path).cells) for path in LESSON_PATHS[1:11]) <= 640


@every(LESSON_PATHS + FURTHER_PATHS)
def test_minutes_are_honest(path: Path) -> None:
    assert Notebook(path).minutes[0] == Notebook(path).minutes_needed <= 60


@every(LESSON_PATHS + FURTHER_PATHS + KOREAN_LESSON_PATHS)
def test_opening(path: Path) -> None:
    opening = Notebook(path).cells[0].source
    number = f"{int(path.stem[:2])}. " if path.parent.name != "going_further" else ""
    assert opening.startswith(f"# {number}") and "GPU" in opening
    assert f"({COLAB}/blob/main/{path.relative_to(ROOT).as_posix()})" in opening
    assert 3 <= len(re.findall(r"^\d\. ", opening, flags=re.MULTILINE)) <= 5
    assert (
        Notebook(path).minutes
        == Notebook(LESSONS / Path(*path.parts[path.parts.index("notebooks") + 2 :])).minutes
    )


@every(ALL_PATHS + KOREAN_PATHS)
def test_links_and_images_resolve(path: Path) -> None:
    for alt, target in re.findall(r"(!?\[[^\]]*\])\(([^)\s]+)\)", Notebook(path).prose):
        assert alt != "![]", "an image needs an alternative text"
        if not target.startswith(("http", "#")):
            assert (path.parent / target.split("#")[0]).exists(), target


@every(ALL_PATHS + KOREAN_PATHS)
def test_emphasis_is_rendered(path: Path) -> None:
    """A trap in Korean: ``**학습(training)**은`` is not bold, ``**학습**(training)은`` is."""
    rendered = MarkdownIt().enable("table").render(Notebook(path).prose)
    assert "**" not in re.sub(r"<(code|pre)\b.*?</\1>", "", rendered, flags=re.DOTALL)


@every([path for path in LESSON_PATHS if path.stem != "00_first_model"])
def test_exercises_are_open_and_solutions_pass_their_checks(path: Path) -> None:
    lesson = Notebook(path)
    solution = Notebook(path.parent / "solutions" / f"{path.stem}_solutions.ipynb")
    assert len(lesson.tagged("exercise")) == len(lesson.tagged("check")) == 3
    assert all("..." in cell.source for cell in lesson.tagged("exercise"))
    for open_one, solved in zip(lesson.tagged("check"), solution.tagged("check"), strict=True):
        assert solved.source == open_one.source
        assert printed(open_one).startswith("✏️ Not answered yet")
        assert printed(solved).startswith("✅ Right!")


@every(ALL_PATHS)
def test_outputs_are_compared(path: Path) -> None:
    notebook = Notebook(path)
    assert notebook.tagged("nbval-skip") == []
    ignored = notebook.tagged("nbval-ignore-output")
    assert len(ignored) <= 0.15 * sum(bool(cell.outputs) for cell in notebook.code_cells)
    assert all(cell.metadata.get("reason") for cell in ignored)


def test_shown_code_is_helper_code_and_every_public_helper_is_shown() -> None:
    ours: dict[str, list[str]] = defaultdict(list)  # two modules may have the same name
    for path in (ROOT / "helpers").rglob("*.py"):
        for name, tree in definitions(path.read_text(encoding="utf-8")).items():
            ours[name].append(tree)
    shown = [
        (path.stem, name, tree)
        for path in ALL_PATHS
        for cell in Notebook(path).code_cells
        for name, tree in definitions(cell.source).items()
    ]
    assert [one[:2] for one in shown if one[2] not in ours.get(one[1], [one[2]])] == []
    assert set(helpers.__all__) - {name for _, name, _ in shown} == UNTAUGHT


@pytest.mark.parametrize("keep", [False, True])
def test_a_training_is_kept_on_drive_where_that_is_asked_for(
    keep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted: list[str] = []
    colab = SimpleNamespace(drive=SimpleNamespace(mount=mounted.append))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    notebook = Notebook(LESSONS / "going_further" / "a_training_that_stops.ipynb")
    sources = [cell.source for cell in notebook.code_cells]
    (source,) = (source for source in sources if source.startswith("KEEP_ON_DRIVE = False"))
    names = {"SCALE": "mini"}
    exec(source.replace("KEEP_ON_DRIVE = False", f"KEEP_ON_DRIVE = {keep}"), names)
    assert mounted == (["/content/drive"] if keep else [])
    drive = "/content/drive/MyDrive/" if keep else ""
    assert names["model_dir"] == f"{drive}checkpoints/stops/mini"
