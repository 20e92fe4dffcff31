"""Files: read as UTF-8, and written so that nothing but the whole of one ever bears its name."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from huggingface_hub.utils import WeakFileLock


def impostor(path: Path) -> str | None:
    """Say what stands in a file's place, and what helps; None: it may be the file itself."""
    with path.open("rb") as file:
        beginning = file.read(100).lstrip().lower()
    if beginning.startswith(b"version https://git-lfs"):
        return f"{path} is a pointer of Git LFS: run `git lfs pull` where you cloned it."
    if beginning.startswith((b"<!doctype html", b"<html")):
        return f"{path} is a web page: download the file itself."
    return None


def read_utf8(path: Path) -> str:
    """Return the text of a file, without its byte order mark if it has one.

    A ValueError names file and line where it is not UTF-8, or has a NUL.
    """
    try:
        text = path.read_bytes().decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ValueError(f"{path}, line {line}: not UTF-8 text; save the file as UTF-8.") from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ValueError(
            f"{path}, line {line}: a NUL character, which no text has: the file is damaged, or "
            "something else than text; fetch it again, or save it as UTF-8."
        )
    return text


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


@contextmanager
def emptied_folder(folder: Path) -> Iterator[Path]:
    """Hand out ``folder``, empty, to one process at a time, and delete it afterwards.

    What a killed process has left there goes, too: whoever holds the lock lives.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(folder.with_name(folder.name + ".lock")):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
