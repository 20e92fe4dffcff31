"""Install what Colab lacks, and change nothing that it has.

Only packages that are not there are installed, at the versions of ``requirements.txt`` and without
their dependencies: torch, transformers and numpy stay as they are.
"""

import importlib
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"
COLAB_LACKS = ("Korpora", "xlrd", "lightning-utilities", "pytorch-lightning", "torchmetrics")


def set_up(install: bool) -> None:
    """Make the helpers ready, for the lessons' set-up cell; ``install`` what Colab lacks first.

    Raises:
        RuntimeError: pip could not install; the message has its reason.
        ImportError: the environment cannot run the course; see ``helpers.support.requirements``.
    """
    if install:
        install_missing()
    importlib.import_module("helpers")


def install_missing() -> None:
    """Install what is missing of ``COLAB_LACKS``.

    Raises:
        RuntimeError: pip could not install; the message has its reason.
    """
    pins = missing_pins(REQUIREMENTS.read_text(encoding="utf-8"))
    if not pins:
        return
    print("installing", *pins, flush=True)
    # Over the rest of an installation that was cut off, which pip could not uninstall.
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--ignore-installed"]
    command = [sys.executable, "-m", "pip", "install", *options, *pins]
    pip = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if pip.returncode:
        reason = pip.stderr.strip().rpartition("\n")[2] or "it was stopped"
        raise RuntimeError(
            f"pip could not install {', '.join(pins)}: {reason}. See whether the network is there "
            "and the disk has space, and run this cell again; what is installed is kept."
        )
    importlib.invalidate_caches()


def missing_pins(requirements: str) -> list[str]:
    """Return ``name==version`` of each package in ``COLAB_LACKS`` that is not there in full."""
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", requirements, flags=re.MULTILINE))
    return [f"{name}=={pins[name]}" for name in COLAB_LACKS if not is_installed(name)]


def is_installed(name: str) -> bool:
    """Tell whether a package was installed to the end: the last that is written is its RECORD."""
    try:
        return metadata.distribution(name).read_text("RECORD") is not None
    except metadata.PackageNotFoundError:
        return False


if __name__ == "__main__":
    install_missing()
