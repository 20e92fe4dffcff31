"""Files as they come: each fault is read rightly, with no row lost, or refused by file and line."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from unicodedata import normalize

import pytest

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import ClassificationExample, NsmcCorpus
from helpers.data import ClassificationDataset
from helpers.own_data import OwnDataArguments, TableCorpus
from tests.stand_ins.small_model import small_tokenizer

Capture = pytest.CaptureFixture[str]
BOM = b"\xef\xbb\xbf"
ODD_TEXTS = [
    '"열린 "따옴표',
    "가\t나\n다",
    "가, \\t나",
    "하나\x85둘\u2028셋\u2029넷\x0b다섯\x0c여섯\x1c일곱",  # str.splitlines would end lines there
    "👨‍👩‍👧‍👦 🇰🇷 שלום \u202eمرحبا\u202c \ufeff\u200b\x07\x1b[0m ㅋㅋ",
    normalize("NFD", "배송이 늦어요"),
    "ﾡﾢ ᄒᆞᆫ글",  # half-width and old Hangul
    "가나다라 마바사" * 40_000,  # 1 MB in UTF-8
]
SAVED_AS = pytest.mark.parametrize(
    ("mark", "line_end"), [(b"", "\n"), (BOM, "\r\n")], ids=["on Unix", "on Windows"]
)


def separated(rows: Sequence[Sequence[str]], separator: str, line_end: str = "\n") -> str:
    """A table as programs write it: quotes where they are needed, and doubled in a text."""
    content = io.StringIO()
    csv.writer(content, delimiter=separator, lineterminator=line_end).writerows(rows)
    return content.getvalue()


# Files of NSMC's format

HEADER = "id\tdocument\tlabel\n"
START = HEADER + "1\t좋아요\t1\n2\t별로\t0\n3\t최고\t1\n4\t최악\t0\n"


def of_nsmc(
    folder: Path, file: str, content: bytes, **changes: str
) -> ClassificationTrainArguments:
    """Write a file of a corpus below ``folder``, and return the settings that name the corpus."""
    (folder / "nsmc").mkdir()
    (folder / "nsmc" / file).write_bytes(content)
    own = {"downstream_corpus_root_dir": folder, "downstream_corpus_name": "nsmc"} | changes
    return ClassificationTrainArguments.for_scale("mini", val_fraction=0.5, **own)


def examples_of(folder: Path, content: bytes) -> list[ClassificationExample]:
    """All examples of a train file with this content, in the order of the file."""
    args, corpus = of_nsmc(folder, "ratings_train.txt", content), NsmcCorpus()
    examples = [e for mode in ("train", "val") for e in corpus.get_examples(args, mode)]
    return sorted(examples, key=lambda example: int(example.id))


@SAVED_AS
def test_nsmc_file_is_read_rightly(tmp_path: Path, mark: bytes, line_end: str) -> None:
    texts = [*ODD_TEXTS, "", "  ", ODD_TEXTS[0]]
    rows = [[str(n), text, str(n % 2)] for n, text in enumerate(texts)]
    content = separated([["id", "document", "label"], *rows], "\t", line_end)
    last = f'{len(rows)}\t닫힌"\t1'  # without quotes around, and without a line end
    examples = examples_of(tmp_path, mark + (content + last).encode())
    assert [e.text for e in examples] == [*texts, '닫힌"']
    assert [[e.id, e.text, str(e.label)] for e in examples[:-1]] == rows


# Tables of one's own

GOOD_ROWS = [(f"{label} 문의 {n}", label) for label in ("배송", "환불") for n in range(6)]
ENDINGS = (".csv", ".tsv", ".jsonl")


def table(ending: str, rows: Sequence[tuple[str, str]], line_end: str = "\n") -> str:
    if ending == ".jsonl":
        objects = [{"text": text, "label": label} for text, label in rows]
        return "".join(json.dumps(one, ensure_ascii=False) + line_end for one in objects)
    return separated([("text", "label"), *rows], "," if ending == ".csv" else "\t", line_end)


CSV, TSV, JSONL = (table(ending, GOOD_ROWS) for ending in ENDINGS)
HEADLESS, ONE_CLASS = CSV.removeprefix("text,label\n"), table(".jsonl", GOOD_ROWS[:6])
TWO_IDS, ONE_CLASS_OF_TWO = '5\t"a\nb"\t1\n2\tb\t1\n', "1\ta\t1\n2\tb\t1\n3\tc\t1\n"
REFUSED = [
    (".txt", START + "5\t1\n", ", line 6: 3 columns are needed, 2 found; id, document and label"),
    (".txt", START + "5\ta\t2\n", ", line 6: label must be 0 or 1; it is '2'."),
    (".txt", START.encode("cp949"), ", line 2: not UTF-8 text; save the file"),
    (".txt", START + "5\ta" + "\0" * 4096, ", line 6: a NUL character, which no text has"),
    (".txt", START + '5\t"a\t1\n6\tb\t0\n', ", line 6: the row that begins here cannot be read"),
    (".txt", START + '5\t"a\t1\n6\tb"\t0\n', ", line 6: the document that begins here holds furt"),
    (".txt", START + TWO_IDS, ", line 8: the id '2' stands in line 3 as well"),
    (".txt", "", ", line 1: the header must be id<TAB>document<TAB>label; it is ''."),
    (".txt", HEADER, ": there is no review below the header"),
    (".txt", HEADER + ONE_CLASS_OF_TWO, ": with val held out, no review of the label 0 is left to"),
    (".csv", CSV + "a\n", ", line 14: 2 columns are needed, 1 found"),
    (".jsonl", JSONL + '{"text": "a"}\n', ", line 13: there is no column 'label', only 'text'"),
    (".csv", CSV + "a,\n", ", line 14: 'label' is empty, or says so as NaN"),
    (
        ".jsonl",
        JSONL + '{"text": null, "label": "배송"}\n',
        ", line 13: 'text' is empty, or says so as NaN",
    ),
    (".csv", CSV.encode("cp949"), ", line 2: not UTF-8 text. Excel in Korea saves CP949"),
    (".csv", CSV.replace("label", "text"), ", line 2: there are two columns 'text'; rename one"),
    (".jsonl", JSONL + '{"text": "a", "label": 1, "label": 2}', ", line 13: there are two columns"),
    (
        ".jsonl",
        JSONL + '{"text": "a", "label": NaN}',
        ", line 13: 'label' is empty, or says so as NaN",
    ),
    (".csv", CSV + "a,N/A\n", ", line 14: 'label' is empty, or says so as N"),
    (".csv", CSV + "NULL,배송\n", ", line 14: 'text' is empty, or says so as NaN"),
    (
        ".csv",
        CSV + "\u115f\u200e \u2800,배송\n",
        ", line 14: 'text' is empty, or says so as NaN",
    ),
    (
        ".csv",
        CSV + "a,배\u2060송\n",
        r": the labels '배송' (train.csv, line 2) and '배\u2060송' (tra",
    ),
    (
        ".csv",
        CSV + "a,Ａ형\nb,a형\n",
        ": the labels 'Ａ형' (train.csv, line 14) and 'a형' (train.csv,",
    ),
    (".csv", CSV + '"a"b,배송\n', ", line 14: the row that begins here cannot be read (',' exp"),
    (".jsonl", JSONL + '{"text": "a, "label": "배송"}\n', ", line 13: not valid JSON"),
    (".jsonl", f"[{JSONL.replace(chr(10), ',') * 99}0]", ", line 1: must be an object such as"),
    (".jsonl", JSONL + '{"text": {"ko": "a"}, "label": 1}', ", line 13: 'text' must be a text; it"),
    (".jsonl", JSONL + '{"text": "\\ud83d", "label": 1}\n', ", line 13: 'text' has half of a char"),
    (".csv", HEADLESS, ", line 2: there is no column 'text', only '배송 문의 0', '배송'; correct"),
    (".csv", "", ": there is no row"),
    (".jsonl", "version https://git-lfs.github.com/spec/v1\n", " is a pointer of Git LFS: run"),
    (".csv", "<!DOCTYPE html>\n<title>Sign in</title>\n", " is a web page: download the file"),
    (
        ".csv",
        CSV + "a,배\u200d송\n",
        r": the labels '배송' (train.csv, line 2) and '배\u200d송' (tra",
    ),
    (".jsonl", ONE_CLASS, ": every row has the label '배송'; add rows with others"),
    (".csv", CSV + "a,환블\n", ": the label '환블' has 1 different text(s), but 3 parts need one"),
]


def corpus_of(folder: Path, ending: str, content: str | bytes, **changes: str) -> TableCorpus:
    path = folder / f"train{ending}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return TableCorpus(OwnDataArguments(train_file=path, **changes))


def texts_of(corpus: TableCorpus) -> list[str]:
    """The texts of all parts, in the order of the file."""
    examples = [example for part in corpus.parts.values() for example in part]
    return [e.text for e in sorted(examples, key=lambda e: int(e.id.rsplit(" ", 1)[1]))]


@SAVED_AS
@pytest.mark.parametrize("ending", ENDINGS)
def test_table_is_read_rightly(tmp_path: Path, ending: str, mark: bytes, line_end: str) -> None:
    rows = [*GOOD_ROWS, *((odd, "환불") for odd in ODD_TEXTS), GOOD_ROWS[0]]
    corpus = corpus_of(tmp_path, ending, mark + table(ending, rows, line_end).encode())
    assert texts_of(corpus) == [normalize("NFC", text) for text, _ in rows]


@pytest.mark.parametrize(("ending", "content", "expected"), REFUSED)
def test_file_is_refused_with_file_line_and_remedy(
    tmp_path: Path, ending: str, content: str | bytes, expected: str
) -> None:
    content = content.encode() if isinstance(content, str) else content
    file = tmp_path / ("nsmc/ratings_train.txt" if ending == ".txt" else f"train{ending}")
    with pytest.raises(ValueError) as caught:
        if ending == ".txt":
            examples_of(tmp_path, content)
        else:
            corpus_of(tmp_path, ending, content)
    sentence = str(caught.value)
    assert sentence.startswith(f"{file}{expected}")
    assert "\n" not in sentence and sentence.endswith(".") and len(sentence) < 500


@pytest.mark.parametrize("ending", ENDINGS)
def test_names_in_any_form_are_one_name_and_blank_lines_no_rows(
    tmp_path: Path, ending: str
) -> None:
    rows = [*GOOD_ROWS, *((f"새 {text}", normalize("NFD", label)) for text, label in GOOD_ROWS)]
    content = table(ending, rows, "\n\n").replace("text", "내용")
    content = content.replace("label", normalize("NFD", "분류"))
    names = {"text_column": normalize("NFD", "내용"), "label_column": "분류"}
    corpus = corpus_of(tmp_path, ending, content, **names)
    assert corpus.label_names == ("배송", "환불")
    assert len(texts_of(corpus)) == len(rows)


def test_texts_with_two_labels_are_kept_and_counted(tmp_path: Path, capsys: Capture) -> None:
    rows = [*GOOD_ROWS, (GOOD_ROWS[0][0], "환불"), *GOOD_ROWS, (GOOD_ROWS[7][0], "배송")]
    corpus = corpus_of(tmp_path, ".csv", table(".csv", rows))
    assert capsys.readouterr().out == (
        "train.csv: 2 texts have more than one label, such as '배송' in train.csv, line 2 and "
        "'환불' in train.csv, line 14\n"
    )
    assert texts_of(corpus) == [text for text, _ in rows]


# Empty documents

THREE_EMPTY = [*(f"글 {n}" for n in range(8)), "", " ", ""]


def dataset_of(folder: Path, texts: Sequence[str], policy: str) -> ClassificationDataset:
    """The test part of a corpus with these texts, whose labels take turns."""
    rows = "".join(f"{n}\t{text}\t{n % 2}\n" for n, text in enumerate(texts))
    content = (HEADER + rows).encode()
    args = of_nsmc(folder, "ratings_test.txt", content, empty_documents=policy)
    return ClassificationDataset(args, NsmcCorpus(), small_tokenizer(), "test")


@pytest.mark.parametrize(("policy", "left", "done"), [("keep", 11, "kept"), ("drop", 8, "dropped")])
def test_empty_documents_are_kept_or_dropped_and_counted(
    tmp_path: Path, capsys: Capture, policy: str, left: int, done: str
) -> None:
    dataset = dataset_of(tmp_path, THREE_EMPTY, policy)
    assert [example.text for example in dataset.examples] == THREE_EMPTY[:left]
    rows = [(text, "배송") for text in THREE_EMPTY] + GOOD_ROWS
    corpus = corpus_of(tmp_path, ".csv", table(".csv", rows), empty_documents=policy)
    assert len(texts_of(corpus)) == left + len(GOOD_ROWS)
    said = f"texts are empty and were {done} (empty_documents={policy!r})\n"
    assert capsys.readouterr().out == f"test: 3 of 11 {said}train.csv: 3 of 23 {said}"


@pytest.mark.parametrize(
    ("texts", "policy", "sentence"),
    [
        (THREE_EMPTY, "refuse", "test: 3 of 11 texts are empty, the first is .*id='8', .*; write"),
        (["", " "], "keep", "2 of 2 texts are empty, so there is nothing"),
    ],
)
def test_empty_documents_are_refused(
    tmp_path: Path, texts: Sequence[str], policy: str, sentence: str
) -> None:
    assert ClassificationTrainArguments().empty_documents == "keep"
    assert OwnDataArguments().empty_documents == "refuse"
    with pytest.raises(ValueError, match=sentence):
        dataset_of(tmp_path, texts, policy)
