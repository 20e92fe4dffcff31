"""How many labels does a pretrained model save? Accuracy on NSMC's test file, for several amounts.

    python -m benchmarks.label_curve --nsmc NSMC
    python -m benchmarks.label_curve --nsmc NSMC --model beomi/kcbert-base --learning-rate 5e-5

The folder has NSMC's two files. Each amount of labels is drawn from the train file anew for each
seed, and two models are fine-tuned on it: the pretrained one, and the same network from random
weights. The last weights are judged, once, on the whole test file: nothing is chosen by looking at
it. Every run is a line of ``benchmarks/results/label_curve.jsonl``; runs that are there already are
not repeated, so the command may be stopped and started again. At the end it writes the table and
the figure of docs/pretraining.md.
"""

import argparse
from itertools import product
from pathlib import Path

from benchmarks.fine_tuning import Run, finished, measure_missing
from benchmarks.label_curve_report import write_report
from helpers import ClassificationTrainArguments, read_nsmc, split_validation
from helpers.corpus import FILES, ClassificationExample
from helpers.scales import MINI_BERT

RESULTS = Path(__file__).parent / "results" / "label_curve.jsonl"
EPOCHS = {100: 20, 1_000: 8, 10_000: 3, 150_000: 2}
STARTS = ("pretrained", "random")


def draw(
    examples: list[ClassificationExample], labels: int, seed: int
) -> list[ClassificationExample]:
    """Draw ``labels`` examples, with the same share of every label as among all."""
    if labels > len(examples):
        raise ValueError(f"{labels:,} labels were asked for; the train file has {len(examples):,}.")
    if labels == len(examples):
        return examples
    _, drawn = split_validation(examples, labels / len(examples), seed)
    return drawn


def read_words() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nsmc", type=Path, required=True, help="folder with NSMC's two files")
    parser.add_argument("--model", default=str(MINI_BERT), help="folder or name on the hub")
    parser.add_argument("--labels", type=int, nargs="+", choices=EPOCHS, default=list(EPOCHS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--starts", nargs="+", choices=STARTS, default=STARTS)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--precision", default="32-true", help='"16-mixed" on a GPU, for instance')
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args()


def main() -> None:
    words = read_words()
    name = Path(words.model).name if Path(words.model).is_dir() else words.model
    runs = [
        Run(name, start, labels, seed, EPOCHS[labels], words.learning_rate)
        for labels, seed, start in product(words.labels, words.seeds, words.starts)
    ]
    train, test = (read_nsmc(words.nsmc / file) for file in FILES)
    measure_missing(
        runs,
        lambda run: draw(train, run.labels, run.seed),
        test,
        ClassificationTrainArguments(pretrained_model_name=words.model, precision=words.precision),
        words.results,
    )
    write_report(finished(words.results))


if __name__ == "__main__":
    main()
