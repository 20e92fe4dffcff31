"""One repository, one address: `make links` writes another one everywhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.links import files_naming, repository

# What the course links to and is not the course.
OTHERS = {"Beomi/KcBERT", "e9t/nsmc"}


def run(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def make_links(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "tools.links", *words, folder=folder)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository of its own with the course's tracked files as they are now."""
    for name in run("git", "ls-files", "-z").stdout.split("\0")[:-1]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    run("git", "init", folder=tmp_path)
    run("git", "add", ".", folder=tmp_path)
    return tmp_path


def test_every_link_to_github_is_to_the_course_or_to_a_known_other() -> None:
    named = set()
    for path in files_naming("github"):
        if path.suffix in (".md", ".ipynb", ".toml"):
            named |= set(re.findall(r"github(?:\.com)?/([\w.-]+/[\w-]+)", path.read_text("utf-8")))
    assert named == {repository(), *OTHERS}


def test_another_address_is_written_everywhere_and_back(copy: Path) -> None:
    old = repository()
    assert make_links("someone/else-1.0", folder=copy).returncode == 0
    changed = run("git", "diff", "--name-only", folder=copy).stdout.splitlines()
    assert {Path(name).suffix for name in changed} == {".md", ".ipynb", ".toml"}
    assert run("git", "grep", old, folder=copy).stdout == ""
    editions = run(sys.executable, "-m", "tools.editions", "check", folder=copy)
    assert editions.returncode == 0  # both still agree
    assert make_links(old, folder=copy).returncode == 0
    assert run("git", "diff", folder=copy).stdout == ""


@pytest.mark.parametrize("words", [[], ["owner"], ["https://github.com/owner/name"], ["a/b", "c"]])
def test_a_name_that_is_none_is_refused(words: list[str]) -> None:
    done = make_links(*words)
    assert done.returncode == 1
    assert done.stderr.startswith("Name the repository as owner/name: make links REPO=")
