"""Is a model that has learned from the bundled reviews alone right about real ones?

    python -m benchmarks.bundled_reviews --nsmc NSMC

Fine-tunes the bundled model on the whole train part of mini_reviews, for five seeds, with the
settings of the lessons, and judges its last weights on NSMC's test file. The runs are kept in
``benchmarks/results/bundled_reviews.jsonl`` and not repeated.
"""

import argparse
from pathlib import Path
from statistics import mean, stdev

from benchmarks.fine_tuning import Run, finished, measure_missing
from helpers import ClassificationTrainArguments, read_nsmc
from helpers.corpus import FILES
from helpers.scales import ASSETS, MINI_REVIEWS

RESULTS = Path(__file__).parent / "results" / "bundled_reviews.jsonl"
SEEDS = (1, 2, 3, 4, 5)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nsmc", type=Path, required=True, help="folder with NSMC's two files")
    parser.add_argument("--results", type=Path, default=RESULTS)
    words = parser.parse_args()
    args = ClassificationTrainArguments.for_scale("mini")
    train = read_nsmc(ASSETS / MINI_REVIEWS / FILES[0])
    runs = [
        Run("mini-bert", "pretrained", len(train), seed, args.epochs, args.learning_rate)
        for seed in SEEDS
    ]
    test = read_nsmc(words.nsmc / FILES[1])
    measure_missing(runs, lambda run: train, test, args, words.results)
    accuracies = [run["accuracy"] for run in finished(words.results)]
    print(f"accuracy {mean(accuracies):.3f} ± {stdev(accuracies):.3f} ({len(accuracies)} seeds)")


if __name__ == "__main__":
    main()
