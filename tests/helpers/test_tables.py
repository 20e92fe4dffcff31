"""Reading tables of texts in four formats."""

from pathlib import Path

import pytest

from helpers.support.tables import Row, cell, read_rows


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


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


def test_columns_that_nobody_asked_for_may_be_nameless_or_repeated(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv", ",\ufefftext, note,note,\u200blabel \n0,좋아요,a,b,\u3164긍정\ufeff\n"
    )
    (row,) = read_rows(path)
    assert [cell(row, name, path) for name in ("text", "label")] == ["좋아요", "긍정"]
    with pytest.raises(ValueError, match="line 2: there are two columns 'note'; rename one"):
        cell(row, "note", path)


@pytest.mark.parametrize("encoding", ["cp949", "utf-16"])
def test_other_encodings_by_name(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.tsv", "text\tlabel\n뷁\t1\n".encode(encoding))
    assert list(read_rows(path, encoding)) == [Row(2, {"text": "뷁", "label": "1"})]
    with pytest.raises(ValueError, match=r"line [12]: not UTF-8 text"):
        list(read_rows(path))
    with pytest.raises(ValueError, match=r"a\.txt, line 1: not UTF-16 text"):
        list(read_rows(write(tmp_path / "a.txt", b"odd"), "utf-16"))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt"])
def test_rows_are_read_one_after_the_other(tmp_path: Path, name: str) -> None:
    line = '{"text": "좋아요"}\n' if name == "a.jsonl" else "좋아요\n"
    rows = read_rows(write(tmp_path / name, (line * 20_000).encode() + b"\xff\n"))
    next(rows)
    assert next(rows).line <= 3  # though the file ends in what cannot be read
    with pytest.raises(ValueError, match="line 20001: not UTF-8"):
        list(rows)
