"""Asking a model about texts: their order, their number, and files of any size."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import BertForSequenceClassification, BertTokenizer

from helpers import inference
from helpers.corpus import FILES, read_nsmc
from helpers.inference import Prediction, predict, predict_chunk, predict_file, predict_stream
from helpers.support.tables import read_rows
from tests.conftest import MINI_REVIEWS
from tests.stand_ins.small_model import LABELS, LONGEST, small_model, small_tokenizer

BOM = b"\xef\xbb\xbf"
REVIEWS = [example.text for example in read_nsmc(MINI_REVIEWS / "ratings_test.txt")]


@pytest.fixture(scope="module")
def model() -> BertForSequenceClassification:
    return small_model()


@pytest.fixture(scope="module")
def tokenizer() -> BertTokenizer:
    return small_tokenizer()


def shares(predictions: list[Prediction]) -> torch.Tensor:
    return torch.tensor([list(one.probabilities.values()) for one in predictions])


def counted(texts: list[str], read: list[str]) -> Iterator[str]:
    """Yield texts, and note in ``read`` which have been asked for."""
    for text in texts:
        read.append(text)
        yield text


def test_every_text_gets_the_answer_it_gets_alone(
    model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    texts = REVIEWS[:50]
    together = predict(texts, model, tokenizer)
    alone = [predict(text, model, tokenizer)[0] for text in texts]
    assert len({one.label for one in alone}) > 1, "a test of order needs answers that differ"
    torch.testing.assert_close(shares(together), shares(alone), rtol=0, atol=1e-5)
    assert [one.label for one in together] == [one.label for one in alone]


def test_several_chunks_are_one_answer(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = predict(REVIEWS[:50], model, tokenizer)
    monkeypatch.setattr(inference, "CHUNK", 7)
    torch.testing.assert_close(shares(predict(REVIEWS[:50], model, tokenizer)), shares(at_once))


def test_the_label_is_the_most_probable_one(
    model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    for label, probabilities in predict(REVIEWS[:20], model, tokenizer):
        assert tuple(probabilities) == LABELS
        assert probabilities[label] == max(probabilities.values())
        assert sum(probabilities.values()) == pytest.approx(1)


def test_a_single_text_is_one_text_not_many_characters(
    model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    assert len(predict("배송이 늦어요", model, tokenizer)) == 1


def test_no_texts_no_answers(
    model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    assert predict([], model, tokenizer) == []
    assert predict_chunk([], model, tokenizer) == ([], 0)
    assert list(predict_stream(iter(()), model, tokenizer)) == []


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "😀" * 200, "가" * 100_000, "가 " * 50_000])
def test_odd_texts_are_answered_like_any_other(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, text: str
) -> None:
    before, odd, after = predict(["좋아요", text, "별로예요"], model, tokenizer)
    assert sum(odd.probabilities.values()) == pytest.approx(1)
    assert [before.label, after.label] == [
        one.label for one in predict(["좋아요", "별로예요"], model, tokenizer)
    ]


@pytest.mark.parametrize("batch_size", [1, 7, 1_000])
def test_the_batch_size_changes_no_answer(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, batch_size: int
) -> None:
    answers = [predict_chunk(REVIEWS[:30], model, tokenizer, size)[0] for size in (64, batch_size)]
    torch.testing.assert_close(*map(shares, answers), rtol=0, atol=1e-5)


def test_a_model_left_in_train_mode_answers_without_dropout(
    model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    expected = predict(REVIEWS[:5], model, tokenizer)
    assert predict(REVIEWS[:5], model.train(), tokenizer) == expected


def test_little_is_padded(model: BertForSequenceClassification, tokenizer: BertTokenizer) -> None:
    pieces = cells = 0

    def count(_: nn.Module, __: tuple, batch: dict[str, torch.Tensor]) -> None:
        nonlocal pieces, cells
        pieces += int(batch["attention_mask"].sum())
        cells += batch["input_ids"].numel()

    hook = model.register_forward_pre_hook(count, with_kwargs=True)
    texts = [example.text for name in FILES for example in read_nsmc(MINI_REVIEWS / name)]
    predict(texts, model, tokenizer)
    hook.remove()
    encoded = tokenizer(texts, truncation=True, max_length=LONGEST)["input_ids"]
    assert pieces == sum(map(len, encoded))
    assert cells < 1.1 * pieces  # in the order of the file it would be three times as many


def test_a_stream_is_read_one_chunk_ahead(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inference, "CHUNK", 4)
    read: list[str] = []
    answers = predict_stream(counted(REVIEWS[:10], read), model, tokenizer)
    assert read == []
    seen = []
    for _ in answers:
        seen.append(len(read))
    assert seen == [4, 4, 4, 4, 8, 8, 8, 8, 10, 10]


@pytest.mark.parametrize("chunk", [2, 100])
def test_texts_that_were_cut_are_counted(
    model: BertForSequenceClassification,
    tokenizer: BertTokenizer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    chunk: int,
) -> None:
    monkeypatch.setattr(inference, "CHUNK", chunk)
    fits = "! " * (LONGEST - 2)
    predict([fits, "좋아요"], model, tokenizer)
    assert capsys.readouterr().out == ""
    predict([fits + "!", "좋아요", fits, "가 " * 500, "나 " * 50_000], model, tokenizer)
    assert capsys.readouterr().out == (
        "too long, so that only the beginning was read: 3 of the texts\n"
    )


def test_only_the_beginning_of_a_long_text_counts(
    model: BertForSequenceClassification, tokenizer: BertTokenizer
) -> None:
    fits = "! " * (LONGEST - 2)
    first, second = predict([fits, fits + "정말 좋아요"], model, tokenizer)
    assert first.probabilities == pytest.approx(second.probabilities, abs=1e-5)


def test_a_progress_bar_appears_in_long_runs_only(
    model: BertForSequenceClassification,
    tokenizer: BertTokenizer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    predict(REVIEWS[:5], model, tokenizer)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(inference, "SECONDS_WITHOUT_BAR", 0)
    predict(REVIEWS[:5], model, tokenizer)
    assert "5/5" in capsys.readouterr().err


# Files


SOURCES = {
    "in.csv": 'id,text\n1,"배송이, 늦어요"\n\n2,\n3,"두 줄\n이에요"\n4,끝\n',
    "in.tsv": 'id\ttext\n1\t"""배송이, 늦어요"\n\n2\t\n3\t끝\n',
    "in.jsonl": '{"text": "배송이, 늦어요"}\n\n{"text": null}\n{"text": 7, "id": 3}\n',
    "in.txt": '배송이, "늦어요"\n\n  끝  \n',
}
TEXTS = {
    "in.csv": [(2, "배송이, 늦어요"), (4, ""), (5, "두 줄\n이에요"), (7, "끝")],
    "in.tsv": [(2, '"배송이, 늦어요'), (4, ""), (5, "끝")],
    "in.jsonl": [(1, "배송이, 늦어요"), (3, ""), (4, "7")],
    "in.txt": [(1, '배송이, "늦어요"'), (2, ""), (3, "끝")],
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_file_is_answered_row_by_row(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text(SOURCES[name], encoding="utf-8")
    target = tmp_path / "out.csv"
    predict_file(tmp_path / name, target, model, tokenizer)
    rows = [row.values for row in read_rows(target)]
    assert [(int(row["line"]), row["text"]) for row in rows] == TEXTS[name]
    for row, one in zip(rows, predict([t for _, t in TEXTS[name]], model, tokenizer), strict=True):
        assert row["predicted_label"] == one.label
        written = [float(row[label]) for label in LABELS]
        assert written == pytest.approx(list(one.probabilities.values()), abs=6e-5)
        assert sum(written) == pytest.approx(1, abs=2e-4)


def test_answers_open_in_excel_with_their_hangul(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, tmp_path: Path
) -> None:
    (tmp_path / "in.txt").write_text("배송이 늦어요\n", encoding="utf-8")
    predict_file(tmp_path / "in.txt", tmp_path / "out.csv", model, tokenizer)
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(BOM + "line,text,predicted_label,교환,배송,환불\r\n1,배송이".encode())


def test_many_rows_keep_their_order(
    model: BertForSequenceClassification,
    tokenizer: BertTokenizer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inference, "CHUNK", 64)
    (tmp_path / "in.txt").write_text("\n".join(REVIEWS), encoding="utf-8")
    predict_file(str(tmp_path / "in.txt"), str(tmp_path / "out.csv"), model, tokenizer)
    rows = [row.values for row in read_rows(tmp_path / "out.csv")]
    assert [row["text"] for row in rows] == [review.strip() for review in REVIEWS]
    expected = [one.label for one in predict(REVIEWS, model, tokenizer)]
    assert [row["predicted_label"] for row in rows] == expected


def test_another_column(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("내용,text\n좋아요,아니요\n", encoding="utf-8")
    predict_file(tmp_path / "in.csv", tmp_path / "out.csv", model, tokenizer, text_column="내용")
    (row,) = read_rows(tmp_path / "out.csv")
    assert row.values["text"] == "좋아요"


def test_a_file_without_rows_gives_a_header(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("text\n", encoding="utf-8")
    predict_file(tmp_path / "in.csv", tmp_path / "out.csv", model, tokenizer)
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()) == 1


@pytest.mark.parametrize("old", [None, "answers of yesterday"])
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("in.csv", b"text,label\n" + b"a,1\n" * 9 + b"a\n", "line 11: 2 columns are needed"),
        ("in.txt", b"a\n" * 9 + b"\xff\n", "line 10: not UTF-8"),
        ("in.jsonl", b'{"text": "a"}\n' * 9 + b"{}\n", "line 10: there is no column 'text'"),
        ("in.csv", b"body\na\n", "line 2: there is no column 'text', only 'body'"),
        ("in.xlsx", b"PK", "the name must end in"),
    ],
)
def test_after_an_error_the_target_is_as_before(
    model: BertForSequenceClassification,
    tokenizer: BertTokenizer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: bytes,
    sentence: str,
    old: str | None,
) -> None:
    monkeypatch.setattr(inference, "CHUNK", 2)  # so that rows are written before the error
    (tmp_path / name).write_bytes(content)
    target = tmp_path / "out.csv"
    if old is not None:
        target.write_text(old)
    with pytest.raises(ValueError, match=sentence):
        predict_file(tmp_path / name, target, model, tokenizer)
    there = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert there == {name: content} | ({} if old is None else {"out.csv": old.encode()})


def test_the_target_appears_when_it_is_whole(
    model: BertForSequenceClassification,
    tokenizer: BertTokenizer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target, seen = tmp_path / "out.csv", []

    def watched(*arguments: Any) -> tuple[list[Prediction], int]:
        seen.append(target.exists())
        return predict_chunk(*arguments)

    monkeypatch.setattr(inference, "CHUNK", 2)
    monkeypatch.setattr(inference, "predict_chunk", watched)
    (tmp_path / "in.txt").write_text("하나\n둘\n셋\n", encoding="utf-8")
    predict_file(tmp_path / "in.txt", target, model, tokenizer)
    assert seen == [False, False]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.csv"]


def test_the_texts_are_not_overwritten(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, tmp_path: Path
) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text,label\n좋아요,1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is the file with the texts; name another one"):
        predict_file(source, f"{tmp_path}/./in.csv", model, tokenizer)
    assert source.read_text(encoding="utf-8") == "text,label\n좋아요,1\n"


def test_a_missing_source(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match=r"mails\.csv is not there"):
        predict_file(tmp_path / "mails.csv", tmp_path / "out.csv", model, tokenizer)
    assert list(tmp_path.iterdir()) == []
