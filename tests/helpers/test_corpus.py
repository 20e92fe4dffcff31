"""Reading and splitting reviews."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import (
    FILES,
    ClassificationExample,
    NsmcCorpus,
    read_nsmc,
    split_validation,
)
from helpers.download import fetch_corpus
from tests.conftest import NSMC


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"fetch the corpus first: fetch_corpus\(args\)"):
        read_nsmc(tmp_path / "ratings_train.txt")


@pytest.mark.skipif(not NSMC.is_dir(), reason="needs the 200,000 reviews in ../shared")
def test_no_row_of_nsmc_is_lost_or_changed() -> None:
    train, test = (read_nsmc(NSMC / name) for name in FILES)
    assert (len(train), len(test)) == (150_000, 50_000)
    assert Counter(example.label for example in train + test) == {0: 100_000, 1: 100_000}
    for name, examples in zip(FILES, (train, test), strict=True):
        with (NSMC / name).open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter="\t")
            assert next(rows) == ["id", "document", "label"]
            assert [[e.id, e.text, str(e.label)] for e in examples] == list(rows)


def test_split_is_stratified_disjoint_and_seeded() -> None:
    examples = [ClassificationExample(str(i), "", int(i % 4 == 0)) for i in range(400)]
    train, val = split_validation(examples, 0.1)
    assert Counter(example.label for example in val) == {0: 30, 1: 10}
    assert sorted(train + val, key=lambda e: int(e.id)) == examples
    assert split_validation(examples, 0.1) == (train, val)
    assert split_validation(examples, 0.1, seed=1) != (train, val)


def test_parts_of_the_bundled_corpus(args: ClassificationTrainArguments) -> None:
    fetch_corpus(args)
    corpus = NsmcCorpus()
    parts = [corpus.get_examples(args, mode) for mode in ("train", "val", "test")]
    assert [len(part) for part in parts] == [1_200, 300, 500]
    assert all(sum(e.label for e in part) * 2 == len(part) for part in parts)
    ids = [example.id for part in parts for example in part]
    assert len(ids) == len(set(ids))
