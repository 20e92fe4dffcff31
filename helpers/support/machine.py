"""The machine: whether it has the folders and the hardware that settings ask for, and its noise."""

import gc
import logging
import os
import shlex
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

HARDWARE = ("accelerator", "devices", "num_nodes", "strategy", "precision")
PLAIN = ("auto", 1, "32-true")  # their defaults
DRIVES = ("/content/drive", "/content/gdrive", "/gdrive")  # where Colab mounts Google Drive
FUSED_ON = ("cpu", "cuda", "mps")  # kinds of device for which PyTorch has a fused AdamW
LONGEST_NAME = 255  # bytes of a file's or a folder's name, in nearly all file systems
NOT_FOR_READERS = (
    ".*does not have many workers",
    ".*Checkpoint directory .* exists and is not empty",
    ".*You defined a `validation_step` but have no `val_dataloader`",
    ".*LeafSpec.* is deprecated",
)


def check_folder(field: str, folder: str, inside: str) -> None:
    """Raise ValueError unless a folder, and ``inside`` in it, are or can be made to write to."""
    reason = _fault_of(folder, Path(folder) / inside)
    if reason:
        raise ValueError(f"{field} must be a folder to write to; it is {folder!r}, and {reason}.")


def drive_of(folder: str | Path) -> str | None:
    """Return where the Google Drive is mounted, or should be, that a folder is on; None: on none.

    >>> drive_of("/content/drive/MyDrive/checkpoints")
    '/content/drive'
    """
    path = Path(folder).absolute()
    return next((drive for drive in DRIVES if path.is_relative_to(drive)), None)


def _fault_of(folder: str, path: Path) -> str | None:
    if folder.startswith("~"):  # Lightning would replace it, Python's own functions not
        return "only a shell knows what ~ is: write the folder in full"
    if "://" in folder:  # Lightning would take it for an address
        return "an address is no folder: copy the files from there, or to there, yourself"
    drive = drive_of(folder)
    if drive and not os.path.ismount(drive):  # it would be a folder of a machine soon taken back
        mount = f"from google.colab import drive; drive.mount({drive!r})"
        return f"Google Drive is not mounted there: run `{mount}` first"
    if any(len(os.fsencode(part)) > LONGEST_NAME for part in path.parts):
        return f"a name in it has more than {LONGEST_NAME} bytes"
    try:
        while not (path.exists() or path.is_symlink()):
            path = path.parent
    except OSError as error:
        return f"the system says: {error.strerror}"
    if drive and path.absolute() == Path(drive):
        return f"your files on Google Drive are in {drive}/MyDrive"
    if not path.is_dir():  # a link to a disk that is not there, too
        return f"{str(path)!r} is no folder"
    if not os.access(path, os.W_OK | os.X_OK):
        return f"{str(path)!r} is write-protected"
    return None


def check_hardware(asked: dict[str, str | int]) -> None:
    """Raise ValueError when this machine lacks what is asked for by name ("auto" is no name).

    Args:
        asked: the settings called ``HARDWARE``.
    """
    if (asked["accelerator"], asked["precision"]) == ("cpu", "16-mixed"):
        raise ValueError(  # Lightning would take bf16-mixed in its place
            "precision must be '32-true' or 'bf16-mixed' with accelerator='cpu'; it is '16-mixed'."
        )
    fits_anywhere = asked["accelerator"] in ("auto", "cpu") and asked["devices"] in ("auto", "1")
    if fits_anywhere and asked["strategy"] == "auto" and asked["num_nodes"] == 1:
        return  # without loading Lightning
    if fault := _fault_of_hardware(asked):
        named = ", ".join(
            f"{name}={value!r}" for name, value in asked.items() if value not in PLAIN
        )
        raise ValueError(
            f"{named} cannot be had on this machine: {fault}. Leave at its default what you can."
        )


def _fault_of_hardware(asked: dict[str, str | int]) -> str | None:
    """Let Lightning say now what it would say before training."""
    from lightning_fabric.plugins.environments import LightningEnvironment  # heavy
    from pytorch_lightning import Trainer  # heavy
    from pytorch_lightning.utilities.exceptions import MisconfigurationException  # heavy

    quiet_lightning()
    try:
        with warnings.catch_warnings(action="ignore"):
            trainer = Trainer(**asked, logger=False, enable_checkpointing=False)
    except (MisconfigurationException, ImportError, ValueError, RuntimeError) as error:
        return " ".join(str(error).split()).rstrip(".!")
    started_by = getattr(trainer.strategy, "cluster_environment", None)
    alone = isinstance(started_by, LightningEnvironment) and "MASTER_ADDR" not in os.environ
    if asked["num_nodes"] > 1 and alone:
        return "it does not know the others: start with torchrun on each, see docs/several_gpus.md"
    return None


def can_fuse_adamw(device: str, precision: str) -> bool:
    """Tell whether AdamW can update all weights in one compiled call.

    Lightning cannot clip the gradients of such an optimizer in mixed precision.
    """
    return device in FUSED_ON and precision == "32-true"


def shell_joined(words: Sequence[str]) -> str:
    """Return a command as this machine's shells take it.

    Neither of Windows' two takes the other's quotes around a program: there it is plain "python".
    """
    if os.name == "nt":
        return subprocess.list2cmdline(["python", *words])
    return shlex.join([sys.executable, *words])


def print_anything() -> None:
    """Let what a console's encoding lacks, as CP949 lacks emoji, be printed as its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def quiet_lightning() -> None:
    """Keep off the page what Lightning says to everybody and a reader cannot act on."""
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.WARNING)
    for message in NOT_FOR_READERS:
        warnings.filterwarnings("ignore", message)


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Let Python not look for garbage while many objects are made that all stay.

    Now and then it would go through all that live: a quarter of the time that encoding NSMC takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
