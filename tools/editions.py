"""Keep the Korean edition in step with the English one: code has one place, prose has two.

python -m tools.editions carry   # bring code and outputs from notebooks/en to notebooks/ko
python -m tools.editions check   # name the cells whose prose has changed in one edition only
python -m tools.editions agree   # note that the prose of both editions says the same now

After a change in the English edition: ``carry``, ``check``, mend the Korean prose, ``agree``.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.lessons import LESSONS

KOREAN = LESSONS.parent / "ko"


def pairs() -> Iterator[tuple[Path, Path]]:
    """Yield each English notebook with its Korean counterpart, which may not be there yet."""
    for path in sorted(LESSONS.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            yield path, KOREAN / path.relative_to(LESSONS)


def carry(english: NotebookNode, korean: NotebookNode | None) -> NotebookNode:
    """Return the English notebook with the Korean prose in its place.

    Prose belongs together by the ids of its cells. Where there is none in Korean yet, the English
    one stands.
    """
    prose = {cell.id: cell for cell in korean.cells} if korean else {}
    carried = deepcopy(english)
    carried.cells = [
        prose.get(cell.id, cell) if cell.cell_type == "markdown" else cell for cell in carried.cells
    ]
    return carried


def digest(text: str) -> str:
    """Return a short text that changes with every change of a longer one."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def state(english: NotebookNode, korean: NotebookNode) -> dict[str, str]:
    """Return what a Korean cell notes of both when their prose says the same."""
    return {"en": digest(english.source), "ko": digest(korean.source)}


def prose_of(english: NotebookNode, korean: NotebookNode) -> Iterator[tuple[NotebookNode, ...]]:
    """Yield the pairs of prose cells of two notebooks with the same cells."""
    for one, other in zip(english.cells, korean.cells, strict=True):
        if one.cell_type == "markdown":
            yield one, other


def agree(english: NotebookNode, korean: NotebookNode) -> None:
    """Note in every Korean prose cell that it says what the English one says now."""
    for one, other in prose_of(english, korean):
        other.metadata["agreed"] = state(one, other)


def faults(english: NotebookNode, korean: NotebookNode) -> Iterator[str]:
    """Name the cells whose prose is missing, or has changed in one edition since they agreed."""
    for one, other in prose_of(english, korean):
        noted, now = other.metadata.get("agreed", {}), state(one, other)
        changed = [edition for edition in now if now[edition] != noted.get(edition)]
        if one.source == other.source:
            yield f"{one.id}: there is no Korean prose yet"
        elif changed:
            yield f"{one.id}: changed since both agreed: {', '.join(changed)}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("carry", "check", "agree"))
    command = parser.parse_args().command
    found: list[str] = []
    for path, korean_path in pairs():
        english = nbformat.read(path, as_version=4)
        there = korean_path.is_file()
        korean = nbformat.read(korean_path, as_version=4) if there else None
        if command == "carry":
            korean_path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(carry(english, korean), korean_path)
        elif command == "agree":
            agree(english, korean)
            nbformat.write(korean, korean_path)
        else:
            found += [f"{path.stem}, {fault}" for fault in faults(english, korean)]
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main()
