"""How fast is the course's code, beside ratsnlp 1.0.53 and beside transformers' Trainer?

    python -m benchmarks.speed preparing --nsmc NSMC --model KCBERT
    python -m benchmarks.speed padding --nsmc NSMC --model KCBERT
    python -m benchmarks.speed start_up
    python -m benchmarks.speed training
    python -m benchmarks.speed predicting --nsmc NSMC
    python -m benchmarks.speed training_large --nsmc NSMC --model KCBERT
    python -m benchmarks.speed predicting_large --nsmc NSMC --model KCBERT

NSMC is a folder with its two files; KCBERT one with kcbert-base's config.json and vocab.txt: its
weights are not needed, random ones cost the same. Each command measures one table, puts it into
``benchmarks/results/speed.json``, and writes the table of docs/speed.md anew. The old
package is installed into ``benchmarks/.ratsnlp`` the first time; ``--ratsnlp PYTHON`` names an
environment that has it, and ``--ratsnlp none`` leaves it out.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.contenders import RATSNLP, Bench
from benchmarks.speed.material import typical_batches, write_corpus
from benchmarks.speed.old_package import make_environment
from benchmarks.speed.padding import batches_of, measure_padding
from benchmarks.speed.predicting import measure_predicting
from benchmarks.speed.preparing import measure_preparing
from benchmarks.speed.report import write_report
from benchmarks.speed.results import RESULTS, Run, read_results, store
from benchmarks.speed.start_up import measure_start_up
from benchmarks.speed.training import Lesson, measure_training
from benchmarks.speed.workers.with_helpers import new_arguments, whole_file
from helpers import ClassificationTrainArguments, split_validation, train_dataloader
from helpers.corpus import FILES, read_nsmc
from helpers.scales import ASSETS, MINI_BERT, MINI_REVIEWS

Words = argparse.Namespace


def training(bench: Bench, words: Words) -> list[Run]:
    """The bundled model on the bundled reviews, with the settings of the lessons."""
    args = ClassificationTrainArguments.for_scale("mini")
    examples = read_nsmc(ASSETS / MINI_REVIEWS / FILES[0])[: words.rows]
    train, val = split_validation(examples, args.val_fraction)
    return measure_training(bench, Lesson(train, val, MINI_BERT, args.epochs, args.learning_rate))


def training_large(bench: Bench, words: Words) -> list[Run]:
    """kcbert-base's shape, on typical batches of NSMC's train file."""
    examples = read_nsmc(words.nsmc / FILES[0])[:12_800]
    with TemporaryDirectory() as folder:
        corpus = write_corpus(examples, Path(folder) / "nsmc")
        args = new_arguments(str(corpus), str(words.model), seed=1, group_by_length=True)
        batches = batches_of(train_dataloader(args, whole_file(args, len(examples))))
    number = (words.rows or 320) // args.batch_size
    train = [examples[position] for position in typical_batches(batches, number)]
    lesson = Lesson(train, [], words.model, 1, 5e-5, grouped=True, old_rows=words.old_rows or 96)
    return measure_training(bench, lesson)


def predicting(bench: Bench, words: Words) -> list[Run]:
    """The bundled model, asked about the test file."""
    reviews, old = words.rows or 50_000, words.old_rows or 2_000
    return measure_predicting(bench, words.nsmc, MINI_BERT, reviews, old)


def predicting_large(bench: Bench, words: Words) -> list[Run]:
    """kcbert-base's shape, asked about a part of the test file."""
    reviews, old = words.rows or 2_000, words.old_rows or 50
    return measure_predicting(bench, words.nsmc, words.model, reviews, old)


TABLES: dict[str, Callable[[Bench, Words], list[Run]]] = {
    "preparing": lambda bench, words: measure_preparing(
        bench, words.nsmc, words.model, words.old_rounds
    ),
    "padding": lambda bench, words: measure_padding(words.nsmc, words.model, batch_size=32),
    "start_up": lambda bench, words: measure_start_up(bench),
    "training": training,
    "predicting": predicting,
    "training_large": training_large,
    "predicting_large": predicting_large,
}


def read_words() -> Words:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("--nsmc", type=Path, help="folder with NSMC's two files")
    parser.add_argument("--model", type=Path, help="folder with kcbert-base's two files")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--add", action="store_true", help="to the rounds that are stored")
    parser.add_argument("--old-rounds", type=int, default=1, help="of preparing, for ratsnlp")
    parser.add_argument("--rows", type=int, help="reviews to train on or to ask about")
    parser.add_argument("--old-rows", type=int, help="the same for ratsnlp, where it takes long")
    parser.add_argument("--ratsnlp", default="own", help='a Python that has it, or "none"')
    parser.add_argument("--no-trainer", action="store_true", help="leave Trainer out")
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args()


def python_with_ratsnlp(wanted: str) -> Path | None:
    """Return the old package's Python, after installing it where that is needed."""
    if wanted == "none":
        print("ratsnlp is left out: there is nothing to compare with")
        return None
    return make_environment() if wanted == "own" else Path(wanted).absolute()


def main() -> None:
    words = read_words()
    before = read_results(words.results).get(words.table, {}).get("runs", []) if words.add else []
    bench = Bench(
        words.threads,
        words.rounds,
        python_with_ratsnlp(words.ratsnlp),
        not words.no_trainer,
        first_round=1 + max((run["round"] for run in before), default=-1),
    )
    runs = TABLES[words.table](bench, words)
    settings = {"threads": bench.threads, "ratsnlp": RATSNLP in bench.contenders}
    store(words.results, words.table, settings, before + runs)
    write_report(read_results(words.results))


if __name__ == "__main__":
    main()
