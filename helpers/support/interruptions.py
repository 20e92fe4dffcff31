"""What ends a training before its time: the stop button or Ctrl+C, or another one in its folder."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from filelock import Timeout
from huggingface_hub.utils import WeakFileLock


class TrainingStopped(KeyboardInterrupt):
    """Somebody stopped a training; the message is one line about what was saved.

    A notebook shows that line alone, and runs none of the cells that wait below.
    """

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback."""
        return [str(self)]


@contextmanager
def stopped_in_a_line(line: Callable[[], str]) -> Iterator[None]:
    """Raise TrainingStopped with a line for an interrupt, whatever libraries have made of it."""
    before = sys.exception()  # of code that calls this while it handles another one
    try:
        yield
    except BaseException as error:
        origin: BaseException | None = error
        while origin not in (None, before) and not isinstance(origin, KeyboardInterrupt):
            origin = origin.__context__
        if origin in (None, before):
            raise
        raise TrainingStopped(line()) from None


@contextmanager
def first_interrupt(note: Callable[[], None]) -> Iterator[None]:
    """Call ``note`` at the first interrupt (Ctrl+C, the stop button); the next does as usual."""
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return
    noted = False

    def note_first(*_: Any) -> None:
        nonlocal noted
        signal.signal(signal.SIGINT, usual)
        noted = True
        note()

    signal.signal(signal.SIGINT, note_first)
    try:
        yield
    except RuntimeError as error:
        if noted:  # Ctrl+C has ended the data loader's workers
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, usual)  # Lightning lets interrupts be ignored after one


@contextmanager
def only_training_in(folder: Path) -> Iterator[None]:
    """Keep other trainings out of a folder: OSError. The lock ends with its process."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            stack.enter_context(WeakFileLock(folder / ".lock", timeout=1))
        except Timeout:
            raise OSError(
                f"Another training is running in {folder}: let it end or stop it, or name another "
                "downstream_model_dir."
            ) from None
        yield
