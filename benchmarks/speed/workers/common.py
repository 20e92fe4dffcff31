"""What all workers share. Only the standard library: they run in different environments."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self


def peak_mb() -> float:
    """Return the most memory, in MB, that this process has held so far.

    On Linux not by ``getrusage``, which counts what the parent process held before ``exec``.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS counts bytes


class Stopwatch:
    """Measures the seconds that a block took, by the wall clock.

    >>> with Stopwatch() as watch:
    ...     _ = sum(range(1000))
    >>> 0 < watch.seconds < 1
    True
    """

    seconds: float

    def __enter__(self) -> Self:
        self.began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self.began


class StepClock:
    """Adds up the seconds from the start of each epoch to the end of its last step.

    What comes between epochs, such as saving, is left out.
    """

    def __init__(self) -> None:
        self.seconds, self.steps = 0.0, 0

    def epoch_begins(self) -> None:
        self.last = time.perf_counter()

    def step_ends(self) -> None:
        now = time.perf_counter()
        self.seconds, self.steps, self.last = self.seconds + now - self.last, self.steps + 1, now

    def measured(self, lengths: Iterable[int], epochs: int) -> dict[str, Any]:
        """Return what was counted, with reviews and word pieces, of the lengths of all reviews."""
        known = list(lengths)
        pieces = {"rows": len(known) * epochs, "tokens": sum(known) * epochs}
        return {"seconds": self.seconds, "steps": self.steps} | pieces


def lightning_callback(clock: StepClock) -> Any:
    """Return a callback that lets the clock see Lightning's epochs and steps."""
    from pytorch_lightning.callbacks import LambdaCallback

    return LambdaCallback(
        on_train_epoch_start=lambda *_: clock.epoch_begins(),
        on_train_batch_end=lambda *_: clock.step_ends(),
    )


def answer(jobs: dict[str, Callable[..., dict[str, Any]]]) -> None:
    """Do the job that the command line names, and print what it measured as a line of JSON."""
    settings = json.loads(sys.argv[1])
    measured = jobs[settings.pop("job")](**settings)
    print(f"\n{json.dumps(measured)}", flush=True)
