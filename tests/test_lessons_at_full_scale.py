"""Every lesson with its one cell changed to "full": the hub's real client, Korpora's real download.

The hub and the corpus' host stand on 127.0.0.1 and serve a tiny model and a small corpus.
"""

from pathlib import Path

import nbformat
import pytest

from tests.notebooks import LESSON_PATHS, printed
from tests.servers import FileServer
from tools.lessons import execute, set_scale


@pytest.mark.parametrize("path", LESSON_PATHS, ids=lambda path: path.stem)
def test_lesson_runs(
    path: Path,
    full_scale_environment: dict[str, str],
    hub: FileServer,
    corpus_host: FileServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in full_scale_environment.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(path, as_version=4)
    set_scale(notebook, "full")
    execute(notebook, tmp_path)
    assert not any("❌" in printed(cell) for cell in notebook.cells if cell.cell_type == "code")
    if path.stem[:2] != "03":  # which computes nothing with model or corpus
        assert hub.requests or corpus_host.requests
