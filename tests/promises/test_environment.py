"""Pins, the conda file and the commands hold together."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import files as files_of
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.stand_ins.environments import (
    COLAB_LACKS,
    COURSE,
    Environment,
    without_paths,
)
from tests.stand_ins.processes import run_python

PIN = re.compile(r"([\w.-]+)==([\w.]+)")
PINS = dict(
    PIN.fullmatch(line).groups()
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Modules of the standard library that Python 3.12 and 3.13 dropped, by their "What's New" pages.
DROPPED = (
    "aifc|asynchat|asyncore|audioop|cgi|cgitb|chunk|crypt|distutils|imghdr|imp|lib2to3|mailcap|"
    "msilib|nis|nntplib|ossaudiodev|pipes|smtpd|sndhdr|spwd|sunau|telnetlib|uu|xdrlib"
)


def direct_dependencies() -> set[str]:
    extras = PROJECT["optional-dependencies"]
    everything = [*PROJECT["dependencies"], *extras["lab"], *extras["test"], *extras["pretrain"]]
    return {re.match(r"[\w.-]+", requirement).group() for requirement in everything}


@pytest.mark.parametrize("name", sorted(direct_dependencies()))
def test_the_pinned_version_is_the_one_under_test(name: str) -> None:
    assert version(name).split("+")[0] == PINS[name]


def test_conda_installs_the_same_pins() -> None:
    environment = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "- -r requirements.txt" in environment
    assert "==" not in environment


@pytest.mark.parametrize("package", ["the course", *COLAB_LACKS])
def test_nothing_imports_what_colabs_python_has_dropped(package: str) -> None:
    if package == "the course":
        files = [path for folder in COURSE for path in ROOT.glob(f"{folder}/**/*.py")]
    else:
        files = [file.locate() for file in files_of(package) or () if file.suffix == ".py"]
    dropped = re.compile(rf"^\s*(?:import|from)\s+(?:{DROPPED})\b.*", flags=re.MULTILINE)
    found = [line for path in files for line in dropped.findall(path.read_text("utf-8"))]
    assert files and found == []


def test_importing_helpers_loads_nothing_heavy_and_names_what_it_has() -> None:
    program = (
        "import sys, helpers;"
        "print(sys.modules.keys() & {'torch', 'transformers', 'pytorch_lightning', 'matplotlib'});"
        "print(all(getattr(helpers, name) for name in helpers.__all__));"
        "helpers.NsmcKorpus"
    )
    done = run_python(program)
    assert done.stdout.split() == ["set()", "True"]
    assert "AttributeError: module 'helpers' has no attribute 'NsmcKorpus'" in done.stderr


ONE_STEP = """
from helpers import *
args = ClassificationTrainArguments.for_scale("mini", test_mode=True, accelerator="cpu")
fetch_corpus(args)
train = ClassificationDataset(args, NsmcCorpus(), load_tokenizer(args), "train")
get_trainer(args).fit(ClassificationTask(load_model(args), args), train_dataloader(args, train))
"""


def test_the_wheel_has_all_that_a_training_needs(tmp_path: Path) -> None:
    new = Environment(tmp_path / "env", without=["korean-nlp-first-steps"])
    source = tmp_path / "source"
    shutil.copytree(ROOT / "helpers", source / "helpers")
    for name in COURSE[1:]:
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    install = [*pip, "--python", new.python, "install", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    trained = new.run(["-c", ONE_STEP], tmp_path, {})
    assert "epoch 1/1  train_loss" in trained.stdout, trained.stderr
    assert (new.site / "helpers" / "support").is_dir()


def make_environment(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Let make install the requirements that are named in ``folder``, from there alone."""
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "pyproject.toml").write_text('[project]\nname = "course"\nversion = "1"\n')
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}
    return subprocess.run(
        ["make", "--no-print-directory", ".venv/installed", f"PYTHON={sys.executable}"],
        cwd=folder,
        env=without_paths() | offline | variables,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("module", ["tomllib", "ensurepip"], ids=["Python 3.10", "no venv"])
def test_make_says_which_python_it_needs(tmp_path: Path, module: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.modules[{module!r}] = None")
    (tmp_path / "requirements.txt").touch()
    made = make_environment(tmp_path, PYTHONPATH=str(tmp_path))
    assert made.returncode == 2 and not (tmp_path / ".venv").exists()
    assert re.search(r"needs Python 3\.11 or newer, with venv .* PYTHON=python3\.12", made.stderr)
