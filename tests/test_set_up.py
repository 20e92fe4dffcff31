"""The lessons' set-up cell on machines that have everything, lack something, or fail half-way.

The cell's own text runs in virtual environments; git clones from, and pip installs from, folders
on this machine.
"""

import ast
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from helpers.support import requirements
from tests.conftest import ROOT
from tests.environments import Environment, git_from
from tests.notebooks import LESSON_FOLDER, SET_UP
from tools.install_missing import COLAB_LACKS

WHERE = f"{SET_UP}\nimport helpers\nprint(helpers.__file__)"
COURSE = "korean-nlp-first-steps"
NEEDED = requirements.required_packages(requirements.PROJECT.read_text(encoding="utf-8"))
CUT_OFF = """#!/bin/sh
for target; do :; done
mkdir -p "$target/tools" && echo "half a file" > "$target/tools/install_missing.py"
kill -KILL 0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The working folder of a notebook, empty as in Colab."""
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


def error_of(run: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of a failing program's traceback, which is what a learner reads."""
    assert run.returncode == 1, run.stderr
    return run.stderr.splitlines()[-1]


def test_where_everything_is_there_it_is_silent(tmp_path: Path) -> None:
    run = Environment(tmp_path / "env").run(WHERE, LESSON_FOLDER, {"PATH": ""})
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.split() == [str(ROOT / "helpers" / "__init__.py")]


def test_in_colab_it_fetches_the_course_and_installs_only_what_is_missing(
    tmp_path: Path, folder: Path, network: dict[str, str]
) -> None:
    environment = Environment(tmp_path / "env", without=COLAB_LACKS)
    before = environment.packages()
    run = environment.run(WHERE, folder, network)
    assert run.returncode == 0, run.stderr
    assert [word.split("==")[0] for word in run.stdout.split()[1:-1]] == list(COLAB_LACKS)
    assert run.stdout.split()[-1] == str(folder / COURSE / "helpers" / "__init__.py")
    assert [path.name for path in folder.iterdir()] == [COURSE]
    assert environment.packages() == Environment(tmp_path / "whole").packages()
    assert all((environment.site / name).is_symlink() for name in before), "a package was replaced"

    again = environment.run(WHERE, folder, {"PATH": ""})  # a new kernel: no git, no pip
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == run.stdout.splitlines(keepends=True)[-1]


def test_of_one_missing_package_only_that_is_installed(
    tmp_path: Path, folder: Path, network: dict[str, str]
) -> None:
    environment = Environment(tmp_path / "env", without=("pytorch-lightning",))
    run = environment.run(WHERE, folder, network)
    assert run.stdout.startswith("installing pytorch-lightning==2.")
    assert len(run.stdout.split()) == 3  # installing, the package, where helpers are
    assert run.returncode == 0, run.stderr


def test_a_readers_own_environment_is_told_the_command_that_mends_it(
    tmp_path: Path, network: dict[str, str]
) -> None:
    environment = Environment(tmp_path / "env", without=("pytorch-lightning", "Korpora"))
    error = error_of(environment.run(SET_UP, LESSON_FOLDER, network))
    assert "environment: pytorch-lightning is missing, Korpora is missing. Run " in error
    command = re.search(r"%(pip install .+?) in a cell", error)[1]
    pip = f"from runpy import run_module; import sys; sys.argv = {shlex.split(command)}; "
    mended = environment.run(f"{pip} run_module('pip', run_name='__main__')", tmp_path, network)
    assert mended.returncode == 0, mended.stderr
    run = environment.run(WHERE, LESSON_FOLDER, network)
    assert run.stdout == f"{ROOT / 'helpers' / '__init__.py'}\n", run.stderr


def test_an_environment_without_any_package_is_told_all_it_lacks(tmp_path: Path) -> None:
    environment = Environment(tmp_path / "env")
    for entry in environment.site.iterdir():
        entry.unlink()
    error = error_of(environment.run(SET_UP, LESSON_FOLDER, {}))
    assert error.count("is missing") == len(NEEDED) and "`make lab`" in error


@pytest.mark.parametrize(
    ("package", "version", "wanted", "in_colab"),
    [
        ("transformers", "4.57.1", ">=5.15", False),
        ("transformers", "4.57.1", ">=5.15", True),
        ("torch", "2.3.1+cu121", ">=2.11", False),
        ("pytorch-lightning", "1.6.1", ">=2.6", True),
        ("torchmetrics", "0.11.4", ">=1.8", False),
        ("Korpora", "0.1.0", "==0.2.0", False),
        ("gradio", "5.0.0rc1", ">=6.24", False),
    ],
)
def test_an_unusable_version_is_named_with_the_command_that_mends_it(
    tmp_path: Path,
    folder: Path,
    network: dict[str, str],
    package: str,
    version: str,
    wanted: str,
    in_colab: bool,
) -> None:
    environment = Environment(tmp_path / "env", without=(package,))
    environment.pretend(package, version)
    before = environment.packages()
    error = error_of(environment.run(SET_UP, folder if in_colab else LESSON_FOLDER, network))
    assert f": {package} is {version} where {wanted} is needed. " in error
    assert f'Run %pip install "{package}{wanted}" in a cell' in error
    assert environment.packages() == before  # nothing is changed that is there


def test_an_old_python_is_told_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (ROOT / "helpers" / "__init__.py", Path(requirements.__file__)):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
    monkeypatch.setattr(sys, "version_info", (3, 10, 12, "final", 0))
    monkeypatch.setattr(sys, "version", "3.10.12 (main)")
    with pytest.raises(
        ImportError, match=r"needs Python 3\.11 or newer; this is 3\.10\.12\. .*make"
    ):
        requirements.check_requirements()


def test_a_package_that_lacks_a_part_is_named(tmp_path: Path) -> None:
    environment = Environment(tmp_path / "env", without=("xlrd",))  # which Korpora imports
    error = error_of(environment.run(SET_UP, LESSON_FOLDER, {}))
    assert "not whole" in error and "No module named 'xlrd'" in error and "make clean lab" in error


def test_every_requirement_can_be_checked_and_is_met_here() -> None:
    assert {"torch>=2.11", "Korpora==0.2.0", "scipy"} <= set(NEEDED)
    assert [requirements.fault_of(requirement) for requirement in NEEDED] == [None] * len(NEEDED)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"PATH": ""}, r"git: (command )?not found"),
        (git_from("http://127.0.0.1:9"), r"fatal: unable to access 'http://127\.0\.0\.1:9/'.*"),
    ],
    ids=["no git", "no network"],
)
def test_a_course_that_cannot_be_fetched_is_told_with_the_reason(
    tmp_path: Path,
    folder: Path,
    network: dict[str, str],
    variables: dict[str, str],
    reason: str,
) -> None:
    environment = Environment(tmp_path / "env")
    error = error_of(environment.run(SET_UP, folder, variables))
    assert re.match(
        rf"RuntimeError: Fetching failed: .*{reason}\. Mend that, run this again", error
    )
    assert list(folder.iterdir()) == []
    assert environment.run(WHERE, folder, network).returncode == 0


@pytest.mark.parametrize("content", ["a learner's own notes", ""], ids=["folder", "file"])
def test_something_else_of_the_courses_name_is_left_alone(
    tmp_path: Path, folder: Path, network: dict[str, str], content: str
) -> None:
    theirs = folder / COURSE / "notes.txt" if content else folder / COURSE
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text(content)
    environment = Environment(tmp_path / "env")
    error = error_of(environment.run(SET_UP, folder, network))
    assert f"Fetching failed: {folder / COURSE} is in the way. " in error
    assert theirs.read_text() == content
    (folder / COURSE).rename(folder / "mine")
    assert environment.run(WHERE, folder, network).returncode == 0


@pytest.mark.parametrize("place", ["a parent folder", "installed"])
def test_helpers_of_another_project_are_not_taken_for_the_courses(
    tmp_path: Path, folder: Path, network: dict[str, str], place: str
) -> None:
    environment = Environment(tmp_path / "env")
    foreign = (tmp_path if place == "a parent folder" else environment.site) / "helpers"
    foreign.mkdir()
    (foreign / "__init__.py").write_text("")
    run = environment.run(WHERE, folder, network)
    assert run.stdout == f"{folder / COURSE / 'helpers' / '__init__.py'}\n", run.stderr


def test_a_runtime_killed_while_it_fetches_goes_on_with_the_same_cell(
    tmp_path: Path, folder: Path, network: dict[str, str]
) -> None:
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(CUT_OFF)
    git.chmod(0o755)
    environment = Environment(tmp_path / "env")
    killed = environment.run(
        SET_UP, folder, {"PATH": f"{git.parent}{os.pathsep}{os.environ['PATH']}"}
    )
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in folder.iterdir()] == [f"{COURSE}.part"]
    run = environment.run(WHERE, folder, network)
    assert run.stdout == f"{folder / COURSE / 'helpers' / '__init__.py'}\n", run.stderr
    assert [path.name for path in folder.iterdir()] == [COURSE]


@pytest.mark.parametrize("notes", [[], ["METADATA"]], ids=["no notes", "no list of files"])
def test_a_package_whose_installation_was_killed_is_installed_again(
    tmp_path: Path, folder: Path, network: dict[str, str], notes: list[str]
) -> None:
    environment = Environment(tmp_path / "env", without=("Korpora",))
    whole = metadata.distribution("Korpora")
    left = [file for file in whole.files if file.name in ["__init__.py", *notes]]
    for file in left:
        (environment.site / file).parent.mkdir(exist_ok=True)
        shutil.copy(file.locate(), environment.site / file)
    run = environment.run(WHERE, folder, network)
    assert run.stdout.startswith("installing Korpora==0.2.0\n"), run.stderr
    assert run.returncode == 0, run.stderr


def test_when_pip_fails_its_reason_is_told_and_the_next_run_installs(
    tmp_path: Path, folder: Path, network: dict[str, str]
) -> None:
    environment = Environment(tmp_path / "env", without=("torchmetrics",))
    failed = environment.run(SET_UP, folder, network | {"PIP_FIND_LINKS": str(tmp_path)})
    assert re.search(
        r"pip could not install torchmetrics==\S+: ERROR: No matching distribution found for "
        r"torchmetrics==\S+ See whether .* run this cell again; what is installed is kept\.$",
        error_of(failed),
    )
    run = environment.run(WHERE, folder, network)
    assert run.stdout.startswith("installing torchmetrics=="), run.stderr
    assert run.returncode == 0, run.stderr
