"""Stamp the address of the course's repository into all places that name it.

make links REPO=owner/name

The one place is ``[project.urls]`` in pyproject.toml; badges, set-up cells and READMEs follow it.
"""

import re
import sys
from pathlib import Path

import nbformat

from tools.editions import agree, faults, pairs
from tools.lessons import ROOT

PROJECT = ROOT / "pyproject.toml"
NAME = r"[\w.-]+/[\w.-]+"


def repository() -> str:
    """Return the owner and the name of the repository: "owner/name"."""
    (found,) = re.findall(
        rf'^Repository = "https://github\.com/({NAME})"$', PROJECT.read_text(), flags=re.MULTILINE
    )
    return found


def files_with_links() -> list[Path]:
    """Return the files in which the address stands."""
    notebooks = [path for pair in pairs() for path in pair if path.is_file()]
    return [PROJECT, *sorted(ROOT.glob("README*.md")), *notebooks]


def replaced(text: str, old: str, new: str) -> str:
    """Return a text with the new address in GitHub's and in Colab's links.

    >>> replaced("github.com/a/b, colab…/github/a/b/blob, github.com/a/bc", "a/b", "x/y")
    'github.com/x/y, colab…/github/x/y/blob, github.com/a/bc'
    """
    return re.sub(rf"(github(?:\.com)?/){re.escape(old)}(?![\w.-])", rf"\g<1>{new}", text)


def stamp(new: str) -> None:
    """Change the address everywhere; prose that both editions agreed on stays agreed."""
    old = repository()
    agreed = [
        pair
        for pair in pairs()
        if pair[1].is_file() and not list(faults(*(nbformat.read(p, as_version=4) for p in pair)))
    ]
    for path in files_with_links():
        text = path.read_text(encoding="utf-8")
        path.write_text(replaced(text, old, new), encoding="utf-8", newline="\n")
    for path, korean_path in agreed:
        english, korean = (nbformat.read(p, as_version=4) for p in (path, korean_path))
        agree(english, korean)
        nbformat.write(korean, korean_path)


if __name__ == "__main__":
    words = sys.argv[1:]
    if len(words) != 1 or not re.fullmatch(NAME, words[0]):
        sys.exit(f"Name the repository as owner/name: make links REPO=owner/name; got {words}.")
    stamp(words[0])
