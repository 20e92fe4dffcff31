"""Put into README, in both editions, what it takes from the lessons as they are stored.

python -m tools.first_page   # the minutes, the picture of lesson 9, what lesson 10's command prints
"""

import re
from base64 import b64decode

import nbformat
from nbformat import NotebookNode

from benchmarks.documents import put_into
from tools.lessons import LESSONS, ROOT, tagged_cells

READMES = (ROOT / "README.md", ROOT / "README.ko.md")
PICTURE = LESSONS.parent / "figures" / "attribution.png"
ROW = re.compile(
    r"^(\| \d+ \| \[.*?\]\(notebooks/\w+/(\w+\.ipynb)\) \| .*? \|) \d+ \|", re.MULTILINE
)


def read(name: str) -> NotebookNode:
    """Return a lesson of the English edition."""
    return nbformat.read(LESSONS / name, as_version=4)


def picture() -> bytes:
    """Return the PNG that lesson 9's cell tagged ``picture`` drew."""
    (cell,) = tagged_cells(read("09_inference.ipynb"), "picture")
    (image,) = (out.data["image/png"] for out in cell.outputs if "image/png" in out.get("data", {}))
    return b64decode(image)


def own_data() -> str:
    """Return what lesson 10's cell tagged ``one-command`` printed, as a block."""
    (cell,) = tagged_cells(read("10_own_data.ipynb"), "one-command")
    return f"```\n{''.join(output.text for output in cell.outputs)}```"


def with_minutes(readme: str) -> str:
    """Return a README whose table has the minutes that the lessons say, as far as they are here."""

    def row(found: re.Match[str]) -> str:
        opening = read(found[2]).cells[0].source if (LESSONS / found[2]).is_file() else ""
        said = re.search(r"\*\*(\d+) minutes, ", opening)
        return f"{found[1]} {said[1]} |" if said else found[0]

    return ROW.sub(row, readme)


def main() -> None:
    PICTURE.write_bytes(picture())
    for path in READMES:
        put_into(path, "own data", own_data())
        path.write_text(with_minutes(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
