"""Whether this Python can run the course; what it must have stands in ``pyproject.toml``."""

import operator
import re
import sys
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
AROUND_THE_NOTEBOOK = {"ipywidgets", "jupyterlab", "nbval"}  # Colab has its own in their place
REQUIREMENT = re.compile(r"([\w.-]+)(?:(>=|==)([\d.]+))?")


def check_requirements() -> None:
    """Check the versions of Python and of the packages, before any of them is imported.

    Raises:
        ImportError: Python is too old, or packages are missing or of a version that cannot be
            used; the message names each, and the command that mends it.
    """
    project = PROJECT.read_text(encoding="utf-8")
    check_python(project)
    faults = {requirement: fault_of(requirement) for requirement in required_packages(project)}
    unmet = {requirement: fault for requirement, fault in faults.items() if fault}
    if unmet:
        packages = " ".join(f'"{requirement}"' for requirement in unmet)
        raise ImportError(
            f"The course cannot run in this Python environment: {', '.join(unmet.values())}. "
            f"Run %pip install {packages} in a cell (in a terminal, without the %) and restart "
            "the kernel; or, in the course's folder, `make lab`, which installs everything."
        )


def check_python(project: str) -> None:
    """Raise ImportError where Python is older than ``requires-python`` in the project's text."""
    least = re.search(r'^requires-python = ">=(.+)"$', project, flags=re.MULTILINE)[1]
    if sys.version_info < release(least):
        raise ImportError(
            f"The course needs Python {least} or newer; this is {sys.version.split()[0]}. Install "
            "one, name it in the course's folder, e.g. `make lab PYTHON=python3.12`, and open the "
            "lesson there; or use conda, with environment.yml."
        )


def required_packages(project: str) -> list[str]:
    """Return the requirements, such as ``"torch>=2.11"``, that lessons and helpers import."""
    import tomllib  # not at the top: Python 3.10 has none, and shall be told so by check_python

    dependencies = tomllib.loads(project)["project"]["dependencies"]
    return [text for text in dependencies if REQUIREMENT.match(text)[1] not in AROUND_THE_NOTEBOOK]


def fault_of(requirement: str) -> str | None:
    """Return what keeps a requirement from being met; None: it is met.

    >>> fault_of("no-such-package>=1.0")
    'no-such-package is missing'
    """
    # Not by the library `packaging`: where packages are missing, it may be one of them.
    name, relation, bound = REQUIREMENT.fullmatch(requirement).groups()
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is missing"
    compare = {">=": operator.ge, "==": operator.eq}
    if relation and not compare[relation](release(version), release(bound)):
        return f"{name} is {version} where {relation}{bound} is needed"
    return None


def release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version in an order that can be compared.

    >>> release("2.13.0+cu128") > release("2.9")
    True
    """
    return tuple(int(number) for number in re.findall(r"\d+", version.split("+")[0]))
