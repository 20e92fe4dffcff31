"""Writing a file so that nothing but the whole of it ever bears its name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def whole_file(target: str | Path, mode: str = "w", **form: Any) -> Iterator[IO[Any]]:
    """Open a file for writing that gets its name when it is whole.

    After an error, nothing is left of it; after a killed process, a file ``….unfinished``, which
    the next one writes over. What bore the name before stays until then. ``mode`` and ``form``
    (encoding and so on) are those of ``open``.
    """
    unfinished = Path(f"{target}.unfinished")
    try:
        with unfinished.open(mode, **form) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # on the disk before it has the name, should the power fail
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
