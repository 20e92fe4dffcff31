"""Run the lessons, or run them and store their outputs in the repository.

python -m tools.lessons run                   # copies go to notebooks/executed
python -m tools.lessons run --scale full
python -m tools.lessons refresh [NOTEBOOK …]  # all lessons and solutions, in place
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
LESSONS = ROOT / "notebooks" / "en"
EXECUTED = ROOT / "notebooks" / "executed"
CELL_TIMEOUT = 600  # seconds; lifted for `run`: a cell may train for hours, or the machine be busy
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute(notebook: NotebookNode, folder: Path, timeout: int | None = CELL_TIMEOUT) -> None:
    """Run all cells in a fresh kernel whose working directory is ``folder``."""
    NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # not: "running over TCP without encryption"
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()


def tagged_cells(notebook: NotebookNode, tag: str) -> list[NotebookNode]:
    """Return the cells that carry ``tag``."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def set_scale(notebook: NotebookNode, scale: str) -> None:
    """Change the one cell that names the scale."""
    (parameters,) = tagged_cells(notebook, "parameters")
    old = 'SCALE = "mini"'
    if old not in parameters.source:
        raise ValueError(
            f"The parameters cell does not contain {old}; it is {parameters.source!r}."
        )
    parameters.source = parameters.source.replace(old, f'SCALE = "{scale}"')


def scores(notebook: NotebookNode) -> Iterator[str]:
    """Yield what the cells tagged ``scores`` printed."""
    for cell in tagged_cells(notebook, "scores"):
        yield from (
            output.text.strip() for output in cell.outputs if output.get("name") == "stdout"
        )


def normalise(notebook: NotebookNode) -> None:
    """Take out whatever differs from machine to machine and is no output."""
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"})
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)


def run(scale: str) -> None:
    """Execute all lessons in order, with a line of progress each, then print the scores."""
    EXECUTED.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    paths = sorted(LESSONS.glob("*.ipynb")) + sorted(LESSONS.glob("going_further/*.ipynb"))
    for number, path in enumerate(paths, start=1):
        print(f"[{number}/{len(paths)}] {path.stem} …", end=" ", flush=True)
        began = time.monotonic()
        notebook = nbformat.read(path, as_version=4)
        set_scale(notebook, scale)
        try:
            execute(notebook, EXECUTED, timeout=None)
        finally:
            nbformat.write(notebook, EXECUTED / path.name)
        print(f"{time.monotonic() - began:.0f} s", flush=True)
        lines += [f"{path.stem}: {line}" for line in scores(notebook)]
    print(*lines, sep="\n")
    print(f"Executed copies: {EXECUTED.relative_to(ROOT)}/")


def refresh(paths: list[Path]) -> None:
    """Execute notebooks where they are and store their outputs."""
    for path in paths:
        print(path.name, flush=True)
        notebook = nbformat.read(path, as_version=4)
        execute(notebook, path.parent)
        normalise(notebook)
        nbformat.write(notebook, path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run").add_argument("--scale", choices=("mini", "full"), default="mini")
    commands.add_parser("refresh").add_argument("notebooks", nargs="*", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "run":
        run(arguments.scale)
    else:
        refresh(arguments.notebooks or sorted(LESSONS.rglob("*.ipynb")))


if __name__ == "__main__":
    main()
