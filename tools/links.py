"""Write another address of the course's repository into every tracked text file that names it.

make links REPO=owner/name
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.editions import agree, faults, pairs
from tools.lessons import ROOT

HOST = "https://github.com/"


def repository() -> str:
    """Return the owner and the name of the repository, as pyproject.toml has them: "owner/name"."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["Repository"].removeprefix(HOST)


def files_naming(address: str) -> list[Path]:
    """Return the tracked text files in which an address stands."""
    command = ["git", "grep", "--files-with-matches", "-I", "-z", "--fixed-strings", address]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0")[:-1]]


def read(pair: tuple[Path, Path]) -> list[NotebookNode]:
    """Return a notebook in both editions."""
    return [nbformat.read(path, as_version=4) for path in pair]


def stamp(new: str) -> None:
    """Change the address everywhere; prose that both editions agreed on stays agreed."""
    old = repository()
    agreed = [pair for pair in pairs() if not list(faults(*read(pair)))]
    # In GitHub's links and in Colab's, and not at the beginning of a longer name.
    link = re.compile(rf"(github(?:\.com)?/){re.escape(old)}(?![\w-])")
    for path in files_naming(old):
        text = link.sub(rf"\g<1>{new}", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8", newline="\n")
    for pair in agreed:
        english, korean = read(pair)
        agree(english, korean)
        nbformat.write(korean, pair[1])


if __name__ == "__main__":
    words = sys.argv[1:]
    if len(words) != 1 or not re.fullmatch(r"[\w.-]+/[\w.-]+", words[0]):
        sys.exit(f"Name the repository as owner/name: make links REPO=owner/name; got {words}.")
    stamp(words[0])
