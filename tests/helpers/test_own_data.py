"""One's own labelled texts: settings, what is refused, and how they are divided."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.corpus import ClassificationExample
from helpers.own_data import OwnDataArguments, TableCorpus, read_labelled

Pairs = Sequence[tuple[str, str]]  # text, label
MakeArguments = Callable[..., OwnDataArguments]
MODES = ("train", "val", "test")


def write_csv(path: Path, rows: Pairs, header: Sequence[str] = ("text", "label")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def three_classes(count: int = 20, first: int = 0) -> list[tuple[str, str]]:
    """``count`` different texts of each of three labels, one label after the other."""
    numbers = range(first, first + count)
    return [(f"{label} 문의 {n}", label) for label in ("환불", "배송", "교환") for n in numbers]


TEST = three_classes(first=50)
PRAISE = [(text, "칭찬") for text in ("하나", "둘", "셋")]


@pytest.fixture
def arguments(tmp_path: Path) -> MakeArguments:
    """Write the rows of a train file and perhaps of a test file; return settings that name them."""

    def make(train: Pairs, test: Pairs | None = None, **changes: object) -> OwnDataArguments:
        files = {"train_file": write_csv(tmp_path / "train.csv", train)}
        if test is not None:
            files["test_file"] = write_csv(tmp_path / "test.csv", test)
        return OwnDataArguments.for_scale("mini", **(files | changes))

    return make


def parts_of(args: OwnDataArguments) -> dict[str, list[ClassificationExample]]:
    corpus = TableCorpus(args)
    return {mode: corpus.get_examples(args, mode) for mode in MODES}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"downstream_corpus_name": "a\\b"}, "downstream_corpus_name must be the name of one"),
        ({"train_file": "a.xlsx"}, "train_file must be a file name that ends in .csv, .tsv or .js"),
        ({"text_column": "label"}, "text_column and label_column must differ; both are 'label'."),
        (
            {"train_file": "a.csv", "test_file": "b/../a.csv"},
            "train_file and test_file must differ; both are ",
        ),
    ],
)
def test_wrong_settings_are_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        OwnDataArguments(**changes)
    assert str(caught.value).startswith(sentence)


# What is refused


@pytest.mark.parametrize(
    ("train", "test", "sentence"),
    [
        (
            [("환불 문의 0", "칭찬"), *three_classes()],
            TEST,
            "train.csv: the label '칭찬' has 0 different text(s), but 2 parts need one each; add "
            "rows of this label, or delete it.",
        ),
        (
            three_classes(),
            [*TEST, ("안녕하세요", "인사")],
            "test.csv, line 62: the label '인사' is not in the train file, which has '교환', "
            "'배송', '환불'; correct it, or add such rows there.",
        ),
        (
            three_classes(),
            [*TEST, ("환불 문의 3 ", "환불"), ("배송 문의 0", "환불")],
            "test.csv, line 62: the train file has the same text, in train.csv, line 5; 2 of 62 "
            "test texts are in both, so the test would ask what the model was told. Delete them "
            "from one of the two files.",
        ),
    ],
)
def test_data_that_cannot_be_used(
    arguments: MakeArguments, tmp_path: Path, train: Pairs, test: Pairs | None, sentence: str
) -> None:
    with pytest.raises(ValueError) as caught:
        TableCorpus(arguments(train, test))
    assert str(caught.value).replace(f"{tmp_path}/", "") == sentence


def test_holding_out_so_much_that_nothing_is_left(arguments: MakeArguments) -> None:
    with pytest.raises(ValueError, match=r"^val_fraction=0\.9 leaves no text of some label; lower"):
        TableCorpus(arguments([*three_classes(), *PRAISE], val_fraction=0.9))


# How texts are divided


def test_labels_are_numbered_in_the_order_of_their_names(arguments: MakeArguments) -> None:
    args = arguments(three_classes(), TEST)
    corpus = TableCorpus(args)
    assert corpus.label_names == ("교환", "배송", "환불")
    for mode in MODES:
        examples = corpus.get_examples(args, mode)
        assert all(corpus.label_names[e.label] == e.text.split()[0] for e in examples)
    assert [e.text for e in corpus.get_examples(args, "test")] == [text for text, _ in TEST]
    with pytest.raises(ValueError, match="mode must be 'train', 'val' or 'test'; it is 'dev'"):
        corpus.get_examples(args, "dev")


def test_three_stratified_parts_of_one_file_the_same_for_every_seed(
    arguments: MakeArguments,
) -> None:
    args = arguments(three_classes(20) + [(f"칭찬 {n}", "칭찬") for n in range(60)])
    parts = parts_of(replace(args, val_fraction=0.2))
    counts = {mode: Counter(e.label for e in part) for mode, part in parts.items()}
    assert counts == {
        "train": {0: 13, 1: 13, 2: 38, 3: 13},
        "val": {0: 3, 1: 3, 2: 10, 3: 3},
        "test": {0: 4, 1: 4, 2: 12, 3: 4},
    }
    places = [e.id for part in parts.values() for e in part]
    assert sorted(places) == sorted(f"train.csv, line {n}" for n in range(2, 122))
    assert parts_of(replace(args, val_fraction=0.2, seed=99)) == parts


def test_repeated_texts_never_stand_on_two_sides(arguments: MakeArguments) -> None:
    rows = three_classes(30) * 2 + [("감사합니다", "교환"), ("감사합니다", "배송")] * 9
    parts = parts_of(arguments(rows))
    texts = [{e.text for e in part} for part in parts.values()]
    assert sum(map(len, texts)) == len(set.union(*texts)) == 91
    assert sum(map(len, parts.values())) == len(rows)


def test_texts_and_labels_that_are_numbers_in_files_of_two_formats(tmp_path: Path) -> None:
    train = tmp_path / "a.jsonl"
    train.write_text("\n".join(json.dumps({"text": 1000 + n, "label": n % 2}) for n in range(20)))
    args = OwnDataArguments(
        train_file=train, test_file=write_csv(tmp_path / "test.csv", [("새 글", "1")])
    )
    assert read_labelled(train, args)[3] == ("a.jsonl, line 4", "1003", "1")
    assert TableCorpus(args).label_names == ("0", "1")
    assert parts_of(args)["test"] == [ClassificationExample("test.csv, line 2", "새 글", 1)]
