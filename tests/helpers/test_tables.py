"""Reading tables of texts: four formats, and what is wrong with a file, by line."""

from pathlib import Path
from typing import Any

import pytest

from helpers.support import tables
from helpers.support.tables import Row, cell, read_rows


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    """The sentence with which a file is refused: one line that begins with the file's name."""
    with pytest.raises(ValueError) as caught:
        list(read_rows(path))
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert "\n" not in sentence and sentence.endswith(".")
    return sentence.removeprefix(str(path))


@pytest.mark.parametrize(("name", "separator"), [("a.csv", ","), ("A.TSV", "\t")])
def test_texts_in_quotes_and_the_lines_at_which_rows_begin(
    tmp_path: Path, name: str, separator: str
) -> None:
    content = '\ntext|label\n"하나| 둘"|1\n\n"그는 ""응"""|2\n"첫 줄\n둘째 줄\n"|3\n끝 "말"|4'
    rows = list(read_rows(str(write(tmp_path / name, content.replace("|", separator)))))
    assert [(row.line, *row.values.values()) for row in rows] == [
        (3, f"하나{separator} 둘", "1"),
        (5, '그는 "응"', "2"),
        (6, "첫 줄\n둘째 줄\n", "3"),
        (9, '끝 "말"', "4"),
    ]


def test_jsonl_keeps_the_kinds_of_values(tmp_path: Path) -> None:
    content = '{"text": "좋아요\\n정말", "label": 1}\n\n{"label": null, "text": 7}\n'
    assert list(read_rows(write(tmp_path / "a.jsonl", content))) == [
        Row(1, {"text": "좋아요\n정말", "label": 1}),
        Row(3, {"label": None, "text": 7}),
    ]


def test_every_line_of_a_txt_is_a_row_even_an_empty_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", '\ufeff하나, "둘"\r\n\r\n\t셋\r\n끝')  # as Windows saves it
    texts = ['하나, "둘"', "", "\t셋", "끝"]
    assert list(read_rows(path)) == [Row(n, {"text": t}) for n, t in enumerate(texts, start=1)]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "a.csv",
            "text,label\nfine,1\n좋아요,1\n".encode("cp949"),
            ", line 3: not UTF-8 text. Excel in Korea saves CP949 unless told otherwise: save it "
            'again as "CSV UTF-8".',
        ),
        ("a.csv", "text\n좋아요\n".encode("utf-16"), ", line 1: not UTF-8 text."),
        ("a.txt", "a\n좋아요".encode()[:-1], ", line 2: not UTF-8 text."),
        ("a.csv", b"text,\na,1\n", ", line 1: every column needs a name of its own"),
        ("a.csv", b"\n\ntext,text\na,1\n", ", line 3: every column needs a name of its own"),
        (
            "a.csv",
            b'text,label\n"a"b,1\n',
            ", line 2: the row that begins here cannot be read (',' expected after '\"'); put a "
            "text with a quote or a line end into quotes, and",
        ),
        ("a.tsv", b'text\tlabel\n"a"b\t1\n', ", line 2: the row that begins here cannot be read"),
        ("a.jsonl", b'{"text": "a"}\n{"text": \n', ", line 2: not valid JSON: Expecting value"),
        ("a.jsonl", b'["a", "b"]\n', ', line 1: must be an object such as {"text": "…"}; it is ['),
        ("a.xlsx", b"PK", ": the name must end in .csv, .tsv, .jsonl, .txt; save the table as one"),
    ],
)
def test_malformed_files_are_refused_with_the_line(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    assert refusal(write(tmp_path / name, content)).startswith(expected)


def test_a_refusal_does_not_quote_a_whole_table(tmp_path: Path) -> None:
    content = "[" + ", ".join(['{"text": "좋아요"}'] * 1_000) + "]"
    assert len(refusal(write(tmp_path / "a.jsonl", content))) < 300


def test_an_open_quote_does_not_swallow_a_large_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_CHARACTERS", 131_072)
    path = write(tmp_path / "a.csv", 'text\n가\n"나\n' + "다\n" * 200_000)
    assert "line 3: the row that begins here cannot be read (field larger than" in refusal(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"mails\.csv is not there; check the name"):
        list(read_rows(tmp_path / "mails.csv"))


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.txt"])
def test_rows_are_read_one_after_the_other(tmp_path: Path, name: str) -> None:
    line = '{"text": "좋아요"}\n' if name == "a.jsonl" else "좋아요\n"
    rows = read_rows(write(tmp_path / name, (line * 20_000).encode() + b"\xff\n"))
    next(rows)
    assert next(rows).line <= 3  # though the file ends in what cannot be read
    with pytest.raises(ValueError, match="line 20001: not UTF-8"):
        list(rows)


@pytest.mark.parametrize(
    ("value", "text"),
    [(" 가 나 \n", "가 나"), (0, "0"), (0.5, "0.5"), (True, "True"), (None, ""), ("", "")],
)
def test_a_cell_is_text_without_spaces_around_it(value: object, text: str) -> None:
    assert cell(Row(2, {"text": value}), "text", "a.jsonl") == text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"body": "가", "label": "1"}, "there is no column 'text', only 'body', 'label'; correct"),
        ({}, "there is no column 'text', only an empty object; correct the name,"),
        ({"text": {"ko": "가"}}, "'text' must be a text; it is {'ko': '가'}."),
        ({"text": "하하 \ud83d"}, "'text' has half of a character, '\\ud83d'; delete it."),
    ],
)
def test_cells_that_are_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        cell(Row(4, values), "text", "a.jsonl")
    assert str(caught.value).startswith(f"a.jsonl, line 4: {sentence}")
