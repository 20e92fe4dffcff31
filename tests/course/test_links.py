"""One repository, one address: every badge, set-up cell and README names it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.stand_ins.processes import run_python
from tools.links import NAME, files_with_links, repository

ADDRESS = re.compile(rf"github(?:\.com)?/({NAME})")
# What the course links to and is not the course.
OTHERS = {"beomi/kcbert", "e9t/nsmc", "korpora/korpora"}


@pytest.mark.parametrize("path", files_with_links(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_names_the_one_repository(path: Path) -> None:
    named = {name.removesuffix(".git") for name in ADDRESS.findall(path.read_text("utf-8"))}
    assert repository() in named
    assert {name.lower() for name in named - {repository()}} <= OTHERS


def run_tool(name: str, *words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a module of ``tools`` as make does."""
    program = (
        f"import runpy, sys; sys.argv = [{name!r}, *{list(words)!r}];"
        f"runpy.run_module('tools.{name}', run_name='__main__')"
    )
    return run_python(program, folder=folder)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the parts of the course that have links."""
    for path in [*files_with_links(), *(ROOT / "tools").glob("*.py")]:
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def test_another_address_is_stamped_everywhere_and_back(copy: Path) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    old = repository()
    assert run_tool("links", "someone/else-1.0", folder=copy).returncode == 0
    changed = [path for path, content in before.items() if path.read_bytes() != content]
    assert sorted(changed) == sorted(copy / path.relative_to(ROOT) for path in files_with_links())
    assert not any(old in path.read_text("utf-8") for path in changed)
    assert run_tool("editions", "check", folder=copy).returncode == 0  # both still agree
    assert run_tool("links", old, folder=copy).returncode == 0
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("words", [[], ["owner"], ["https://github.com/owner/name"], ["a/b", "c"]])
def test_a_name_that_is_none_is_refused(words: list[str]) -> None:
    done = run_tool("links", *words)
    assert done.returncode == 1
    assert done.stderr.startswith("Name the repository as owner/name: make links REPO=")
