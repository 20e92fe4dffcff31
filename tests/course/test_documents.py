"""README and the other documents: links resolve, and the table of lessons is true."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.course.notebooks import LESSON_PATHS, Notebook
from tests.course.test_notebooks import COLAB

DOCUMENTS = [
    path
    for path in ROOT.rglob("*.md")
    if not any(p.startswith(".") or p == "node_modules" for p in path.relative_to(ROOT).parts)
]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http", "#")):
            assert (path.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("path", LESSON_PATHS, ids=lambda path: path.stem)
def test_readme_has_each_lesson_with_its_minutes_and_badge(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    opening = Notebook(path).cells[0].source
    minutes = re.search(r"\*\*(\d+) minutes", opening).group(1)
    rows = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if row.startswith(f"| {int(path.stem[:2])} | ")]
    assert f"]({place})" in row
    assert f"| {minutes} |" in row
    assert f"({COLAB}/blob/main/{place})" in row


def test_readme_shows_the_scores_that_make_run_prints() -> None:
    (cell,) = Notebook(next(p for p in LESSON_PATHS if p.stem == "07_training")).tagged("scores")
    before, after = re.findall(r"0\.\d\d", cell.outputs[0].text)
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"**{before} before training, {after} after**" in readme


def targets(path: Path) -> Counter[str]:
    """Return what a README links to, but for the other README and its own sections."""
    found = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    elsewhere = (one.replace("notebooks/ko", "notebooks/en") for one in found if one[0] != "#")
    return Counter(one for one in elsewhere if not one.startswith("README"))


def blocks(path: Path) -> list[str]:
    """Return what both READMEs have word for word: commands, and tables that are generated."""
    text = path.read_text(encoding="utf-8")
    commands = re.findall(r"```(?:bash|python)\n(.*?)```", text, flags=re.DOTALL)
    # Comments are translated, and the Korean README opens the Korean edition.
    bare = [re.sub(r" EDITION=ko|\s*#.*", "", block) for block in commands]
    return bare + re.findall(r"<!-- (\w+ ?\w*) -->\n(.*?)<!-- end", text, flags=re.DOTALL)


def test_the_korean_readme_has_the_same_links_commands_and_measurements() -> None:
    english, korean = ROOT / "README.md", ROOT / "README.ko.md"
    assert targets(korean) == targets(english)
    assert blocks(korean) == blocks(english)
