"""The Korean lessons in Colab: its versions, its kernel, an empty folder, nothing of ours there.

What the set-up cell installs, git and pip find on this machine; torch and Python are the same.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.course.notebooks import KOREAN_LESSON_PATHS, SET_UP
from tests.stand_ins.environments import COLAB_LACKS, Environment, without_paths

COLAB = ROOT / "tests" / "course" / "colab"
PINS = COLAB / "requirements.txt"
VERSIONS = dict(re.findall(r"^(\S+)==(\S+)$", PINS.read_text("utf-8"), flags=re.MULTILINE))
COURSE = "korean-nlp-first-steps"
NOT_THERE = (*COLAB_LACKS, COURSE, "jupyterlab", "nbval")
(INSTALL,) = re.findall("%(pip install .+)", SET_UP)
SANITIZE = ROOT / "tests" / "course" / "nbval_sanitize.cfg"


def colab_packages() -> Path:
    """Return a folder with Colab's packages: those of this environment, some in other versions.

    The others are installed the first time, and whenever a pin has changed since.
    """
    folder = Path(sys.prefix) / "colab"
    pins = (ROOT / "requirements.txt").read_text("utf-8") + PINS.read_text("utf-8")
    installed = folder / "installed"
    if not installed.is_file() or installed.read_text("utf-8") != pins:
        shutil.rmtree(folder, ignore_errors=True)
        environment = Environment(folder, without=[*NOT_THERE, *VERSIONS])
        pip = [sys.executable, "-m", "pip", "--python", environment.python, "install"]
        subprocess.run([*pip, "--quiet", "--no-deps", "--requirement", PINS], check=True)
        installed.write_text(pins, "utf-8")
    (site,) = folder.glob("lib/python*/site-packages")
    return site


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory, network: dict[str, str]) -> Environment:
    """A new runtime of Colab, in which the set-up cell's command is given."""
    new = Environment(tmp_path_factory.mktemp("runtime") / "env", packages=colab_packages())
    before = new.versions()
    assert before.items() >= VERSIONS.items() and not before.keys() & set(NOT_THERE)
    run = new.run(["-m", *INSTALL.split()], tmp_path_factory.mktemp("content"), network)
    assert run.returncode == 0, run.stderr
    assert new.versions().items() >= before.items()
    assert new.versions().keys() - before.keys() == {COURSE, *COLAB_LACKS}
    return new


@pytest.mark.parametrize("lesson", KOREAN_LESSON_PATHS, ids=lambda path: path.stem)
def test_a_lesson_reaches_its_end_with_the_outputs_that_are_stored(
    lesson: Path, runtime: Environment, network: dict[str, str], tmp_path: Path
) -> None:
    versions = runtime.versions()
    content = tmp_path / "content"
    content.mkdir()
    shutil.copy(lesson, content)
    launch = "-m ipykernel_launcher -f {connection_file}"
    colab = "--IPKernelApp.kernel_class=google.colab._kernel.Kernel"
    kernel = {
        "argv": [str(runtime.python), *launch.split(), colab],
        "display_name": "Colab",
        "language": "python",
        "env": {"PYTHONPATH": str(COLAB)},
    }
    specification = tmp_path / "jupyter" / "kernels" / "colab" / "kernel.json"
    specification.parent.mkdir(parents=True)
    specification.write_text(json.dumps(kernel), "utf-8")
    nbval = ["--nbval", "--nbval-kernel-name=colab", f"--nbval-sanitize-with={SANITIZE}"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *nbval, lesson.name],
        cwd=content,
        env=without_paths() | network | {"JUPYTER_PATH": str(tmp_path / "jupyter")},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    assert runtime.versions() == versions
