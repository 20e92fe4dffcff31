"""A fixture of both benchmarks' tests."""

from pathlib import Path

import pytest

from helpers.corpus import FILES
from tests.conftest import MINI_REVIEWS


@pytest.fixture
def small_nsmc(tmp_path: Path) -> Path:
    """A folder with the first reviews of both bundled files: 60 to learn from, 40 to test."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, count in zip(FILES, (60, 40), strict=True):
        lines = (MINI_REVIEWS / name).read_text(encoding="utf-8").split("\n")
        (folder / name).write_text("\n".join(lines[: count + 1]) + "\n", encoding="utf-8")
    return folder
