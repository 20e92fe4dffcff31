"""Fetching a model's files from the hub, whole or not at all. Not taught in the lessons.

The hub's client names each file of its cache by the checksum that the hub announced for it, but
never compares the two. Here they are compared, and a file that does not fit is deleted.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from huggingface_hub import (
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.errors import RemoteEntryNotFoundError

from helpers.support import network

CONFIG = ("config.json",)
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
VOCABULARY = ("vocab.txt", "tokenizer.json")
TOKENIZER_SETTINGS = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")

ABANDONED = 3600  # seconds without a change after which nobody can be downloading a file any more


def fetch_files(name: str, one_of: Sequence[str], if_any: Sequence[str] = ()) -> None:
    """Make sure that files of a model lie in the hub's cache, whole. A folder is left alone.

    Args:
        name: the model's name on the hub, or a folder.
        one_of: the first of these that there is; without any, the model is of no use.
        if_any: those of these that there are.

    Raises:
        ConnectionError, ValueError, OSError: as :func:`helpers.support.network.explained`.
    """
    if Path(name).is_dir():
        return
    with network.explained(f"The model {name!r}"):
        found = any(in_cache(name, file) for file in one_of)
        if not found and not any(download(name, file) for file in one_of):
            raise FileNotFoundError(f"the hub has no {' or '.join(one_of)} under this name")
        for file in if_any:
            known = try_to_load_from_cache(name, file)  # something else than a path: there is none
            if (known is None or isinstance(known, str)) and not in_cache(name, file):
                download(name, file)


def in_cache(name: str, file: str) -> bool:
    """Tell whether a file is in the cache and whole; a damaged one is named and deleted."""
    path = try_to_load_from_cache(name, file)
    if not isinstance(path, str):
        return False
    if fits_checksum(Path(path)):
        return True
    print(f"{file} of {name} was damaged in the hub's cache; it is fetched anew.")
    delete(Path(path))
    return False


def download(name: str, file: str) -> bool:
    """Download one file into the cache; False: the hub has no such file."""

    def fetch() -> str:
        # Asked first because it fails at once, where hf_hub_download tries again for minutes.
        with suppress(RemoteEntryNotFoundError):
            get_hf_file_metadata(hf_hub_url(name, file), timeout=network.SILENCE)
        return hf_hub_download(name, file)

    try:
        path = Path(network.patiently(fetch))
    except RemoteEntryNotFoundError:
        return False
    if not fits_checksum(path):
        delete(path)
        raise ValueError(f"{file} does not fit the checksum that the hub announced.")
    delete_leftovers(path)
    return True


def fits_checksum(path: Path) -> bool:
    """Compare a file of the cache with the checksum that its blob is named by.

    That is SHA-256 for large files and Git's SHA-1 for small ones. Where the system has no links,
    the cache has no blobs, and there is nothing to compare with.
    """
    if not path.is_symlink():
        return True
    state = path.stat()
    return matches(path, path.readlink().name, state.st_size, state.st_mtime_ns)


@cache  # a gigabyte takes a second or two, and nothing is gained from a second look
def matches(path: Path, checksum: str, size: int, changed: int) -> bool:
    """Tell whether a file has the checksum; ``size`` and ``changed`` are for the cache alone."""
    if len(checksum) == 40:
        content = path.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == checksum
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == checksum


def delete(path: Path) -> None:
    """Delete a file of the cache, the link and what it points to."""
    path.resolve().unlink()
    path.unlink()


def delete_leftovers(path: Path) -> None:
    """Delete what killed processes have left of the model that a file of the cache belongs to.

    Nobody knows which process wrote a leftover, but one that lives has added to it this hour.
    """
    for leftover in path.parents[2].glob("blobs/*.incomplete"):
        with suppress(FileNotFoundError):
            if leftover.stat().st_mtime < time.time() - ABANDONED:
                leftover.unlink()


@contextmanager
def readable(part: str, name: str) -> Iterator[None]:
    """Turn any failure to read a part of a model that is there into a ValueError that names it."""
    try:
        yield
    except Exception as error:  # the libraries below transformers raise kinds of their own
        raise ValueError(
            f"The {part} of the model {name!r} cannot be read: {network.first_sentence(error)}. "
            "Copy or export its folder again; if it is a name on the hub, choose another model."
        ) from error
