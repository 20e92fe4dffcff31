"""Take the picture of README out of lesson 9's stored outputs.

python -m tools.picture   # writes notebooks/figures/attribution.png
"""

from base64 import b64decode

import nbformat

from tools.lessons import LESSONS, ROOT, tagged_cells

PICTURE = LESSONS.parent / "figures" / "attribution.png"


def stored_picture() -> bytes:
    """Return the PNG that lesson 9's cell tagged ``picture`` drew."""
    (cell,) = tagged_cells(nbformat.read(LESSONS / "09_inference.ipynb", as_version=4), "picture")
    (image,) = (out.data["image/png"] for out in cell.outputs if "image/png" in out.get("data", {}))
    return b64decode(image)


if __name__ == "__main__":
    PICTURE.write_bytes(stored_picture())
    print(PICTURE.relative_to(ROOT))
