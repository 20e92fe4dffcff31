"""Texts as people and programs write them: random ones by the thousand, and known troublemakers."""

import time
from collections.abc import Callable, Sequence
from unicodedata import normalize

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from helpers import inference
from helpers.attribution import attribute
from helpers.data import data_collator
from helpers.encoding import encode_corpus, encode_reviews
from helpers.inference import Prediction, predict, predict_stream
from helpers.support.texts import compose
from tests.stand_ins.small_model import LONGEST, small_model, small_tokenizer

MODEL, TOKENIZER = small_model(), small_tokenizer()
HALF = "\ud83d"  # the first half of an emoji, as programs that cut texts at 16 bits leave it
FORMS = ("NFC", "NFD")


def between(first: int, last: int) -> st.SearchStrategy[str]:
    return st.characters(min_codepoint=first, max_codepoint=last, exclude_categories=["Cs"])


SYLLABLES = st.text(between(0xAC00, 0xD7A3), min_size=1, max_size=4)
PIECES = st.one_of(
    SYLLABLES,
    SYLLABLES.map(lambda text: normalize("NFD", text)),
    between(0x1100, 0x11FF),  # jamo, those of old Hangul among them
    between(0xA960, 0xA97C) | between(0xD7B0, 0xD7FB),  # more jamo of old Hangul
    between(0xFFA0, 0xFFDC) | between(0x3131, 0x318E),  # half-width Hangul; ㅋ and ㅠ
    st.sampled_from(["👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇰🇷", "❤️‍🔥", "1️⃣", "\u200d", "\ufe0f"]),
    between(0x0590, 0x06FF) | between(0x202A, 0x202E) | between(0x2066, 0x2069),  # right to left
    between(0x200B, 0x200F) | st.sampled_from("\ufeff\u2060\u00ad\u3164"),  # zero width, fillers
    between(0x00, 0x1F) | between(0x7F, 0x9F) | st.sampled_from("\u2028\u2029"),  # control
    between(0x0300, 0x036F),  # combining marks
    between(0xF900, 0xFAFF),  # compatibility ideographs, which have no decomposed form of their own
    st.sampled_from([" ", "영화", "재미있다", "[MASK]", "[PAD]", "##요", "NaN", '"', "\\"]),
    between(0x00, 0x10FFFF),
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)
BATCH, EXAMPLES = 50, 240  # some texts come again: 10,000 different ones are wanted


def shares(predictions: Sequence[Prediction]) -> torch.Tensor:
    return torch.tensor([list(one.probabilities.values()) for one in predictions])


def test_10_000_random_texts_are_answered_in_order_whatever_their_form() -> None:
    seen: set[str] = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # making a failing example smaller would take minutes
    )
    @given(st.lists(TEXTS, min_size=BATCH, max_size=BATCH, unique=True))
    def ask(texts: list[str]) -> None:
        seen.update(texts)
        ids = check_encoding(texts)
        check_collation(ids)
        answers = predict(texts, MODEL, TOKENIZER)
        turned = predict([normalize("NFD", text) for text in reversed(texts)], MODEL, TOKENIZER)
        assert len(answers) == len(turned) == len(texts)
        torch.testing.assert_close(shares(answers), shares(turned[::-1]), rtol=0, atol=1e-5)

    ask()
    assert len(seen) >= 10_000


def check_encoding(texts: list[str]) -> list[list[int]]:
    """Every form of a text gives the same ids, between [CLS] and [SEP] and not too many."""
    ids, num_cut = encode_reviews(texts, TOKENIZER, LONGEST)
    assert len(ids) == len(texts)
    for form in FORMS:
        again = encode_reviews([normalize(form, text) for text in texts], TOKENIZER, LONGEST)
        rows = zip(texts, ids, again[0], strict=True)
        assert [text for text, one, other in rows if one != other] == []
        assert again[1] == num_cut
    assert all((row[0], row[-1]) == (2, 3) and len(row) <= LONGEST for row in ids)
    return ids


def check_collation(ids: list[list[int]]) -> None:
    """In a batch, every row has its ids and nothing else, in the place that it had."""
    batch = data_collator(
        [{"input_ids": torch.tensor(row), "labels": torch.tensor(n)} for n, row in enumerate(ids)]
    )
    assert batch["labels"].tolist() == list(range(len(ids)))
    rows = zip(batch["input_ids"], batch["attention_mask"], strict=True)
    assert [row[mask.bool()].tolist() for row, mask in rows] == ids


# Hangul in other forms


@pytest.mark.parametrize("text", ["재미있었어요", "값싼 닭볶음탕", "뷁", "Café déjà vu", "が"])
def test_decomposed_text_is_the_same_text(text: str) -> None:
    decomposed = normalize("NFD", text)
    assert decomposed != text
    plain, other = ([part.piece for part in attribute(one, "환불", MODEL, TOKENIZER)] for one in
                    (text, decomposed))  # fmt: skip
    assert plain == other == TOKENIZER.tokenize(text)
    assert predict(text, MODEL, TOKENIZER) == predict(decomposed, MODEL, TOKENIZER)


def test_decomposed_review_is_not_unknown_to_the_model() -> None:
    (ids,), _ = encode_reviews([normalize("NFD", "정말 재미있어요")], TOKENIZER, LONGEST)
    assert TOKENIZER.unk_token_id not in ids


def test_decomposed_corpus_is_encoded_as_the_composed_one() -> None:
    texts = ["정말 재미있어요", "별로예요"]
    rows = [
        list(encode_corpus([normalize(form, text) for text in texts], TOKENIZER, LONGEST)[0])
        for form in FORMS
    ]
    assert rows[0] == rows[1]


# Long texts


LONG = {
    "one word": "가" * 100_000,
    "words": "가 " * 50_000,
    "a megabyte": "가나 " * 150_000,
    "decomposed": normalize("NFD", "각" * 100_000),
    "emoji": "👨‍👩‍👧‍👦" * 30_000,
    "zero width": "\u200b" * 100_000,
    "right to left": "שלום " * 20_000,
    "marks in disorder": "e" + "\u0301\u0316" * 500_000,
}


@pytest.mark.parametrize("name", LONG)
def test_long_text_takes_no_long_time(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, start = LONG[name], time.perf_counter()
    before, long, after = predict(["좋아요", text, "별로예요"], MODEL, TOKENIZER)
    seconds = time.perf_counter() - start
    alone = predict(["좋아요", "별로예요"], MODEL, TOKENIZER)
    torch.testing.assert_close(shares([before, after]), shares(alone), rtol=0, atol=1e-5)
    assert sum(long.probabilities.values()) == pytest.approx(1)
    was_cut = len(TOKENIZER.tokenize(compose(text))) > LONGEST - 2
    assert ("1 of the texts" in capsys.readouterr().out) == was_cut
    assert seconds < 20  # in disorder, a million marks would take unicodedata a quarter of an hour


# What is no text


def ask_stream(texts: list) -> None:
    list(predict_stream(iter(texts), MODEL, TOKENIZER))


def ask_encoder(texts: list) -> None:
    encode_reviews(texts, TOKENIZER, LONGEST)


def ask(texts: list) -> None:
    predict(texts, MODEL, TOKENIZER)


@pytest.mark.parametrize("door", [ask, ask_stream, ask_encoder])
@pytest.mark.parametrize(
    ("odd", "error", "sentence"),
    [
        (f"하하 {HALF}", ValueError, "text 6, character 4: '\\ud83d' is half of a character"),
        ("\udc00", ValueError, "text 6, character 1: '\\udc00' is half of a character"),
        (None, TypeError, 'text 6 is no text but None; give "" for an empty one.'),
        (float("nan"), TypeError, "text 6 is no text but nan;"),
        (7, TypeError, "text 6 is no text but 7;"),
        (b"bytes", TypeError, "text 6 is no text but b'bytes';"),
    ],
)
def test_what_is_no_text_is_refused_by_its_number(
    monkeypatch: pytest.MonkeyPatch,
    door: Callable[[list], None],
    odd: object,
    error: type[Exception],
    sentence: str,
) -> None:
    monkeypatch.setattr(inference, "CHUNK", 2)  # the number counts from the first text of all
    with pytest.raises(error) as caught:
        door(["좋아요"] * 5 + [odd] + ["별로예요"] * 5)
    assert str(caught.value).startswith(sentence)


def test_list_is_refused_before_anything_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "CHUNK", 1)
    monkeypatch.setattr(inference, "predict_chunk", lambda *_: pytest.fail("computed"))
    with pytest.raises(ValueError, match="text 2,"):
        predict(["좋아요", HALF], MODEL, TOKENIZER)


def test_attribution_says_it_as_well() -> None:
    with pytest.raises(ValueError, match=r"character 3: .* is half of a character"):
        attribute(f"하하{HALF}", "환불", MODEL, TOKENIZER)
