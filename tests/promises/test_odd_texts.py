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
from helpers.encoding import encode_reviews
from helpers.inference import Prediction, predict, predict_stream
from helpers.support.texts import compose
from tests.stand_ins.small_model import LONGEST, small_model, small_tokenizer

MODEL, TOKENIZER = small_model(), small_tokenizer()
HALF = "\ud83d"  # the first half of an emoji, as programs that cut texts at 16 bits leave it


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
        check_encoding(texts)
        answers = predict(texts, MODEL, TOKENIZER)
        turned = predict([normalize("NFD", text) for text in reversed(texts)], MODEL, TOKENIZER)
        assert len(answers) == len(turned) == len(texts)
        torch.testing.assert_close(shares(answers), shares(turned[::-1]), rtol=0, atol=1e-5)

    ask()
    assert len(seen) >= 10_000


def check_encoding(texts: list[str]) -> None:
    """Every form of a text gives the same ids, between [CLS] and [SEP] and not too many."""
    ids, num_cut = encode_reviews(texts, TOKENIZER, LONGEST)
    assert len(ids) == len(texts)
    for form in ("NFC", "NFD"):
        again = encode_reviews([normalize(form, text) for text in texts], TOKENIZER, LONGEST)
        assert again == (ids, num_cut)
    assert all((row[0], row[-1]) == (2, 3) and len(row) <= LONGEST for row in ids)


@pytest.mark.parametrize("text", ["재미있었어요", "값싼 닭볶음탕", "뷁", "Café déjà vu"])
def test_decomposed_text_is_the_same_text(text: str) -> None:
    forms = (text, normalize("NFD", text))
    assert forms[0] != forms[1]
    for form in forms:
        parts = attribute(form, "환불", MODEL, TOKENIZER)
        assert [part.piece for part in parts] == TOKENIZER.tokenize(text)
    assert predict(forms[0], MODEL, TOKENIZER) == predict(forms[1], MODEL, TOKENIZER)


# Long texts


LONG = {
    "one word": "가" * 100_000,
    "decomposed": normalize("NFD", "각" * 100_000),
    "emoji": "👨‍👩‍👧‍👦" * 30_000,
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


DOORS: dict[str, Callable[[list], object]] = {
    "predict": lambda texts: predict(texts, MODEL, TOKENIZER),
    "stream": lambda texts: list(predict_stream(iter(texts), MODEL, TOKENIZER)),
    "encoder": lambda texts: encode_reviews(texts, TOKENIZER, LONGEST),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize(
    ("odd", "error", "sentence"),
    [
        (f"하하 {HALF}", ValueError, "text 6, character 4: '\\ud83d' is half of a character"),
        (None, TypeError, 'text 6 is no text but None; give "" for an empty one.'),
        (float("nan"), TypeError, "text 6 is no text but nan;"),
        (b"bytes", TypeError, "text 6 is no text but b'bytes';"),
    ],
)
def test_what_is_no_text_is_refused_by_its_number(
    monkeypatch: pytest.MonkeyPatch,
    door: Callable[[list], object],
    odd: object,
    error: type[Exception],
    sentence: str,
) -> None:
    monkeypatch.setattr(inference, "CHUNK", 2)  # the number counts from the first text of all
    with pytest.raises(error) as caught:
        door(["좋아요"] * 5 + [odd] + ["별로예요"] * 5)
    assert str(caught.value).startswith(sentence)
