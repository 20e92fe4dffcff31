"""Is a model that has learned from the bundled reviews alone right about real ones? Beside a bag.

    python -m benchmarks.bundled_reviews --nsmc NSMC

Trains two models on the whole train part of mini_reviews, for five seeds: the bundled BERT, with
the settings of the lessons, and lesson 8's bag of word pieces. Judges the last weights of both on
the bundled test and on NSMC's test file. The runs are kept in
``benchmarks/results/bundled_reviews.jsonl`` and not repeated.
"""

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import RandomSampler, StackDataset
from transformers.modeling_outputs import SequenceClassifierOutput

from benchmarks.fine_tuning import EVAL_BATCH_SIZE, add_run, encode, fine_tune, finished, new_model
from helpers import (
    ClassificationTrainArguments,
    eval_dataloader,
    make_dataloader,
    predict_probabilities,
    read_nsmc,
    set_seed,
)
from helpers.corpus import FILES, ClassificationExample
from helpers.scales import ASSETS, MINI_REVIEWS

RESULTS = Path(__file__).parent / "results" / "bundled_reviews.jsonl"
TRAIN = ASSETS / MINI_REVIEWS / FILES[0]
SEEDS = (1, 2, 3, 4, 5)
VOCABULARY = 8_000
MODELS = ("mini-bert", "bag of pieces")


class BagOfPieces(nn.Module):
    """Two numbers a word piece, added up over the review: as in lesson 8."""

    def __init__(self) -> None:
        super().__init__()
        self.scores = nn.EmbeddingBag(VOCABULARY, 2, mode="sum", padding_idx=0)
        nn.init.zeros_(self.scores.weight)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SequenceClassifierOutput:
        return SequenceClassifierOutput(logits=self.scores(input_ids))


def train_bag(train: StackDataset, args: ClassificationTrainArguments) -> BagOfPieces:
    """As lesson 8 does it: five epochs, in a new order each."""
    set_seed(args)
    bag = BagOfPieces()
    optimizer = torch.optim.AdamW(bag.parameters(), lr=0.01)
    loader = make_dataloader(args, train, RandomSampler(train))
    for _ in range(5):
        for batch in loader:
            logits = bag(batch["input_ids"], batch["attention_mask"]).logits
            loss = cross_entropy(logits, batch["labels"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return bag


def trained(
    name: str, train: StackDataset, few: StackDataset, args: ClassificationTrainArguments
) -> nn.Module:
    """Train one of the MODELS."""
    if name == "bag of pieces":
        return train_bag(train, args)
    model = new_model(args, "pretrained")
    fine_tune(model, train, few, args)
    return model.cpu()


def accuracy(model: nn.Module, reviews: StackDataset, args: ClassificationTrainArguments) -> float:
    """Return the share of reviews that get the right label."""
    loader = eval_dataloader(replace(args, batch_size=EVAL_BATCH_SIZE), reviews)
    answers = predict_probabilities(model, loader).argmax(dim=1)
    return round((answers == reviews.datasets["labels"]).double().mean().item(), 4)


def by_length(path: Path) -> list[ClassificationExample]:
    """Read reviews in an order in which little is padded."""
    return sorted(read_nsmc(path), key=lambda example: len(example.text))


def unseen(train: StackDataset, test: StackDataset) -> float:
    """Return the share of the test's word pieces that do not occur in the train part."""
    known = torch.cat(list(train.datasets["input_ids"])).unique()
    return 1 - torch.isin(torch.cat(list(test.datasets["input_ids"])), known).double().mean().item()


def report(runs: list[dict[str, Any]]) -> None:
    """Print the mean and the spread over the seeds, and how far mini-bert is ahead, in pairs."""
    scores: dict[str, dict[str, list[float]]] = defaultdict(dict)
    for test in ("bundled", "real"):
        for name in MODELS:
            found = [run[test] for run in runs if run["model"] == name]
            scores[test][name] = found
            print(f"{test:8} {name:14} {mean(found):.3f} ± {stdev(found):.3f}")
        leads = [bert - bag for bert, bag in zip(*scores[test].values(), strict=True)]
        print(f"{test:8} ahead by       {mean(leads):+.3f} ± {stdev(leads):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nsmc", type=Path, required=True, help="folder with NSMC's two files")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    words = parser.parse_args()
    args = ClassificationTrainArguments.for_scale("mini")
    train = encode(read_nsmc(TRAIN), args)
    tests = {
        "bundled": encode(by_length(ASSETS / MINI_REVIEWS / FILES[1]), args),
        "real": encode(by_length(words.nsmc / FILES[1]), args),
    }
    for test, reviews in tests.items():
        share = unseen(train, reviews)
        print(f"{test}: {len(reviews):,} reviews, {share:.1%} of the pieces not in train")
    done = {(run["model"], run["seed"]) for run in finished(words.results)}
    for seed in words.seeds:
        for name in MODELS:
            if (name, seed) in done:
                continue
            model = trained(name, train, tests["bundled"], replace(args, seed=seed))
            scores = {test: accuracy(model, reviews, args) for test, reviews in tests.items()}
            run = {"model": name, "seed": seed} | scores
            add_run(words.results, run)
            print(run, flush=True)
    report(finished(words.results))


if __name__ == "__main__":
    main()
