"""The bundled questions to an online shop, and what their datasheet says about them."""

import csv
import lzma
import re
from collections import Counter
from itertools import combinations
from statistics import median

import pytest

from helpers.corpus import FILES, read_nsmc
from tests.conftest import ASSETS, NSMC

SHOP_QUESTIONS = ASSETS / "shop_questions"
SIZES = {"train.csv": 270, "test.csv": 60}
PLAIN_WORDS = {
    "배송": ("배송", "택배", "송장"),
    "교환환불": ("교환", "환불", "반품"),
    "결제": ("결제", "카드", "입금", "쿠폰"),
}
DATASHEET = " ".join((SHOP_QUESTIONS / "README.md").read_text(encoding="utf-8").split())


def read_rows(name: str) -> list[tuple[str, str]]:
    with (SHOP_QUESTIONS / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == ["문의", "분류"]
    return [(text, label) for text, label in rows]


ROWS = [row for name in SIZES for row in read_rows(name)]
TEXTS = [text for text, _ in ROWS]


@pytest.mark.parametrize("name", SIZES)
def test_the_classes_are_balanced_and_shuffled(name: str) -> None:
    labels, size = [label for _, label in read_rows(name)], SIZES[name]
    assert Counter(labels) == dict.fromkeys(PLAIN_WORDS, size // 3)
    assert labels != sorted(labels)
    assert f"| `{name}` | {size} | {size // 3} | {size // 3} | {size // 3} |" in DATASHEET


def test_the_counts_of_the_datasheet_are_true() -> None:
    commas, marks = (sum(sign in text for text in TEXTS) for sign in ',"')
    assert f"{commas} texts hold a comma, {marks} a quotation mark" in DATASHEET
    lengths = sorted(map(len, TEXTS))
    said = f"{lengths[0]} to {lengths[-1]} characters, median {median(lengths):g}."
    assert said in DATASHEET
    kinds: Counter[str] = Counter()
    for text, label in ROWS:
        hit = {name for name, words in PLAIN_WORDS.items() if any(word in text for word in words)}
        kinds["none" if not hit else "own" if hit == {label} else "other"] += 1
    assert (
        f"{kinds['own']} rows hold words of their own class only, "
        f"{kinds['other']} hold a word of another class, {kinds['none']} hold none."
    ) in DATASHEET
    assert ("착불 택배비를 미리 카드로 낼 수는 없나요?", "결제") in ROWS  # it is quoted


def test_there_are_no_duplicates_nor_near_ones() -> None:
    trigrams = [(text, {text[i : i + 3] for i in range(len(text) - 2)}) for text in TEXTS]
    for (one, ours), (other, theirs) in combinations(trigrams, 2):
        assert len(ours & theirs) <= 0.8 * len(ours | theirs), (one, other)


def test_texts_are_stripped_and_have_no_phone_number_or_address() -> None:
    for text in TEXTS:
        assert text == text.strip() and not re.search(r"\d{4}|@|www|http", text), text


@pytest.mark.skipif(not NSMC.is_dir(), reason="needs the public reviews in ../shared")
def test_the_questions_are_our_own() -> None:
    public = {e.text.strip() for name in FILES for e in read_nsmc(NSMC / name)}
    with lzma.open(NSMC / "unlabelled.txt.xz", "rt", encoding="utf-8") as lines:
        public.update(line.strip() for line in lines)
    assert not public.intersection(TEXTS)
