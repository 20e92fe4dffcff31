"""Trainings that are killed at random moments, and then go on to the end.

A program of its own: it forks a process for each training, which only one without threads can do.

python -m tests.stand_ins.killed_trainings FOLDER
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from contextlib import redirect_stdout
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pytorch_lightning.callbacks import Callback
from torch.utils.data import Subset

from helpers.arguments import ClassificationTrainArguments
from tests.stand_ins.short_trainings import SHORT, ShortTraining, bundled_reviews, digest

KINDS: dict[str, dict[str, Any]] = {
    "random order": {},
    "random order, with workers": {"cpu_workers": 2},
    "batches by length": {"group_by_length": True},
    "batches by length, with workers": {"group_by_length": True, "cpu_workers": 2},
}
IN_A_SAVE = "while a checkpoint is written"
WAYS = (("at once", IN_A_SAVE), ("early", "twice"), ("late", "twice"), ("late", IN_A_SAVE))
KILLS = dict(zip(KINDS, WAYS, strict=True))  # each kind is killed in two ways
MOMENTS = {  # at which a training is killed, in shares of the time that it takes
    "at once": [(0, 0.2)],
    "early": [(0.2, 0.5)],
    "late": [(0.5, 0.9)],
    "twice": [(0.3, 0.9), (0.3, 0.9)],
}


class Draws(Callback):
    """Draws random numbers in each step, as a callback of one's own might do."""

    def on_train_batch_start(self, *_: Any) -> None:
        self.drawn = random.random(), np.random.rand()  # noqa: NPY002


def prepare(folder: Path) -> ShortTraining:
    """Tokenize the bundled reviews, for a training of two epochs of 11 batches."""
    small = SHORT | {"batch_size": 110, "save_every_n_steps": 3, "max_seq_length": 16}
    args = ClassificationTrainArguments.for_scale(
        "mini", downstream_corpus_root_dir=folder, **small
    )
    train, val = bundled_reviews(args)
    return ShortTraining(args, train, Subset(val, range(32)))


def train(training: ShortTraining, die_in_save: int = 0) -> None:
    """Train to the end, and write what came of it; or die in the middle of writing a checkpoint."""
    saves, save = count(1), torch.save

    def save_or_die(checkpoint: Any, file: Any) -> None:
        if next(saves) == die_in_save:
            file.write(b"half of a checkpoint")
            file.flush()
            os.killpg(os.getpgrp(), signal.SIGKILL)
        save(checkpoint, file)

    torch.save, draws = save_or_die, Draws()
    task, _ = training.run(draws)
    result = {"weights": digest(task.model), "drawn": draws.drawn}
    training.last.with_name("result.json").write_text(json.dumps(result))


def run(kill_after: float | None, *what: Any) -> bool:
    """Train in a new process, killed after so many seconds; return whether it was killed.

    Its data loader workers are killed with it, as when a runtime is lost.
    """
    process = multiprocessing.get_context("fork").Process(target=train, args=what)
    process.start()
    os.setpgid(process.pid, process.pid)  # the workers will belong to this group, too
    if kill_after is not None:
        time.sleep(kill_after)
        os.killpg(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def run_killed(kill: str, duration: float, training: ShortTraining) -> None:
    """Run a training that is killed in this way, until it is finished."""
    if kill == IN_A_SAVE:
        assert run(None, training, random.randint(1, 6))
    for shares in MOMENTS.get(kill, []):
        while not run(duration * random.uniform(*shares), training):
            pass  # this time it was faster
    run(None, training)


def main(folder: Path) -> dict[str, Any]:
    training, results = prepare(folder), {}
    for kind, changes in KINDS.items():
        duration, results[kind] = 0.0, {}
        for kill in ("no", *KILLS[kind]):
            place = folder / kind / kill
            place.mkdir(parents=True)
            began = time.monotonic()
            own = training.with_settings(downstream_model_dir=place, **changes)
            run_killed(kill, duration, own)
            duration = duration or time.monotonic() - began
            results[kind][kill] = json.loads((place / "result.json").read_text())
    return results


if __name__ == "__main__":
    random.seed(0)
    with redirect_stdout(sys.stderr):
        outcome = main(Path(sys.argv[1]))
    print(json.dumps(outcome))
