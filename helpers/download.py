"""Fetching a corpus so that a file under its final name is a whole one."""

import io
from contextlib import redirect_stderr
from pathlib import Path

from Korpora import Korpora

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import FILES, read_nsmc
from helpers.support.network import emptied_folder, explained, patiently

ROWS = {"nsmc": (150_000, 50_000), "mini_reviews": (1_500, 500)}  # of FILES, without the header


def is_whole(path: Path, rows: int) -> bool:
    """Tell whether a file is there with all its rows; one that has others is named."""
    if not path.is_file():
        return False
    found = path.read_bytes().removesuffix(b"\n").count(b"\n")
    if found != rows:
        print(f"{path} has {found:,} rows, and not {rows:,}; it is fetched anew.")
    return found == rows


def download(name: str, folder: Path) -> None:
    """Let Korpora fetch a corpus into ``folder/name``, and check that every row has come.

    Raises:
        ValueError: a file is not NSMC's format, or has more or fewer rows.
    """
    with redirect_stderr(io.StringIO()):  # Korpora's progress bar
        patiently(lambda: Korpora.fetch(name, root_dir=folder, force_download=True))
    for file, rows in zip(FILES, ROWS[name], strict=True):
        found = len(read_nsmc(folder / name / file))
        if found != rows:
            raise ValueError(f"{file} has {found:,} rows, and not {rows:,}.")


def fetch_corpus(args: ClassificationTrainArguments) -> Path:
    """Make sure that the whole corpus is there, and return its folder.

    Korpora downloads straight to the final place, where a cut connection would leave half a file.
    So it downloads into a temporary folder; files that have all their rows are then moved.

    Raises:
        ConnectionError, ValueError, OSError: nothing, a damaged file, or more than fits on the disk
            has come; the message says what to do. Nothing has changed in the folder.
    """
    name = args.downstream_corpus_name
    folder = Path(args.downstream_corpus_root_dir) / name
    files = zip(FILES, ROWS[name], strict=True)
    if args.force_download or not all(is_whole(folder / file, rows) for file, rows in files):
        temporary = folder.with_name(f".{name}.part")
        with explained(f"The corpus {name!r}"), emptied_folder(temporary):
            download(name, temporary)
            folder.mkdir(exist_ok=True)
            for file in FILES:
                (temporary / name / file).replace(folder / file)
    return folder
