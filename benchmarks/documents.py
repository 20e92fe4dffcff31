"""Putting what was measured into documents, where a pair of comments keeps its place."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def both_editions(page: str) -> tuple[Path, Path]:
    """Return a page of ``docs`` in English and in Korean."""
    return ROOT / "docs" / page, ROOT / "docs" / "ko" / page


def put_into(document: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- end of name -->``.

    Raises:
        ValueError: the document has no such place.
    """
    place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", flags=re.DOTALL)
    whole, found = place.subn(
        lambda match: f"{match[1]}{text}\n{match[2]}", document.read_text(encoding="utf-8")
    )
    if not found:
        raise ValueError(f"{document} has no line <!-- {name} --> with its end; put both there.")
    document.write_text(whole, encoding="utf-8")
