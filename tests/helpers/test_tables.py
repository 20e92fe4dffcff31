"""Reading tables of texts in four formats."""

from pathlib import Path

import pytest

from helpers.support.tables import Row, read_rows


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


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt"])
def test_rows_are_read_one_after_the_other(tmp_path: Path, name: str) -> None:
    line = '{"text": "좋아요"}\n' if name == "a.jsonl" else "좋아요\n"
    rows = read_rows(write(tmp_path / name, (line * 20_000).encode() + b"\xff\n"))
    next(rows)
    assert next(rows).line <= 3  # though the file ends in what cannot be read
    with pytest.raises(ValueError, match="line 20001: not UTF-8"):
        list(rows)
