"""Fetching a corpus so that a file under its final name is a whole one."""

import io
from contextlib import redirect_stderr
from pathlib import Path

from Korpora import Korpora

from helpers.arguments import TrainArguments
from helpers.corpus import CORPORA, Reader
from helpers.support.files import emptied_folder
from helpers.support.network import explained, patiently


def check_whole(path: Path, rows: int, read: Reader) -> None:
    """Raise ValueError unless a file can be read, and has all its rows."""
    found = len(read(path))
    if found != rows:
        raise ValueError(f"{path} has {found:,} rows, and not {rows:,}.")


def is_whole(path: Path, rows: int, read: Reader) -> bool:
    """Tell whether a file is there with all its rows; say what is wrong with one that is not."""
    try:
        check_whole(path, rows, read)
    except FileNotFoundError:
        return False
    except ValueError as error:
        print(f"{error} It is fetched anew.")
        return False
    return True


def download(name: str, folder: Path) -> None:
    """Let Korpora fetch a corpus into ``folder/name``, and check that every row has come."""
    with redirect_stderr(io.StringIO()):  # Korpora's progress bar
        patiently(lambda: Korpora.fetch(name, root_dir=folder, force_download=True))
    corpus = CORPORA[name]
    for file, rows in corpus.rows.items():
        check_whole(folder / name / file, rows, corpus.read)


def fetch_corpus(args: TrainArguments) -> Path:
    """Make sure that the whole corpus is there, and return its folder.

    Korpora downloads straight to the final place, where a cut connection would leave half a file.
    So it downloads into a temporary folder; files that have all their rows are then moved.

    Raises:
        ConnectionError, ValueError, OSError: nothing, a damaged file, or more than fits on the disk
            has come; the message says what to do. Nothing has changed in the folder.
    """
    name, corpus = args.downstream_corpus_name, CORPORA[args.downstream_corpus_name]
    folder = Path(args.downstream_corpus_root_dir) / name
    files = corpus.rows.items()
    if args.force_download or not all(is_whole(folder / f, n, corpus.read) for f, n in files):
        temporary = folder.with_name(f".{name}.part")
        with explained(f"The corpus {name!r}"), emptied_folder(temporary):
            download(name, temporary)
            folder.mkdir(exist_ok=True)
            for file in corpus.rows:
                (temporary / name / file).replace(folder / file)
    return folder
