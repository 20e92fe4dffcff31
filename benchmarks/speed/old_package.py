"""The real ratsnlp 1.0.53, in an environment of its own: pip can still be talked into it."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / ".ratsnlp"
OLD_PIP = "pip<24.1"  # newer ones reject the pin of pytorch-lightning 1.6.1
OLD_SETUPTOOLS = "setuptools<70"  # pytorch-lightning 1.6.1 needs its pkg_resources


def python_of(folder: Path) -> Path:
    """Return where an environment has its Python."""
    return folder / "bin" / "python"


def make_environment(folder: Path = FOLDER) -> Path:
    """Install ratsnlp into ``folder``, with the PyTorch that runs here; return its Python.

    An environment that is there and whole is left as it is.

    Raises:
        FileNotFoundError: there is no Python 3.11, the newest that ratsnlp's dependencies take.
        CalledProcessError: pip could not install; it has printed why.
    """
    whole = folder / "installed"
    if whole.exists():
        return python_of(folder)
    python = sys.executable if sys.version_info[:2] == (3, 11) else shutil.which("python3.11")
    if python is None:
        raise FileNotFoundError("ratsnlp needs Python 3.11: install it, as python3.11.")
    torch = f"torch=={version('torch').split('+')[0]}"
    subprocess.run([python, "-m", "venv", folder], check=True)
    # In three steps: PyTorch declares a newer setuptools, so no single resolution has both.
    for packages in (
        [OLD_PIP],
        [torch, "urllib3<2", "numpy<2", "ratsnlp==1.0.53"],
        [OLD_SETUPTOOLS],
    ):
        command = [python_of(folder), "-m", "pip", "install", "--quiet", *packages]
        subprocess.run(command, check=True)
    whole.touch()
    return python_of(folder)


def accelerate_folder() -> Path:
    """Return a folder that has accelerate, which Trainer asks for and the course does not need."""
    folder = FOLDER.parent / ".accelerate"
    if not folder.is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
        subprocess.run([*pip, "accelerate==1.15.0"], check=True)
    return folder
