"""One's own labelled texts: settings, what is refused, and how they are divided."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import ClassificationExample, hold_out, split_validation
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


def refusal(args: OwnDataArguments) -> str:
    """The sentence with which data is refused, without the folder in it."""
    with pytest.raises(ValueError) as caught:
        TableCorpus(args)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence.replace(f"{Path(args.train_file).parent}/", "")


# Settings


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("train_file", "", "train_file is an empty text"),
        ("train_file", None, "train_file must be of type str; it is None"),
        ("test_file", " ", "test_file is an empty text"),
        ("test_file", 3, "test_file must be of type str or None; it is 3 (int)"),
        ("text_column", 0, "text_column must be of type str; it is 0 (int)"),
        ("label_column", "", "label_column is an empty text"),
        ("downstream_corpus_name", "", "downstream_corpus_name is an empty text"),
        ("downstream_corpus_name", "..", "downstream_corpus_name must be the name of one folder"),
        ("downstream_corpus_name", "../x", "downstream_corpus_name must be the name of one folder"),
        ("downstream_corpus_name", "/etc", "downstream_corpus_name must be the name of one folder"),
        ("downstream_corpus_name", "a\\b", "downstream_corpus_name must be the name of one folder"),
        (
            "train_file",
            "a.xlsx",
            "train_file must be a file name that ends in .csv, .tsv or .jsonl",
        ),
        ("test_file", "a.txt", "test_file must be a file name that ends in .csv, .tsv or .jsonl"),
        ("text_column", "label", "text_column and label_column must differ; both are 'label'."),
        ("batch_size", 0, "batch_size must be at least 1 and at most 1000000; it is 0"),
    ],
)
def test_wrong_values_are_refused(field: str, value: object, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        OwnDataArguments(**{field: value})
    assert str(caught.value).startswith(sentence)


def test_every_new_field_has_a_refused_value_above() -> None:
    tried = {row[0] for row in test_wrong_values_are_refused.pytestmark[0].args[1]}
    assert asdict(OwnDataArguments()).keys() - asdict(ClassificationTrainArguments()) <= tried


def test_paths_become_texts() -> None:
    args = OwnDataArguments(train_file=Path("a") / "b.csv", test_file=Path("c.csv"))
    assert (args.train_file, args.test_file) == (str(Path("a") / "b.csv"), "c.csv")


def test_a_scale_changes_all_but_the_corpus_and_its_policy() -> None:
    args = OwnDataArguments.for_scale("mini", epochs=9)
    course = ClassificationTrainArguments.for_scale("mini", epochs=9)
    own = {"downstream_corpus_name": "own_data", "empty_documents": "refuse"}
    assert asdict(args).items() >= (asdict(course) | own).items()


def test_settings_from_a_json_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"train_file": "내 글.csv", "test_file": "t.tsv", "epochs": 1}))
    assert OwnDataArguments.from_json(path) == OwnDataArguments(
        train_file="내 글.csv", test_file="t.tsv", epochs=1
    )


def test_settings_from_the_command_line() -> None:
    words = ["--train_file", "내 글.csv", "--label_column", "종류", "--seed", "3"]
    assert OwnDataArguments.from_command_line(words) == OwnDataArguments(
        train_file="내 글.csv", label_column="종류", seed=3
    )


# What is refused


def test_a_missing_column_names_those_that_are_there(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", three_classes(), header=("내용", "종류"))
    args = OwnDataArguments(train_file=path, text_column="내용")
    assert "line 2: there is no column 'label', only '내용', '종류';" in refusal(args)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("", "환불"), "train.csv, line 62: 'text' is empty; fill it in or delete the row."),
        (("   ", "환불"), "train.csv, line 62: 'text' is empty; fill it in or delete the row."),
        (("좋아요", ""), "train.csv, line 62: 'label' is empty; fill it in or delete the row."),
        (("", ""), "train.csv, line 62: 'label' is empty; fill it in or delete the row."),
    ],
)
def test_empty_cells(arguments: MakeArguments, row: tuple[str, str], sentence: str) -> None:
    assert refusal(arguments([*three_classes(), row])) == sentence


@pytest.mark.parametrize(
    ("train", "sentence"),
    [
        ([], "train.csv: there is no row; write a text and its label in each line."),
        (
            [(f"글 {n}", "배송") for n in range(9)],
            "train.csv: every row has the label '배송'; add rows with others.",
        ),
        (
            [*three_classes(), ("하나", "칭찬"), ("둘", "칭찬")],
            "train.csv: the label '칭찬' has 2 different text(s), but 3 parts need one each; "
            "add rows of this label, or delete it.",
        ),
        (
            [*three_classes(), *[("하나", "칭찬")] * 5],
            "train.csv: the label '칭찬' has 1 different text(s), but 3 parts need one each; "
            "add rows of this label, or delete it.",
        ),
        (
            [("환불 문의 0", "칭찬"), *three_classes()],
            "train.csv: the label '칭찬' has 0 different text(s), but 3 parts need one each; "
            "add rows of this label, or delete it.",
        ),
    ],
)
def test_labels_that_cannot_be_learned(
    arguments: MakeArguments, train: Pairs, sentence: str
) -> None:
    assert refusal(arguments(train)) == sentence


def test_with_a_test_file_two_texts_of_a_label_are_enough(arguments: MakeArguments) -> None:
    train = [*three_classes(), ("하나", "칭찬"), ("둘", "칭찬")]
    parts = parts_of(arguments(train, three_classes(first=50)))
    assert Counter(e.label for e in parts["val"]) == {0: 4, 1: 4, 2: 1, 3: 4}
    assert "2 parts need one each" in refusal(arguments(train[:-1], three_classes(first=50)))


def test_holding_out_so_much_that_nothing_is_left(arguments: MakeArguments) -> None:
    args = arguments([*three_classes(), ("하나", "칭찬"), ("둘", "칭찬"), ("셋", "칭찬")])
    assert refusal(replace(args, val_fraction=0.9)).startswith("val_fraction=0.9 leaves no text")


def test_an_unknown_label_in_the_test(arguments: MakeArguments) -> None:
    test = [*three_classes(first=50), ("안녕하세요", "인사")]
    assert refusal(arguments(three_classes(), test)) == (
        "test.csv, line 62: the label '인사' is not in the train file, which has "
        "'교환', '배송', '환불'; correct it, or add such rows there."
    )


def test_texts_that_train_and_test_share(arguments: MakeArguments) -> None:
    test = [*three_classes(first=50), ("환불 문의 3 ", "환불"), ("배송 문의 0", "환불")]
    sentence = refusal(arguments(three_classes(), test))
    assert sentence.startswith(
        "test.csv, line 62: the train file has the same text, in train.csv, line 5; "
        "2 of 62 test texts are in both"
    )
    assert "Delete them from one of the two files." in sentence


def test_a_test_file_without_rows(arguments: MakeArguments) -> None:
    assert refusal(arguments(three_classes(), [])).startswith("test.csv: there is no row")


@pytest.mark.parametrize("field", ["train_file", "test_file"])
def test_a_missing_file(arguments: MakeArguments, field: str) -> None:
    args = arguments(three_classes(), three_classes(first=50), **{field: "nowhere.csv"})
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv is not there"):
        TableCorpus(args)


def test_an_unknown_part(arguments: MakeArguments) -> None:
    args = arguments(three_classes())
    with pytest.raises(ValueError, match="mode must be 'train', 'val' or 'test'; it is 'dev'"):
        TableCorpus(args).get_examples(args, "dev")


# How texts are divided


def test_labels_are_numbered_in_the_order_of_their_names(arguments: MakeArguments) -> None:
    args = arguments(three_classes(), three_classes(first=50))
    corpus = TableCorpus(args)
    assert corpus.label_names == ("교환", "배송", "환불")
    for mode in MODES:
        examples = corpus.get_examples(args, mode)
        assert all(corpus.label_names[e.label] == e.text.split()[0] for e in examples)
        assert all(e.id.startswith(("train.csv, line ", "test.csv, line ")) for e in examples)


def test_three_stratified_parts_of_one_file(arguments: MakeArguments) -> None:
    rows = three_classes(20) + [(f"칭찬 {n}", "칭찬") for n in range(60)]
    parts = parts_of(arguments(rows, val_fraction=0.2))
    counts = {mode: Counter(e.label for e in part) for mode, part in parts.items()}
    assert counts == {
        "train": {0: 13, 1: 13, 2: 38, 3: 13},
        "val": {0: 3, 1: 3, 2: 10, 3: 3},
        "test": {0: 4, 1: 4, 2: 12, 3: 4},
    }


def test_no_row_is_lost_and_none_is_there_twice(arguments: MakeArguments) -> None:
    parts = parts_of(arguments(three_classes()))
    places = [e.id for part in parts.values() for e in part]
    assert sorted(places) == sorted(f"train.csv, line {n}" for n in range(2, 62))


def test_the_test_file_is_the_test(arguments: MakeArguments) -> None:
    test = three_classes(first=50)
    parts = parts_of(arguments(three_classes(), test))
    assert [e.text for e in parts["test"]] == [text for text, _ in test]
    assert len(parts["train"]) + len(parts["val"]) == 60


def test_every_seed_has_the_same_parts(arguments: MakeArguments) -> None:
    args = arguments(three_classes())
    assert all(parts_of(replace(args, seed=seed)) == parts_of(args) for seed in (None, 1, 99))


def test_repeated_texts_never_stand_on_two_sides(arguments: MakeArguments) -> None:
    rows = three_classes(30) * 2 + [("감사합니다", "교환"), ("감사합니다", "배송")] * 9
    parts = parts_of(arguments(rows))
    texts = {mode: {e.text for e in part} for mode, part in parts.items()}
    assert sum(map(len, texts.values())) == 91
    assert len(set.union(*texts.values())) == 91
    assert sum(map(len, parts.values())) == len(rows)
    assert all(len(part) > len(texts[mode]) for mode, part in parts.items())


def test_even_where_most_rows_are_copies_all_labels_are_everywhere(
    arguments: MakeArguments,
) -> None:
    rows = three_classes(4) * 25
    for part in parts_of(arguments(rows, val_fraction=0.3)).values():
        assert {e.label for e in part} == {0, 1, 2}


def test_without_copies_hold_out_is_split_validation() -> None:
    examples = [ClassificationExample(str(n), f"글 {n}", n % 3) for n in range(100)]
    assert hold_out(examples, 0.2) == split_validation(examples, 0.2)


# What else users have


def test_labels_that_are_numbers_and_texts_that_are(tmp_path: Path) -> None:
    rows = [{"text": 1000 + n, "label": n % 2} for n in range(20)]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    args = OwnDataArguments(train_file=path)
    assert read_labelled(path, args)[3] == ("a.jsonl, line 4", "1003", "1")
    assert TableCorpus(args).label_names == ("0", "1")


def test_a_test_file_of_another_format(tmp_path: Path) -> None:
    train = write_csv(tmp_path / "train.csv", [(f"글 {n}", str(n % 2)) for n in range(20)])
    test = tmp_path / "test.jsonl"
    test.write_text('{"label": 1, "text": "새 글"}\n', encoding="utf-8")
    parts = parts_of(OwnDataArguments(train_file=train, test_file=test))
    assert parts["test"] == [ClassificationExample("test.jsonl, line 1", "새 글", 1)]


def test_the_test_is_another_file(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"^train_file and test_file must differ; both are '.*a\.csv"
    ):
        OwnDataArguments(train_file=tmp_path / "a.csv", test_file=tmp_path / "b" / ".." / "a.csv")
