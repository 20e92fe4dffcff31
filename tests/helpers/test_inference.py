"""Asking a model about texts: their order, their number, and files of any size."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from helpers import inference
from helpers.corpus import read_nsmc
from helpers.inference import Prediction, predict, predict_chunk, predict_file, predict_stream
from helpers.support.tables import read_rows
from tests.conftest import MINI_REVIEWS
from tests.stand_ins.small_model import LABELS, LONGEST, small_model, small_tokenizer

MODEL, TOKENIZER = small_model(), small_tokenizer()
REVIEWS = [example.text for example in read_nsmc(MINI_REVIEWS / "ratings_test.txt")]


def shares(predictions: list[Prediction]) -> torch.Tensor:
    return torch.tensor([list(one.probabilities.values()) for one in predictions])


@pytest.mark.parametrize("chunk", [7, 2_000])
def test_every_text_gets_the_answer_it_gets_alone(
    monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(inference, "CHUNK", chunk)
    texts = REVIEWS[:50]
    alone = [one for text in texts for one in predict(text, MODEL, TOKENIZER)]
    together = predict(texts, MODEL, TOKENIZER)
    assert len({one.label for one in alone}) > 1, "a test of order needs answers that differ"
    torch.testing.assert_close(shares(together), shares(alone), rtol=0, atol=1e-5)
    assert [one.label for one in together] == [one.label for one in alone]


def test_the_label_is_the_most_probable_one() -> None:
    for label, probabilities in predict(REVIEWS[:20], MODEL, TOKENIZER):
        assert tuple(probabilities) == LABELS
        assert probabilities[label] == max(probabilities.values())
        assert sum(probabilities.values()) == pytest.approx(1)


def test_no_texts_no_answers() -> None:
    assert predict([], MODEL, TOKENIZER) == []
    assert predict_chunk([], MODEL, TOKENIZER) == ([], 0)
    assert list(predict_stream(iter(()), MODEL, TOKENIZER)) == []


def test_a_model_left_in_train_mode_answers_without_dropout() -> None:
    expected = predict(REVIEWS[:5], MODEL, TOKENIZER)
    assert predict(REVIEWS[:5], MODEL.train(), TOKENIZER) == expected


def test_a_stream_is_read_one_chunk_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "CHUNK", 4)
    read = 0

    def counted() -> Iterator[str]:
        nonlocal read
        for text in REVIEWS[:10]:
            read += 1
            yield text

    answers = predict_stream(counted(), MODEL, TOKENIZER)
    assert read == 0
    assert [read for _ in answers] == [4, 4, 4, 4, 8, 8, 8, 8, 10, 10]


@pytest.mark.parametrize("chunk", [2, 100])
def test_texts_that_were_cut_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], chunk: int
) -> None:
    monkeypatch.setattr(inference, "CHUNK", chunk)
    fits = "! " * (LONGEST - 2)
    whole = predict([fits, "좋아요"], MODEL, TOKENIZER)[0]
    assert capsys.readouterr().out == ""
    cut = predict([fits + "!", "좋아요", fits, fits + "정말", "나 " * 50_000], MODEL, TOKENIZER)[0]
    said = "too long, so that only the beginning was read: 3 of the texts\n"
    assert capsys.readouterr().out == said
    assert cut.probabilities == pytest.approx(whole.probabilities, abs=1e-5)


# Files


def test_a_file_is_answered_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "CHUNK", 2)
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    content = 'id,내용\n1,"배송이, 늦어요"\n\n2,\n3,"두 줄\n이에요"\n4,끝\n'
    source.write_text(content, encoding="utf-8")
    predict_file(str(source), str(target), MODEL, TOKENIZER, text_column="내용")
    rows = [row.values for row in read_rows(target)]
    texts = ["배송이, 늦어요", "", "두 줄\n이에요", "끝"]
    assert [row["text"] for row in rows] == texts
    assert [row["line"] for row in rows] == ["2", "4", "5", "7"]
    for row, one in zip(rows, predict(texts, MODEL, TOKENIZER), strict=True):
        assert row["predicted_label"] == one.label
        written = [float(row[label]) for label in LABELS]
        assert written == pytest.approx(list(one.probabilities.values()), abs=6e-5)


def test_answers_open_in_excel_even_if_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("")
    predict_file(tmp_path / "in.txt", tmp_path / "out.csv", MODEL, TOKENIZER)
    header = "\ufeffline,text,predicted_label,교환,배송,환불\r\n"  # Excel needs the mark for Hangul
    assert (tmp_path / "out.csv").read_bytes() == header.encode()


@pytest.mark.parametrize("old", [{}, {"out.csv": "answers of yesterday"}])
def test_after_an_error_the_target_is_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: dict[str, str]
) -> None:
    monkeypatch.setattr(inference, "CHUNK", 2)  # so that rows are written before the error
    before = {"in.csv": "text,label\n" + "a,1\n" * 9 + "a\n"} | old
    for name, content in before.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match="line 11: 2 columns are needed"):
        predict_file(tmp_path / "in.csv", tmp_path / "out.csv", MODEL, TOKENIZER)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_the_texts_are_not_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text\n좋아요\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is the file with the texts; name another one"):
        predict_file(source, f"{tmp_path}/./in.csv", MODEL, TOKENIZER)
    assert source.read_text(encoding="utf-8") == "text\n좋아요\n"


def test_no_cell_of_the_answers_is_a_formula_and_every_column_has_its_name(tmp_path: Path) -> None:
    labels = ("text", "=1+1", "-1")
    texts = ["@친구 봐", "＝SUM(A1)", "'=1", "-3", "1-2"]
    (tmp_path / "in.txt").write_text("\n".join(texts), encoding="utf-8")
    predict_file(tmp_path / "in.txt", tmp_path / "out.csv", small_model(labels), TOKENIZER)
    rows = [row.values for row in read_rows(tmp_path / "out.csv")]
    assert [row["text"] for row in rows] == ["'@친구 봐", "'＝SUM(A1)", "''=1", "-3", "1-2"]
    assert list(rows[0])[2:] == ["predicted_label", "probability of text", "'=1+1", "-1"]
