"""Start-up: what ``import helpers`` adds to importing the three large libraries."""

from benchmarks.speed.contenders import HELPERS, RATSNLP, Bench
from benchmarks.speed.results import Run, rounded

PARTS = ("none", "lazy", "every name")  # of the helpers


def measure_start_up(bench: Bench) -> list[Run]:
    """Import in new processes, in turn; the first round only fills the file cache."""
    runs: list[Run] = []
    for number in [-1, *bench.round_numbers]:
        for part in PARTS:
            measured = bench.measure(HELPERS, "start_up", helpers=part)
            runs.append({"contender": part, "round": number, **rounded(measured)})
        if RATSNLP in bench.contenders:
            measured = bench.measure(RATSNLP, "start_up")
            runs.append({"contender": RATSNLP, "round": number, **rounded(measured)})
    return [run for run in runs if run["round"] >= 0]
