"""Preparing NSMC: from the train file's text to word piece ids."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.contenders import HELPERS, RATSNLP, Bench, in_turn
from benchmarks.speed.material import copy_train_file
from benchmarks.speed.results import Run, rounded


def measure_preparing(bench: Bench, nsmc: Path, model: Path, old_rounds: int = 1) -> list[Run]:
    """Let both packages prepare the whole train file; the old one only in some rounds."""
    runs: list[Run] = []
    for number, contender in in_turn(bench, [HELPERS, RATSNLP]):
        if contender == RATSNLP and number >= old_rounds:
            continue
        with TemporaryDirectory() as folder:
            corpus = copy_train_file(nsmc, Path(folder) / "nsmc")
            measured = bench.measure(contender, "prepare", corpus=corpus, model=model)
        runs.append({"contender": contender, "round": number, **rounded(measured)})
        print(runs[-1], flush=True)
    return runs
