"""Prediction: reviews a second, many in one call, beside the old package's one at a time."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.contenders import HELPERS, RATSNLP, Bench, in_turn
from benchmarks.speed.material import write_model
from benchmarks.speed.results import Run, rounded
from helpers.corpus import FILES


def measure_predicting(
    bench: Bench, nsmc: Path, model: Path, reviews: int, old_reviews: int
) -> list[Run]:
    """Ask about the first reviews of the test file.

    The old package pads each review to 128, so that one costs as much as another: it is timed on
    fewer of them.
    """
    numbers = {HELPERS: reviews, RATSNLP: old_reviews}
    runs: list[Run] = []
    with TemporaryDirectory() as folder:
        network = write_model(model, Path(folder) / "model", seed=1)
        for number, contender in in_turn(bench, [HELPERS, RATSNLP]):
            measured = bench.measure(
                contender,
                "predict",
                reviews=nsmc / FILES[1],
                number=numbers[contender],
                model=network,
            )
            measured["reviews_per_second"] = measured["rows"] / measured["seconds"]
            runs.append({"contender": contender, "round": number, **rounded(measured)})
            print(runs[-1], flush=True)
    return runs
