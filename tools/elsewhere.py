"""Run the lessons as other machines would compute them.

    python -m tools.elsewhere test                    # nbval's comparison, in each variant
    python -m tools.elsewhere measure [NOTEBOOK …]    # which printed numbers change, how much

Processors round differently. Environment variables make another one out of this; and a shift of all
weights by a relative 1e-6 before each training is more than any processor will do.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.course.tolerance import NUMBER, kind_of, text_of, value_of, words_of
from tools.lessons import LESSONS, ROOT, execute

SHIFTED = os.pathsep.join([str(ROOT / "tests" / "course" / "shifted"), str(ROOT)])
VARIANTS = {
    "plain kernels": {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"},
    "AVX2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
    # Threads that wait in a loop would keep the cores from the other notebook's.
    "two threads": {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"},
    "shifted weights": {"PYTHONPATH": SHIFTED},
}
PROGRESS = re.compile(r"  step [^\n]*\n")  # printed once a minute
TESTED = ("plain kernels", "two threads", "shifted weights")
TEST = ["-m", "pytest", "-q", "--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"]
NBVAL = ["--nbval", "--nbval-sanitize-with=tests/course/nbval_sanitize.cfg", "notebooks/en"]


def test() -> int:
    """Compare all notebooks in each variant; return the exit status."""
    status = 0
    for name in TESTED:
        print(f"== {name}", flush=True)
        environment = os.environ | {"OMP_NUM_THREADS": "1"} | VARIANTS[name]
        run = subprocess.run([sys.executable, *TEST, *NBVAL], cwd=ROOT, env=environment)
        status = status or run.returncode
    return status


def executed(path: Path, variables: dict[str, str]) -> NotebookNode:
    """Return a notebook as it comes out in an environment."""
    notebook = nbformat.read(path, as_version=4)
    usual = dict(os.environ)
    os.environ.update({"OMP_NUM_THREADS": "1"} | variables)
    try:
        execute(notebook, path.parent)
    finally:
        os.environ.clear()
        os.environ.update(usual)
    return notebook


def texts(notebook: NotebookNode) -> Iterator[tuple[int, str, str]]:
    """Yield the texts that code cells print: number and id of the cell, text."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells):
        places = [place for place in map(text_of, cell.outputs) if place]
        text = "".join(holder[key] for holder, key in places)
        yield number, cell.id, PROGRESS.sub("", text)


def differences(stored: NotebookNode, new: NotebookNode) -> Iterator[str]:
    """Describe each cell that prints other numbers, or other words, than are stored."""
    for (number, name, one), (_, _, other) in zip(texts(stored), texts(new), strict=True):
        if words_of(one) != words_of(other):
            yield f"cell {number} ({name}): other words: {other!r}"
            continue
        largest: dict[str, float] = {}
        for a, b in zip(NUMBER.findall(one), NUMBER.findall(other), strict=True):
            if a != b:
                gap = abs(value_of(a) - value_of(b))
                largest[kind_of(a)] = max(gap, largest.get(kind_of(a), 0))
        if largest:
            yield f"cell {number} ({name}): " + ", ".join(f"{k} {v:g}" for k, v in largest.items())


def measure(paths: list[Path]) -> None:
    """Print what changes in each notebook and variant."""
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        for name, variables in VARIANTS.items():
            for line in differences(notebook, executed(path, variables)):
                print(f"{path.stem}, {name}: {line}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("test")
    commands.add_parser("measure").add_argument("notebooks", nargs="*", type=Path)
    words = parser.parse_args()
    if words.command == "test":
        sys.exit(test())
    measure(words.notebooks or sorted(LESSONS.rglob("*.ipynb")))


if __name__ == "__main__":
    main()
