"""From texts to word piece ids."""

import pytest
from transformers import BertTokenizer

from helpers import encoding
from helpers.encoding import encode_corpus, encode_reviews

TEXTS = ["재미있다", "지루하다 " * 30, "", "또 볼래요", "음"]


def test_ids_are_the_tokenizers_and_cuts_are_counted(tokenizer: BertTokenizer) -> None:
    tokenizer(TEXTS, padding=True)  # an earlier call that pads must not show
    input_ids, num_cut = encode_reviews(TEXTS, tokenizer, max_seq_length=20)
    assert input_ids == tokenizer(TEXTS, truncation=True, max_length=20)["input_ids"]
    assert (max(map(len, input_ids)), num_cut) == (20, 1)
    ends = {(ids[0], ids[-1]) for ids in input_ids}
    assert ends == {(tokenizer.cls_token_id, tokenizer.sep_token_id)}


def test_a_corpus_is_encoded_in_portions_as_in_one_piece(
    tokenizer: BertTokenizer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected, _ = encode_reviews(TEXTS, tokenizer, 20)
    monkeypatch.setattr(encoding, "CHUNK", 2)
    assert [row.tolist() for row in encode_corpus(TEXTS, tokenizer, 20, "val")] == expected
    assert capsys.readouterr().out.startswith("val: 1 of 5 reviews were longer than")
    assert encode_corpus([], tokenizer, 20, "val") == []
    assert capsys.readouterr().out == ""


def test_tokenizer_with_another_padding_id_is_refused(tokenizer: BertTokenizer) -> None:
    tokenizer.pad_token = "[MASK]"
    with pytest.raises(ValueError, match=r"\[PAD\] has the id 4, .*; choose a model whose vocab"):
        encode_corpus(["좋다"], tokenizer, 128, "train")


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, ""), (0.25, "train: 25% of the word pieces are [UNK]")]
)
def test_pieces_that_the_model_does_not_know_are_told(
    tokenizer: BertTokenizer, capsys: pytest.CaptureFixture[str], share: float, said: str
) -> None:
    texts = ["영화 영화 영화 " + ("ᚠ" if share else "영화")] * 5
    encode_corpus(texts, tokenizer, 128, "train")
    assert capsys.readouterr().out.startswith(said) and bool(said) == bool(share)
    with pytest.raises(ValueError, match=r"75% of .* lacks them\. Choose a model that was pretr"):
        encode_corpus(["ᚠ ᚠ 영화 ᚢ"] * 5, tokenizer, 128, "train")
