"""Python environments as learners have them: this one, without some packages or with others."""

import os
import subprocess
import sysconfig
import venv
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

from tools.lessons import ROOT
from tools.links import repository

REPOSITORY = f"https://github.com/{repository()}"
COURSE = ("helpers", "pyproject.toml", "README.md", "LICENSE")  # what its wheel is made of
COLAB_LACKS = ("dataclasses", "Korpora", "lightning-utilities", "pytorch-lightning", "torchmetrics")
THIS_SITE = Path(sysconfig.get_path("purelib"))


def folders_of(package: str) -> set[str]:
    """Return what a package has in the folder of all packages; nothing if it is not installed."""
    try:
        files = metadata.distribution(package).files
    except metadata.PackageNotFoundError:
        return set()
    return {file.parts[0] for file in files} - {"..", "__pycache__"}


class Environment:
    """A virtual environment that borrows the packages of this one, or of another, except some."""

    def __init__(
        self, folder: Path, without: Iterable[str] = (), packages: Path = THIS_SITE
    ) -> None:
        venv.create(folder, symlinks=True)
        self.python = folder / "bin" / "python"
        (self.site,) = folder.glob("lib/python*/site-packages")
        left_out = set().union(*map(folders_of, without))
        for entry in packages.iterdir():
            if entry.name not in left_out:
                (self.site / entry.name).symlink_to(entry)

    def versions(self) -> dict[str, str]:
        """Return the installed packages with their versions."""
        found = metadata.distributions(path=[str(self.site)])
        return {package.name: package.version for package in found}

    def run(
        self, words: Sequence[str], folder: Path, variables: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run this environment's Python in ``folder``."""
        return subprocess.run(
            [self.python, *words],
            cwd=folder,
            env=without_paths() | variables,
            capture_output=True,
            text=True,
            timeout=300,
        )


def without_paths() -> dict[str, str]:
    """Return this process' variables without those that lead Python, pip or git elsewhere."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    return ours | {"PIP_CONFIG_FILE": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull}


def repack(package: str, folder: Path) -> None:
    """Write an installed package as a wheel, so that pip can install it without a network."""
    installed = metadata.distribution(package)
    written_by_pip = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}
    files = [
        file
        for file in installed.files
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in written_by_pip
    ]
    (notes,) = {file.parts[0] for file in files if file.parts[0].endswith(".dist-info")}
    record = f"{notes}/RECORD"
    with ZipFile(folder / f"{notes.removesuffix('.dist-info')}-py3-none-any.whl", "w") as wheel:
        for file in files:
            wheel.write(file.locate(), str(file))
        wheel.writestr(record, "".join(f"{file},,\n" for file in [*files, record]))


def stand_in_network(folder: Path) -> dict[str, str]:
    """Return variables with which git and pip find in ``folder`` what a network would give them."""
    repository, wheels = folder / "course.git", folder / "wheels"
    git = ["git", f"--git-dir={repository}", f"--work-tree={ROOT}"]
    author = ["-c", "user.name=Author", "-c", "user.email=author@localhost"]
    for words in (["init"], ["add", *COURSE], [*author, "commit", "-m", "The course"]):
        subprocess.run([*git, *words], cwd=ROOT, check=True, capture_output=True)
    wheels.mkdir()
    for package in (*COLAB_LACKS, "setuptools"):
        repack(package, wheels)
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
    }
