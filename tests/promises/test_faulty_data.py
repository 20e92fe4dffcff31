"""Files as they come: each fault is read rightly, with no row lost, or refused by file and line."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest
from transformers import BertTokenizer

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import ClassificationExample, NsmcCorpus
from helpers.data import ClassificationDataset
from helpers.inference import predict_file
from helpers.own_data import OwnDataArguments, TableCorpus
from helpers.support.tables import read_rows
from tests.conftest import NSMC
from tests.stand_ins.small_model import small_model, small_tokenizer

BOM = b"\xef\xbb\xbf"
MEGABYTE = "가나다라 마바사 " * 40_000  # 1 MB in UTF-8
# Characters at which str.splitlines ends a line, but no file does.
BREAKS = "하나\x85둘\u2028셋\u2029넷\x0b다섯\x0c여섯\x1c일곱"
SIGNS = "👨‍👩‍👧‍👦 🇰🇷 שלום \u202eمرحبا\u202c \ufeff\u200b\x07\x1b[0m ㅋㅋ ﾡﾢ"
HANGUL = "배송이 늦어요"
DECOMPOSED = normalize("NFD", HANGUL)


# Files of NSMC's format: four good lines, then what is odd

NSMC_START = "id\tdocument\tlabel\n1\t좋아요\t1\n2\t별로\t0\n3\t최고\t1\n4\t최악\t0\n"
READ_BY_NSMC = {
    "nothing odd": ("", []),
    "no line end": ("5\t끝\t1", ["끝"]),
    "Windows lines": ("5\t끝\t1\r\n6\t진짜\t0\r\n", ["끝", "진짜"]),
    "an empty document": ("5\t\t1\n", [""]),
    "spaces alone": ("5\t  \t1\n", ["  "]),
    "quotes": ('5\t"""열린"\t1\n6\t닫힌"\t0\n7\t""""""\t1\n', ['"열린', '닫힌"', '""']),
    "a tab and a line end in quotes": ('5\t"가\t나\n다"\t1\n', ["가\t나\n다"]),
    "commas and backslashes": ("5\t가, \\t나\t1\n", ["가, \\t나"]),
    "characters that break lines elsewhere": (f"5\t{BREAKS}\t1\n", [BREAKS]),
    "a carriage return in quotes": ('5\t"가\r나"\t1\n', ["가\r나"]),
    "emoji, right to left, zero width, control": (f"5\t{SIGNS}\t1\n", [SIGNS]),
    "decomposed Hangul": (f"5\t{DECOMPOSED}\t1\n", [DECOMPOSED]),
    "a megabyte in one document": (f"5\t{MEGABYTE}\t1\n", [MEGABYTE]),
    "the same document twice": ("5\t좋아요\t1\n", ["좋아요"]),
}
REFUSED_BY_NSMC = {
    "missing column": (b"5\t1\n", "line 6: 3 columns are needed, 2 found; id, document and label"),
    "extra column": (b"5\ta\t1\t9\n", "line 6: 3 columns are needed, 4 found; id, document and"),
    "tab in a document": (b"5\ta\tb\t1\n", "line 6: 3 columns are needed, 4 found"),
    "label outside the set": (b"5\ta\t2\n", "line 6: label must be 0 or 1; it is '2'."),
    "label missing": (b"5\ta\t\n", "line 6: label must be 0 or 1; it is ''."),
    "another encoding": ("5\t좋아요\t1\n".encode("cp949"), "line 6: not UTF-8 text; save the file"),
    "cut within a character": ("5\t좋".encode()[:-1], "line 6: not UTF-8 text"),
    "NUL": (b"5\ta\0b\t1\n", "line 6: a NUL character, which no text has"),
    "end of the file lost on the disk": (b"5\ta" + b"\0" * 4096, "line 6: a NUL character"),
    "blank line": (b"\n5\ta\t1\n", "line 6: 3 columns are needed, 0 found"),
    "blank line at the end": (b"\n", "line 6: 3 columns are needed, 0 found"),
    "an open quote": (b'5\t"a\t1\n6\tb\t0\n', "line 6: the row that begins here cannot be read"),
    "an open quote that a later one closes": (
        b'5\t"a\t1\r\n6\tb"\t0\r\n',
        "line 6: the document that begins here holds further rows, so a quote was left open; put",
    ),
    "text behind a quote": (b'5\t"a" b\t1\n', "line 6: the row that begins here cannot be read"),
    "a carriage return within": (b"5\ta\rb\t1\n", "line 6: the row that begins here cannot be"),
    "file glued to another": (b"id\tdocument\tlabel\n", "line 6: label must be 0 or 1; it is 'lab"),
    "same id twice": (b'5\t"a\nb"\t1\n2\tb\t1\n', "line 8: the id '2' stands in line 3 as well"),
}
REFUSED_WHOLE_BY_NSMC = {
    "empty file": (b"", "line 1: the header must be id<TAB>document<TAB>label; it is ''."),
    "header missing": (b"1\ta\t1\n2\tb\t0\n", "line 1: the header must be"),
    "header in another order": (b"id\tlabel\tdocument\n1\t1\ta\n", "line 1: the header must be"),
    "header alone": (b"id\tdocument\tlabel\n", "there is no review below the header"),
    "UTF-16": (NSMC_START.encode("utf-16"), "line 1: not UTF-8 text"),
    "UTF-16 without a mark": (b"i\0d\0\t\0", "line 1: a NUL character"),
    "one class only": (
        b"id\tdocument\tlabel\n1\ta\t1\n2\tb\t1\n3\tc\t1\n",
        "with val held out, no review of the label 0 is left to learn from; add such reviews",
    ),
    "a single review of a class": (
        b"id\tdocument\tlabel\n1\ta\t1\n2\tb\t1\n3\tc\t0\n",
        "with val held out, no review of the label 0 is left to learn from",
    ),
}


@pytest.fixture
def nsmc_args(args: ClassificationTrainArguments) -> ClassificationTrainArguments:
    (Path(args.downstream_corpus_root_dir) / "nsmc").mkdir(parents=True)
    return replace(args, downstream_corpus_name="nsmc", val_fraction=0.5)


def examples_of(args: ClassificationTrainArguments, content: bytes) -> list[ClassificationExample]:
    """All examples of a train file with this content, in the order of the file."""
    folder = Path(args.downstream_corpus_root_dir) / args.downstream_corpus_name
    (folder / "ratings_train.txt").write_bytes(content)
    corpus = NsmcCorpus()
    examples = [e for mode in ("train", "val") for e in corpus.get_examples(args, mode)]
    return sorted(examples, key=lambda example: int(example.id))


@pytest.mark.parametrize("mark", [b"", BOM], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("fault", READ_BY_NSMC)
def test_nsmc_file_is_read_rightly(
    nsmc_args: ClassificationTrainArguments, fault: str, mark: bytes
) -> None:
    more, texts = READ_BY_NSMC[fault]
    examples = examples_of(nsmc_args, mark + (NSMC_START + more).encode())
    assert [example.text for example in examples] == ["좋아요", "별로", "최고", "최악", *texts]
    assert [example.id for example in examples] == [str(n + 1) for n in range(4 + len(texts))]
    assert [example.label for example in examples[:4]] == [1, 0, 1, 0]


@pytest.mark.parametrize("fault", [*REFUSED_BY_NSMC, *REFUSED_WHOLE_BY_NSMC])
def test_nsmc_file_is_refused_with_file_line_and_remedy(
    nsmc_args: ClassificationTrainArguments, fault: str
) -> None:
    content, expected = (REFUSED_BY_NSMC | REFUSED_WHOLE_BY_NSMC)[fault]
    if fault in REFUSED_BY_NSMC:
        content = NSMC_START.encode() + content
    with pytest.raises(ValueError) as caught:
        examples_of(nsmc_args, content)
    sentence = str(caught.value)
    assert expected in sentence
    assert sentence.split(", line ")[0].split(": ")[0].endswith("ratings_train.txt")
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.skipif(not NSMC.is_dir(), reason="needs the 200,000 reviews in ../shared")
def test_nsmc_with_its_dirt_passes_every_check(args: ClassificationTrainArguments) -> None:
    real = replace(args, downstream_corpus_root_dir=NSMC.parent, downstream_corpus_name="nsmc")
    corpus = NsmcCorpus()
    counts = {mode: len(corpus.get_examples(real, mode)) for mode in ("train", "val", "test")}
    assert counts["train"] + counts["val"] == 150_000
    assert counts["test"] == 50_000


# Tables of one's own: a dozen good rows, then what is odd

GOOD_ROWS = [(f"{label} 문의 {n}", label) for label in ("배송", "환불") for n in range(6)]
ENDINGS = (".csv", ".tsv", ".jsonl")


def table(ending: str, rows: Sequence[tuple[str, str]]) -> str:
    """A table as programs write it; in CSV and TSV, with every text in quotes."""
    if ending == ".jsonl":
        return "".join(
            json.dumps(dict(zip(("text", "label"), r, strict=True))) + "\n" for r in rows
        )
    separator = "," if ending == ".csv" else "\t"
    doubled = [(text.replace('"', '""'), label) for text, label in [("text", "label"), *rows]]
    return "".join(f'"{text}"{separator}{label}\n' for text, label in doubled)


READ_FROM_TABLES = {
    "nothing odd": "끝",
    "quotes": '"열린 "따옴표',
    "characters that break lines elsewhere": BREAKS,
    "emoji, right to left, zero width, control": SIGNS,
    "decomposed Hangul": DECOMPOSED,
    "half-width and old Hangul": "ﾡﾢ ᄒᆞᆫ글",
    "a megabyte in one text": MEGABYTE.strip(),
    "the same text twice": GOOD_ROWS[0][0],
}
# What is put below the good rows (or makes up the whole file), and the refusal, for each ending.
REFUSED_ROWS = {
    "missing column": ("a\n", "a\n", '{"text": "a"}\n'),
    "extra column": ("a,b,배송\n", "a\tb\t배송\n", None),
    "label missing": ("a,\n", "a\t\n", '{"text": "a", "label": ""}\n'),
    "empty text": (",배송\n", "\t배송\n", '{"text": null, "label": "배송"}\n'),
    "spaces alone": ("  ,배송\n", "  \t배송\n", '{"text": "  ", "label": "배송"}\n'),
    "NUL": ("a\0,배송\n", "a\0\t배송\n", '{"text": "a\0", "label": "배송"}\n'),
    "an open quote": ('"a,배송\n', '"a\t배송\n', '{"text": "a, "label": "배송"}\n'),
    "half of a character": (None, None, '{"text": "a\\ud83d", "label": "배송"}\n'),
    "a list for a text": (None, None, '{"text": ["a"], "label": "배송"}\n'),
}
WORDS = {
    "missing column": ("2 columns are needed, 1 found", "there is no column 'label', only 'text'"),
    "extra column": ("2 columns are needed, 3 found",),
    "label missing": ("'label' is empty; fill it in or delete the row",),
    "empty text": ("'text' is empty; fill it in or delete the row",),
    "spaces alone": ("'text' is empty; fill it in or delete the row",),
    "NUL": ("not UTF-8 text",),
    "an open quote": ("(unexpected end of data); put a text with a quote", "not valid JSON"),
    "half of a character": ("'text' has half of a character, '\\ud83d'; delete it",),
    "a list for a text": ("'text' must be a text; it is ['a']",),
}
REFUSED_TABLES = {
    "empty file": ([], "there is no row", ""),
    "header alone": ([], "there is no row", None),
    "one class only": (GOOD_ROWS[:6], "every row has the label '배송'; add rows with others", None),
    "a label in a single row": (
        [*GOOD_ROWS, ("돈 돌려줘", "환블")],
        "the label '환블' has 1 different text(s), but 3 parts need one each",
        None,
    ),
}


def corpus_of(folder: Path, ending: str, content: str | bytes, **changes: str) -> TableCorpus:
    path = folder / f"train{ending}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return TableCorpus(OwnDataArguments(train_file=path, **changes))


def texts_of(corpus: TableCorpus) -> list[str]:
    """The texts of all parts, in the order of the file."""
    examples = [example for part in corpus.parts.values() for example in part]
    return [e.text for e in sorted(examples, key=lambda e: int(e.id.rsplit(" ", 1)[1]))]


@pytest.mark.parametrize("mark", [b"", BOM], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["Unix", "Windows"])
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("fault", READ_FROM_TABLES)
def test_table_is_read_rightly(
    tmp_path: Path, fault: str, ending: str, line_end: str, mark: bytes
) -> None:
    odd = READ_FROM_TABLES[fault]
    rows = [*GOOD_ROWS, (odd, "환불")]
    content = table(ending, rows).replace("\n", line_end)
    corpus = corpus_of(tmp_path, ending, mark + content.encode())
    assert texts_of(corpus) == [text for text, _ in GOOD_ROWS] + [normalize("NFC", odd)]


@pytest.mark.parametrize(
    ("ending", "fault"),
    [
        (ending, fault)
        for fault, contents in REFUSED_ROWS.items()
        for ending, content in zip(ENDINGS, contents, strict=True)
        if content is not None
    ],
)
def test_row_is_refused_with_file_line_and_remedy(tmp_path: Path, fault: str, ending: str) -> None:
    content = REFUSED_ROWS[fault][ENDINGS.index(ending)]
    line = len(GOOD_ROWS) + (1 if ending == ".jsonl" else 2)
    with pytest.raises(ValueError) as caught:
        corpus_of(tmp_path, ending, table(ending, GOOD_ROWS) + content)
    sentence = str(caught.value)
    assert sentence.startswith(f"{tmp_path / 'train'}{ending}, line {line}: ")
    assert any(words in sentence for words in WORDS[fault])
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("fault", REFUSED_TABLES)
def test_table_is_refused_with_file_and_remedy(tmp_path: Path, fault: str, ending: str) -> None:
    rows, words, content = REFUSED_TABLES[fault]
    with pytest.raises(ValueError) as caught:
        corpus_of(tmp_path, ending, table(ending, rows) if content is None else content)
    assert str(caught.value).startswith(f"{tmp_path / 'train'}{ending}: {words}")


@pytest.mark.parametrize("ending", [".csv", ".tsv"])
def test_header_that_is_missing_shows_what_stands_in_its_place(tmp_path: Path, ending: str) -> None:
    headless = table(ending, GOOD_ROWS).split("\n", 1)[1]
    with pytest.raises(ValueError, match="no column 'text', only '배송 문의 0', '배송'; correct"):
        corpus_of(tmp_path, ending, headless)


@pytest.mark.parametrize("ending", ENDINGS)
def test_blank_lines_are_no_rows_and_take_none_away(tmp_path: Path, ending: str) -> None:
    content = table(ending, GOOD_ROWS).replace("\n", "\n\n")
    assert texts_of(corpus_of(tmp_path, ending, content)) == [text for text, _ in GOOD_ROWS]


@pytest.mark.parametrize("ending", ENDINGS)
def test_decomposed_and_composed_names_are_one_name(tmp_path: Path, ending: str) -> None:
    rows = [(text, normalize("NFD" if n % 2 else "NFC", label)) for n, (text, label) in
            enumerate(GOOD_ROWS)]  # fmt: skip
    content = table(ending, rows).replace("text", "내용").replace("label", normalize("NFD", "분류"))
    names = {"text_column": normalize("NFD", "내용"), "label_column": "분류"}
    corpus = corpus_of(tmp_path, ending, content, **names)
    assert corpus.label_names == ("배송", "환불")
    assert len(texts_of(corpus)) == len(rows)


def test_decomposed_copy_of_a_train_text_in_the_test_is_found(tmp_path: Path) -> None:
    test = tmp_path / "test.csv"
    test.write_text(normalize("NFD", table(".csv", GOOD_ROWS[:1])), encoding="utf-8")
    with pytest.raises(ValueError, match=r"test\.csv, line 2: the train file has the same text"):
        corpus_of(tmp_path, ".csv", table(".csv", GOOD_ROWS), test_file=test)


def test_texts_with_two_labels_are_kept_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*GOOD_ROWS, (GOOD_ROWS[0][0], "환불"), *GOOD_ROWS, (GOOD_ROWS[7][0], "배송")]
    corpus = corpus_of(tmp_path, ".csv", table(".csv", rows))
    assert capsys.readouterr().out == (
        "train.csv: 2 texts have more than one label, such as '배송' in train.csv, line 2 and "
        "'환불' in train.csv, line 14\n"
    )
    assert texts_of(corpus) == [text for text, _ in rows]


def test_copies_with_one_label_are_not_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus_of(tmp_path, ".csv", table(".csv", GOOD_ROWS * 2))
    assert capsys.readouterr().out == ""


def test_answers_about_odd_texts_stand_in_their_rows(tmp_path: Path) -> None:
    texts = [normalize("NFC", text) for text in READ_FROM_TABLES.values()]
    source = tmp_path / "in.jsonl"
    source.write_text(table(".jsonl", [(text, "") for text in texts]), encoding="utf-8")
    predict_file(source, tmp_path / "out.csv", small_model(), small_tokenizer())
    assert [row.values["text"] for row in read_rows(tmp_path / "out.csv")] == texts


# Empty documents


@pytest.fixture
def three_empty(nsmc_args: ClassificationTrainArguments) -> ClassificationTrainArguments:
    """Settings of a corpus with 4 good train reviews of each label, and 3 empty ones."""
    rows = [(f"글 {n}", n % 2) for n in range(8)] + [("", 0), ("", 1), (" ", 0)]
    lines = [f"{number}\t{text}\t{label}\n" for number, (text, label) in enumerate(rows)]
    folder = Path(nsmc_args.downstream_corpus_root_dir) / "nsmc"
    for name in ("ratings_train.txt", "ratings_test.txt"):
        (folder / name).write_text("id\tdocument\tlabel\n" + "".join(lines), encoding="utf-8")
    return nsmc_args


@pytest.mark.parametrize(("policy", "left", "done"), [("keep", 11, "kept"), ("drop", 8, "dropped")])
def test_empty_documents_are_kept_or_dropped_and_counted(
    three_empty: ClassificationTrainArguments,
    capsys: pytest.CaptureFixture[str],
    policy: str,
    left: int,
    done: str,
) -> None:
    args = replace(three_empty, empty_documents=policy)
    dataset = ClassificationDataset(args, NsmcCorpus(), small_tokenizer(), "test")
    assert len(dataset) == len(dataset.input_ids) == left
    assert Counter(e.text.strip() == "" for e in dataset.examples)[True] == left - 8
    assert [dataset[n]["labels"].item() for n in range(8)] == [0, 1] * 4
    assert capsys.readouterr().out == (
        f"test: 3 of 11 texts are empty and were {done} (empty_documents={policy!r})\n"
    )


def test_empty_documents_are_kept_unless_told_otherwise() -> None:
    assert ClassificationTrainArguments().empty_documents == "keep"
    assert OwnDataArguments().empty_documents == "refuse"


def test_empty_documents_can_be_refused(three_empty: ClassificationTrainArguments) -> None:
    args = replace(three_empty, empty_documents="refuse")
    with pytest.raises(ValueError) as caught:
        ClassificationDataset(args, NsmcCorpus(), small_tokenizer(), "test")
    assert str(caught.value) == (
        "test: 3 of 11 texts are empty, the first is ClassificationExample(id='8', text='', "
        "label=0); write something there, or choose another value of empty_documents than 'refuse'."
    )


def test_part_without_any_text_is_refused_whatever_the_policy(
    three_empty: ClassificationTrainArguments,
) -> None:
    path = Path(three_empty.downstream_corpus_root_dir) / "nsmc" / "ratings_test.txt"
    path.write_text("id\tdocument\tlabel\n1\t\t1\n2\t \t0\n", encoding="utf-8")
    for policy in ("keep", "drop", "refuse"):
        args = replace(three_empty, empty_documents=policy)
        with pytest.raises(ValueError, match="2 of 2 texts are empty, so there is nothing"):
            ClassificationDataset(args, NsmcCorpus(), small_tokenizer(), "test")


@pytest.mark.parametrize(("policy", "left"), [("keep", 14), ("drop", 12)])
def test_empty_texts_of_a_table_have_the_same_policies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], policy: str, left: int
) -> None:
    content = table(".csv", [*GOOD_ROWS, ("", "환불"), (" ", "환불")])
    corpus = corpus_of(tmp_path, ".csv", content, empty_documents=policy)
    assert len(texts_of(corpus)) == left
    assert capsys.readouterr().out.startswith("train.csv: 2 of 14 texts are empty and were ")


def test_reviews_that_no_memory_should_hold_are_cut_and_counted(
    nsmc_args: ClassificationTrainArguments,
    tokenizer: BertTokenizer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path(nsmc_args.downstream_corpus_root_dir) / "nsmc"
    (folder / "ratings_test.txt").write_text(f"{NSMC_START}5\t{MEGABYTE}\t1\n", encoding="utf-8")
    dataset = ClassificationDataset(nsmc_args, NsmcCorpus(), tokenizer, "test")
    assert len(dataset[4]["input_ids"]) == nsmc_args.max_seq_length
    assert "1 of 5 reviews were longer than max_seq_length" in capsys.readouterr().out
