"""The Korean edition: the same cells as the English one, and prose that says the same."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.conftest import ROOT
from tests.course.notebooks import KOREAN_LESSON_PATHS, LESSON_FOLDER, Notebook
from tests.course.test_notebooks import COLAB
from tools.editions import KOREAN, agree, carry, faults, pairs
from tools.figures import FIGURES, noted_source, source_of

PAIRS = list(pairs())
every_pair = pytest.mark.parametrize(("path", "korean"), PAIRS, ids=[p.stem for p, _ in PAIRS])
WORDS = re.compile(r"(?<=>)[^<>]+(?=</(?:text|title)>)")
# Endings of the informal polite style, at the end of a sentence that is not in quotation marks.
INFORMAL = re.compile(r"(?:해요|이에요|예요|네요|군요|지요|죠|세요|어요|아요)[.!?](?:\s|$)")
QUOTED = re.compile(r"`[^`]*`|[\"“‘'][^\"”’']*[\"”’']|^\s*[-*|>].*$", flags=re.MULTILINE)


def without_prose(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells of a notebook, of prose cells only that they are there."""
    return [{"id": c.id} if c.cell_type == "markdown" else c for c in notebook.cells]


def headings(notebook: Notebook) -> list[str]:
    """Return the marks and numbers of all headings: "## 7.3"."""
    source = "\n".join(cell.source for cell in notebook.markdown_cells)
    return re.findall(r"^#+ (?:\d+\.(?:\d+)?)?", source, flags=re.MULTILINE)


def test_both_editions_have_the_same_notebooks() -> None:
    there = {path for path in KOREAN.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts}
    assert there == {korean for _, korean in PAIRS}


@every_pair
def test_code_outputs_and_tags_are_the_same(path: Path, korean: Path) -> None:
    english, translated = Notebook(path).node, Notebook(korean).node
    assert without_prose(translated) == without_prose(english)
    assert translated.metadata == english.metadata


@every_pair
def test_prose_was_not_changed_in_one_edition_alone(path: Path, korean: Path) -> None:
    assert list(faults(Notebook(path).node, Notebook(korean).node)) == []


@every_pair
def test_headings_are_the_same(path: Path, korean: Path) -> None:
    assert headings(Notebook(korean)) == headings(Notebook(path))


@every_pair
def test_prose_is_korean_of_one_style(path: Path, korean: Path) -> None:
    for cell in Notebook(korean).markdown_cells:
        assert re.search("[가-힣]", cell.source), cell.source
        assert not INFORMAL.search(QUOTED.sub("", cell.source)), cell.source
        for target in re.findall(r"\]\(([^)\s]+)\)", cell.source):
            assert "notebooks/en/" not in target and "../README.md" not in target, target


def test_figures_differ_in_their_words_alone() -> None:
    english, korean = (
        {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.svg")}
        for folder in (FIGURES / "en", FIGURES / "ko")
    )
    assert english.keys() == korean.keys() and english
    for name, drawing in english.items():
        assert WORDS.sub("", korean[name]) == WORDS.sub("", drawing), name
        assert re.search("[가-힣]", korean[name]), name


@pytest.mark.parametrize("path", sorted(FIGURES.glob("*/*.svg")), ids=lambda path: path.stem)
def test_figures_were_drawn_since_they_were_changed(path: Path) -> None:
    assert noted_source(path.with_suffix(".png")) == source_of(path), "python -m tools.figures"


@every_pair
def test_each_edition_shows_its_own_figures(path: Path, korean: Path) -> None:
    for notebook, edition in ((path, "en"), (korean, "ko")):
        prose = "\n".join(cell.source for cell in Notebook(notebook).markdown_cells)
        shown = re.findall(r"!\[[^\]]*\]\((?!http)([^)]+)\)", prose)
        assert all(re.fullmatch(rf"\.\./figures/{edition}/\w+\.png", image) for image in shown)


@pytest.mark.parametrize("path", KOREAN_LESSON_PATHS, ids=lambda path: path.stem)
def test_opening(path: Path) -> None:
    opening = Notebook(path).cells[0].source
    assert opening.startswith(f"# {int(path.stem[:2])}. ")
    assert f"({COLAB}/blob/main/{path.relative_to(ROOT).as_posix()})" in opening
    english = Notebook(LESSON_FOLDER / path.name).cells[0].source
    (minutes,) = re.findall(r"\*\*(\d+) minutes", english)
    assert f"**{minutes}분" in opening and "GPU" in opening


def notebook_of(*cells: NotebookNode) -> NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return notebook


def test_a_change_in_one_edition_is_named_until_both_agree() -> None:
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    english = notebook_of(text("Hello"), code("1 + 1"), text("Bye"))
    korean = carry(english, None)
    assert [fault[:6] for fault in faults(english, korean)] == ["cell-0", "cell-2"]
    korean = carry(english, notebook_of(text("안녕하십니까"), code("old"), text("안녕히 가십시오")))
    assert [cell.source for cell in korean.cells] == ["안녕하십니까", "1 + 1", "안녕히 가십시오"]
    agree(english, korean)
    assert list(faults(english, korean)) == []
    english.cells[2].source = "Good night"
    assert list(faults(english, korean)) == ["cell-2: changed since both agreed: en"]
    korean.cells[0].source = "반갑습니다"
    assert "cell-0: changed since both agreed: ko" in list(faults(english, korean))
    agree(english, korean)
    english.cells.insert(1, text("New", id="cell-9"))
    korean = carry(english, korean)
    assert list(faults(english, korean)) == ["cell-9: there is no Korean prose yet"]
