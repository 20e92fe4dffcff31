"""README and the pages of docs: links resolve, tables are true, both editions say the same."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.course.notebooks import LESSON_PATHS, Notebook
from tests.course.test_notebooks import COLAB, every
from tools.first_page import PICTURE, own_data, picture
from tools.lessons import LESSONS

DOCUMENTS = [path for path in ROOT.rglob("*.md") if "/." not in f"/{path.relative_to(ROOT)}"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
KOREAN_README = (ROOT / "README.ko.md").read_text(encoding="utf-8")
PAGES = sorted(ROOT.glob("docs/*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if not target.startswith(("http", "#")):
            assert (path.parent / target.partition("#")[0]).exists(), target


@every(LESSON_PATHS)
def test_readme_has_each_lesson_with_its_minutes_and_badge(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    (row,) = [row for row in README.splitlines() if row.startswith(f"| {int(path.stem[:2])} | ")]
    assert f"]({place})" in row
    assert f"| {Notebook(path).minutes[0]} |" in row
    assert f"({COLAB}/blob/main/{place})" in row


def test_readme_shows_the_scores_that_make_run_prints() -> None:
    (cell,) = Notebook(LESSONS / "07_training.ipynb").tagged("scores")
    before, after = re.findall(r"0\.\d\d", cell.outputs[0].text)
    assert f"**{before} before training, {after} after**" in " ".join(README.split())


def test_readme_shows_what_the_command_for_own_data_prints() -> None:
    block = f"<!-- own data -->\n{own_data()}\n<!-- end of own data -->"
    assert block in README, "python -m tools.first_page"


def test_readme_shows_the_picture_of_lesson_9() -> None:
    assert PICTURE.read_bytes() == picture(), "python -m tools.first_page"
    assert PICTURE.stat().st_size <= 150_000
    assert f"]({PICTURE.relative_to(ROOT)})" in README


def test_readme_is_short_and_leads_to_every_page() -> None:
    assert max(len(text.splitlines()) for text in (README, KOREAN_README)) <= 180
    assert all(f"]({page.relative_to(ROOT)})" in README for page in PAGES)


def targets(text: str) -> Counter[str]:
    """Return what a document links to, but for its other edition and its own sections."""
    text = text.replace("../../", "../").replace("README.ko.md", "README.md")
    found = LINK.findall(text.replace("notebooks/ko", "notebooks/en").replace("docs/ko/", "docs/"))
    return Counter(one for one in found if not one.startswith(("README", "ko/", "#")))


def blocks(text: str) -> list[str]:
    """Return what both editions have word for word: commands, and tables that are generated."""
    commands = re.findall(r"```(?:bash|python)\n(.*?)```", text, flags=re.DOTALL)
    # Comments are translated, and the Korean README opens the Korean edition.
    bare = [re.sub(r" EDITION=ko|\s*#.*", "", block) for block in commands]
    return bare + re.findall(r"<!-- (\w+ ?\w*) -->\n(.*?)<!-- end", text, flags=re.DOTALL)


def test_the_korean_readme_has_the_same_links_commands_and_measurements() -> None:
    assert targets(KOREAN_README) == targets(README)
    assert blocks(KOREAN_README) == blocks(README)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_is_there_in_korean_with_the_same_links_commands_and_measurements(
    page: Path,
) -> None:
    english, korean = (
        path.read_text(encoding="utf-8") for path in (page, page.parent / "ko" / page.name)
    )
    assert f"](ko/{page.name})" in english and f"](../{page.name})" in korean
    assert targets(korean) - Counter([f"../{page.name}"]) == targets(english)
    assert blocks(korean) == blocks(english)
