"""Measuring contenders in turn, each in a new process with the same number of threads."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed.old_package import accelerate_folder

ROOT = Path(__file__).resolve().parents[2]
HELPERS, RATSNLP, TRAINER = "helpers", "ratsnlp", "Trainer"


@dataclass(frozen=True)
class Bench:
    """Where and how to measure: threads, rounds, and the old package's Python, if there is one."""

    threads: int
    rounds: int
    ratsnlp: Path | None
    with_trainer: bool = True
    first_round: int = 0

    @property
    def round_numbers(self) -> range:
        """The rounds to measure now; the numbers decide the seeds."""
        return range(self.first_round, self.first_round + self.rounds)

    @property
    def contenders(self) -> list[str]:
        """The contenders that can be measured here."""
        ready = {HELPERS: True, RATSNLP: self.ratsnlp is not None, TRAINER: self.with_trainer}
        return [name for name, is_ready in ready.items() if is_ready]

    def measure(self, contender: str, job: str, **settings: Any) -> dict[str, Any]:
        """Let a contender do a job in a process of its own; return what it measured.

        Raises:
            RuntimeError: the worker failed; the message has the end of what it said.
        """
        python = self.ratsnlp if contender == RATSNLP else sys.executable
        worker = f"benchmarks.speed.workers.with_{contender.lower()}"
        done = subprocess.run(
            [python, "-m", worker, json.dumps({"job": job, **settings}, default=str)],
            cwd=ROOT,
            env=environment(contender, self.threads),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{contender} could not {job}:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1])


def environment(contender: str, threads: int) -> dict[str, str]:
    """Return the environment variables of a worker."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    if contender == TRAINER:
        ours["PYTHONPATH"] = str(accelerate_folder())
    return ours | {
        "OMP_NUM_THREADS": str(threads),
        "RAYON_NUM_THREADS": str(threads),  # those of the tokenizers
        "HF_HUB_OFFLINE": "1",
        "CUDA_VISIBLE_DEVICES": "",
        # PyTorch no longer reads the old package's pickles unless told to.
        "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1" if contender == RATSNLP else "0",
    }


def in_turn(bench: Bench, contenders: list[str]) -> Iterator[tuple[int, str]]:
    """Yield (round, contender), every contender once a round, each round begun by another one."""
    present = [name for name in contenders if name in bench.contenders]
    for number in bench.round_numbers:
        first = number % len(present)
        yield from ((number, name) for name in present[first:] + present[:first])
