"""The Korean edition: the same cells as the English one, and prose that says the same."""

import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.course.notebooks import KOREAN_PATHS, Notebook
from tools.editions import KOREAN, agree, carry, faults, pairs
from tools.figures import FIGURES, noted_source, source_of

PAIRS = list(pairs())
every_pair = pytest.mark.parametrize(("path", "korean"), PAIRS, ids=[p.stem for p, _ in PAIRS])
WORDS = re.compile(r"(?<=>)[^<>]+(?=</(?:text|title)>)")
# Endings of the informal polite style, at the end of a sentence that is not in quotation marks.
INFORMAL = re.compile(r"(?:해요|이에요|예요|네요|군요|지요|죠|세요|어요|아요)[.!?](?:\s|$)")
QUOTED = re.compile(r"`[^`]*`|[\"“‘'][^\"”’']*[\"”’']|^\s*[-*|>].*$", flags=re.MULTILINE)


def headings(notebook: Notebook) -> list[str]:
    """Return the marks and numbers of all headings: "## 7.3"."""
    return re.findall(r"^#+ (?:\d+\.(?:\d+)?)?", notebook.prose, flags=re.MULTILINE)


def test_both_editions_have_the_same_notebooks() -> None:
    there = {path for path in KOREAN.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts}
    assert there == set(KOREAN_PATHS) == {korean for _, korean in PAIRS}


@every_pair
def test_code_outputs_tags_and_headings_are_the_same(path: Path, korean: Path) -> None:
    english, translated = Notebook(path), Notebook(korean)
    for one, other in zip(english.cells, translated.cells, strict=True):
        assert one.id == other.id and (one == other or one.cell_type == "markdown")
    assert translated.node.metadata == english.node.metadata
    assert headings(translated) == headings(english)


@every_pair
def test_prose_was_not_changed_in_one_edition_alone(path: Path, korean: Path) -> None:
    assert list(faults(Notebook(path).node, Notebook(korean).node)) == []


@every_pair
def test_prose_is_korean_of_one_style_and_stays_in_its_edition(path: Path, korean: Path) -> None:
    for cell in Notebook(korean).cells:
        if cell.cell_type == "markdown":
            assert re.search("[가-힣]", cell.source), cell.source
            assert not INFORMAL.search(QUOTED.sub("", cell.source)), cell.source
    links = re.findall(r"\]\(([^)\s]+)\)", Notebook(korean).prose)
    assert not any("notebooks/en/" in link or "../README.md" in link for link in links)
    for notebook, edition in ((path, "en"), (korean, "ko")):
        shown = re.findall(r"!\[[^\]]*\]\((?!http)([^)]+)\)", Notebook(notebook).prose)
        assert all(re.fullmatch(rf"(?:\.\./)+figures/{edition}/\w+\.png", image) for image in shown)


@pytest.mark.parametrize("english", sorted(FIGURES.glob("en/*.svg")), ids=lambda path: path.stem)
def test_figures_are_drawn_and_differ_in_their_words_alone(english: Path) -> None:
    korean = FIGURES / "ko" / english.name
    for path in (english, korean):
        assert noted_source(path.with_suffix(".png")) == source_of(path), "python -m tools.figures"
    drawing, translated = (path.read_text(encoding="utf-8") for path in (english, korean))
    assert WORDS.sub("", translated) == WORDS.sub("", drawing)
    assert re.search("[가-힣]", translated)


def test_a_change_in_one_edition_is_named_until_both_agree() -> None:
    english = new_notebook(cells=[new_markdown_cell("Hello", id="a"), new_code_cell("1 + 1")])
    korean = carry(english, None)
    assert list(faults(english, korean)) == ["a: there is no Korean prose yet"]
    korean.cells[0].source, korean.cells[1].source = "안녕하십니까", "old"
    korean = carry(english, korean)
    assert [cell.source for cell in korean.cells] == ["안녕하십니까", "1 + 1"]
    agree(english, korean)
    assert list(faults(english, korean)) == []
    english.cells[0].source = "Good night"
    assert list(faults(english, korean)) == ["a: changed since both agreed: en"]
    korean.cells[0].source = "반갑습니다"
    assert list(faults(english, korean)) == ["a: changed since both agreed: en, ko"]
