"""Reading tables of texts: four formats, and what is wrong with a file, by line."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.support import tables
from helpers.support.tables import Row, cell, read_rows

BOM = b"\xef\xbb\xbf"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def values_of(path: Path) -> list[tuple[Any, ...]]:
    """The line of each row, and its values without the names of the columns."""
    return [(line, *values.values()) for line, values in read_rows(path)]


def refusal(path: Path) -> str:
    """The sentence with which a file is refused: one line that begins with the file's name."""
    with pytest.raises(ValueError) as caught:
        list(read_rows(path))
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize(("name", "separator"), [("a.csv", ","), ("a.tsv", "\t")])
def test_texts_in_quotes(tmp_path: Path, name: str, separator: str) -> None:
    content = 'text|label\n"하나| 둘"|1\n"그는 ""응""이라고"|2\n"첫 줄\n둘째 줄\n"|3\n끝 "말"|4\n'
    assert values_of(write(tmp_path / name, content.replace("|", separator))) == [
        (2, f"하나{separator} 둘", "1"),
        (3, '그는 "응"이라고', "2"),
        (4, "첫 줄\n둘째 줄\n", "3"),
        (7, '끝 "말"', "4"),
    ]


def test_jsonl_keeps_the_kinds_of_values(tmp_path: Path) -> None:
    content = '{"text": "좋아요\\n정말", "label": 1}\n\n{"label": null, "text": 7}\n'
    assert list(read_rows(write(tmp_path / "a.jsonl", content))) == [
        Row(1, {"text": "좋아요\n정말", "label": 1}),
        Row(3, {"label": None, "text": 7}),
    ]


def test_every_line_of_a_txt_is_a_row_even_an_empty_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", '하나, "둘"\n\n\t셋\n끝')
    assert list(read_rows(path)) == [
        Row(1, {"text": '하나, "둘"'}),
        Row(2, {"text": ""}),
        Row(3, {"text": "\t셋"}),
        Row(4, {"text": "끝"}),
    ]


SAME_TABLE = {
    "a.csv": "text\n가나\n다라\n",
    "a.tsv": "text\n가나\n다라\n",
    "a.jsonl": '{"text": "가나"}\n{"text": "다라"}\n',
    "a.txt": "가나\n다라\n",
    "A.CSV": "text\n가나\n다라\n",
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", BOM])
@pytest.mark.parametrize("name", SAME_TABLE)
def test_byte_order_mark_and_windows_lines_change_nothing(
    tmp_path: Path, name: str, bom: bytes, line_end: str
) -> None:
    path = write(tmp_path / name, bom + SAME_TABLE[name].replace("\n", line_end).encode())
    assert [row.values for row in read_rows(path)] == [{"text": "가나"}, {"text": "다라"}]


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    assert values_of(write(tmp_path / "a.csv", "text,label\n좋아요,1")) == [(2, "좋아요", "1")]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.txt"])
def test_an_empty_file_has_no_rows(tmp_path: Path, name: str) -> None:
    assert list(read_rows(write(tmp_path / name, ""))) == []


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert list(read_rows(write(tmp_path / "a.csv", "text,label\n"))) == []


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_blank_lines_are_no_rows_but_are_counted(tmp_path: Path, name: str) -> None:
    separator = "," if name == "a.csv" else "\t"
    content = "\ntext,label\n\n가,1\n\n\n나,2\n\n".replace(",", separator)
    assert values_of(write(tmp_path / name, content)) == [(4, "가", "1"), (7, "나", "2")]


LATE = "text,label\n" + "좋아요,1\n" * 5_000  # many times what is read in one go


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.csv", "text,label\nfine,1\n좋아요,1\n".encode("cp949"), 3),
        ("a.tsv", "text\n좋아요\n".encode("cp949"), 2),
        ("a.jsonl", '{"text": "a"}\n{"text": "좋아요"}\n'.encode("cp949"), 2),
        ("a.txt", "a\nb\nc\n좋아요".encode("cp949"), 4),
        ("a.csv", LATE.encode() + "좋아요,1\n".encode("cp949"), 5_002),
        ("a.csv", "text\n좋아요\n".encode("utf-16"), 1),
        ("a.csv", b"text,label\na,1\nb\0c,1\n", 3),
        ("a.txt", "a\n좋아요".encode()[:-1], 2),
    ],
)
def test_other_encodings_are_refused_with_the_line(
    tmp_path: Path, name: str, content: bytes, line: int
) -> None:
    sentence = refusal(write(tmp_path / name, content))
    assert f"line {line}: not UTF-8 text." in sentence
    assert "CP949" in sentence
    assert 'save it again as "CSV UTF-8"' in sentence


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "text,\n가,1\n", "line 1: every column needs a name of its own"),
        ("a.csv", "\n\ntext,text\n가,1\n", "line 3: every column needs a name of its own"),
        ("a.csv", "text,label\n가,1\n나\n", "line 3: 2 columns are needed, 1 found"),
        ("a.csv", "text,label\n가, 나,1\n", "line 2: 2 columns are needed, 3 found; put a text"),
        ("a.tsv", "text\tlabel\n가\t나\t1\n", "line 2: 2 columns are needed, 3 found"),
        (
            "a.csv",
            'text,label\n"가\n나",1\n"다,1\n라,2\n',
            "line 4: the row that begins here cannot be read (unexpected end of data); put a text",
        ),
        (
            "a.csv",
            'text,label\n"가"나,1\n',
            "(',' expected after '\"'); put a text with a quote or a line end into quotes, and",
        ),
        ("a.tsv", 'text\tlabel\n"가"나\t1\n', "('<TAB>' expected after '\"'); put a text"),
        ("a.jsonl", '{"text": "가"}\n{"text": \n', "line 2: not valid JSON: Expecting value"),
        ("a.jsonl", "{'text': '가'}\n", "line 1: not valid JSON"),
        (
            "a.jsonl",
            '["가", "나"]\n',
            """must be an object such as {"text": "…"}; it is ['가', '나']""",
        ),
        ("a.jsonl", '"가"\n', "line 1: must be an object"),
    ],
)
def test_malformed_files_are_refused_with_the_line(
    tmp_path: Path, name: str, content: str, expected: str
) -> None:
    assert expected in refusal(write(tmp_path / name, content))


def test_a_refusal_does_not_quote_a_whole_table(tmp_path: Path) -> None:
    content = "[" + ", ".join(['{"text": "좋아요"}'] * 1_000) + "]"
    assert len(refusal(write(tmp_path / "a.jsonl", content))) < len(str(tmp_path)) + 300


def test_an_open_quote_does_not_swallow_a_large_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_CHARACTERS", 131_072)
    path = write(tmp_path / "a.csv", 'text\n가\n"나\n' + "다\n" * 200_000)
    assert "line 3: the row that begins here cannot be read (field larger than" in refusal(path)


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.csv.gz"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    assert "must end in .csv, .tsv, .jsonl, .txt" in refusal(write(tmp_path / name, "text\n"))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"mails\.csv is not there; check the name"):
        list(read_rows(tmp_path / "mails.csv"))


def test_a_text_as_path(tmp_path: Path) -> None:
    assert values_of(str(write(tmp_path / "a.txt", "가"))) == [(1, "가")]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.txt"])
def test_rows_are_read_one_after_the_other(tmp_path: Path, name: str) -> None:
    line = '{"text": "좋아요"}\n' if name == "a.jsonl" else "좋아요\n"
    path = write(tmp_path / name, ("text\n" + line * 20_000).encode() + b"\xff\n")
    if name == "a.jsonl":
        path.write_bytes(path.read_bytes().removeprefix(b"text\n"))
    rows: Iterator[Row] = read_rows(path)
    next(rows)
    assert next(rows).line <= 3  # though the file ends in what cannot be read
    with pytest.raises(ValueError, match="not UTF-8"):
        list(rows)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" 가 나 \n", "가 나"),
        (0, "0"),
        (7, "7"),
        (0.5, "0.5"),
        (True, "True"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_cell_is_text_without_spaces_around_it(value: object, text: str) -> None:
    assert cell(Row(2, {"text": value}), "text", "a.jsonl") == text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"body": "가", "label": "1"}, "line 4: there is no column 'text', only 'body', 'label';"),
        ({}, "line 4: there is no column 'text', only an empty object; correct the name,"),
        ({"text": ["가"]}, "line 4: 'text' must be a text; it is ['가']."),
        ({"text": {"ko": "가"}}, "line 4: 'text' must be a text; it is {'ko': '가'}."),
        ({"text": "하하 \ud83d"}, "line 4: 'text' has half of a character, '\\ud83d';"),
    ],
)
def test_cells_that_are_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        cell(Row(4, values), "text", "a.jsonl")
    assert str(caught.value).startswith(f"a.jsonl, {sentence}")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.txt"])
def test_a_megabyte_in_one_text(tmp_path: Path, name: str) -> None:
    long = "가나다라마바사아 자" * 40_000  # 1.1 MB; csv by itself stops at 131,072 characters
    content = f'{{"text": "{long}"}}' if name == "a.jsonl" else long
    head = "" if name in ("a.jsonl", "a.txt") else "text\n"
    before = csv.field_size_limit()
    (row,) = read_rows(write(tmp_path / name, head + content))
    assert row.values == {"text": long}
    assert csv.field_size_limit() == before  # a setting of the whole process, left as it was
