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


ONE_STEP = """
from helpers import ClassificationDataset, ClassificationTask, ClassificationTrainArguments
from helpers import NsmcCorpus, eval_dataloader, fetch_corpus, get_trainer, load_model
from helpers import load_tokenizer, train_dataloader

args = ClassificationTrainArguments.for_scale("mini", test_mode=True)
fetch_corpus(args)
tokenizer = load_tokenizer(args)
parts = [ClassificationDataset(args, NsmcCorpus(), tokenizer, mode) for mode in ("train", "val")]
task = ClassificationTask(load_model(args), args)
get_trainer(args).fit(task, train_dataloader(args, parts[0]), eval_dataloader(args, parts[1]))
"""


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
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A new runtime of Colab."""
    return Environment(tmp_path_factory.mktemp("runtime") / "env", packages=colab_packages())


@pytest.fixture(scope="module")
def versions_before(runtime: Environment) -> dict[str, str]:
    """What is installed in a new runtime."""
    return runtime.versions()


@pytest.fixture(scope="module")
def set_up_runtime(
    runtime: Environment,
    versions_before: dict[str, str],
    network: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Environment:
    """A runtime in which the set-up cell's command was given."""
    run = runtime.run(["-m", *INSTALL.split()], tmp_path_factory.mktemp("content"), network)
    assert run.returncode == 0, run.stderr
    return runtime


@pytest.fixture
def variables(
    set_up_runtime: Environment, network: dict[str, str], tmp_path: Path
) -> dict[str, str]:
    """Variables with which Jupyter finds the runtime's kernel, and that git and pip see in it."""
    launch = "-m ipykernel_launcher -f {connection_file}"
    colab = "--IPKernelApp.kernel_class=google.colab._kernel.Kernel"
    kernel = {
        "argv": [str(set_up_runtime.python), *launch.split(), colab],
        "display_name": "Colab",
        "language": "python",
        "env": {"PYTHONPATH": str(COLAB)},
    }
    specification = tmp_path / "jupyter" / "kernels" / "colab" / "kernel.json"
    specification.parent.mkdir(parents=True)
    specification.write_text(json.dumps(kernel), "utf-8")
    return without_paths() | network | {"JUPYTER_PATH": str(tmp_path / "jupyter")}


def test_a_new_runtime_is_colabs(versions_before: dict[str, str]) -> None:
    assert versions_before.items() >= VERSIONS.items()
    assert not versions_before.keys() & set(NOT_THERE)


def test_the_set_up_cell_adds_what_colab_lacks_and_changes_nothing(
    versions_before: dict[str, str], set_up_runtime: Environment
) -> None:
    after = set_up_runtime.versions()
    assert after.items() >= versions_before.items()
    assert after.keys() - versions_before.keys() == {COURSE, *COLAB_LACKS}


def test_the_installed_course_trains_a_step(set_up_runtime: Environment, tmp_path: Path) -> None:
    run = set_up_runtime.run(["-c", ONE_STEP], tmp_path, {"HF_HUB_OFFLINE": "1"})
    assert run.returncode == 0, run.stderr
    assert "epoch 1/1" in run.stdout


@pytest.mark.parametrize("lesson", KOREAN_LESSON_PATHS, ids=lambda path: path.stem)
def test_a_lesson_reaches_its_end_with_the_outputs_that_are_stored(
    lesson: Path,
    set_up_runtime: Environment,
    variables: dict[str, str],
    tmp_path: Path,
) -> None:
    versions = set_up_runtime.versions()
    content = tmp_path / "content"
    content.mkdir()
    shutil.copy(lesson, content)
    nbval = ["--nbval", "--nbval-kernel-name=colab", f"--nbval-sanitize-with={SANITIZE}"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *nbval, lesson.name],
        cwd=content,
        env=variables,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    assert set_up_runtime.versions() == versions
