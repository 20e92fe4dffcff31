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


def read_rows(name: str) -> list[tuple[str, str]]:
    with (SHOP_QUESTIONS / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == ["문의", "분류"]
    return [(text, label) for text, label in rows]


def all_rows() -> list[tuple[str, str]]:
    return [row for name in SIZES for row in read_rows(name)]


def datasheet() -> str:
    return " ".join((SHOP_QUESTIONS / "README.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("name", SIZES)
def test_the_classes_are_balanced_and_shuffled(name: str) -> None:
    labels = [label for _, label in read_rows(name)]
    assert len(labels) == SIZES[name]
    assert Counter(labels) == dict.fromkeys(PLAIN_WORDS, SIZES[name] // 3)
    assert labels != sorted(labels)
    each = " | ".join([str(SIZES[name] // 3)] * 3)
    assert f"| `{name}` | {SIZES[name]} | {each} |" in datasheet()


@pytest.mark.parametrize("name", SIZES)
def test_the_bytes_are_plain_and_quotes_stand_only_where_they_must(name: str) -> None:
    raw = (SHOP_QUESTIONS / name).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    lines = raw.decode().splitlines()[1:]
    for line, (text, label) in zip(lines, read_rows(name), strict=True):
        field = '"' + text.replace('"', '""') + '"' if re.search('[,"]', text) else text
        assert line == f"{field},{label}"


def test_commas_and_quotation_marks_are_as_many_as_the_datasheet_says() -> None:
    texts = [text for text, _ in all_rows()]
    commas, marks = (sum(sign in text for text in texts) for sign in ',"')
    assert f"{commas} texts hold a comma, {marks} a quotation mark" in datasheet()


def test_lengths_are_as_the_datasheet_says() -> None:
    texts = [text for text, _ in all_rows()]
    assert all(text == text.strip() for text in texts)
    lengths = [len(text) for text in texts]
    assert min(lengths) >= 10
    assert max(lengths) <= 80
    said = f"{min(lengths)} to {max(lengths)} characters, median {median(lengths):g}."
    assert said in datasheet()


def test_a_word_is_not_enough_as_the_datasheet_says() -> None:
    kinds: Counter[str] = Counter()
    for text, label in all_rows():
        hit = {name for name, words in PLAIN_WORDS.items() if any(word in text for word in words)}
        kinds["none" if not hit else "own" if hit == {label} else "other"] += 1
    assert (
        f"{kinds['own']} rows hold words of their own class only, "
        f"{kinds['other']} hold a word of another class, {kinds['none']} hold none."
    ) in datasheet()


def test_the_datasheet_quotes_a_row_and_its_class() -> None:
    assert ("착불 택배비를 미리 카드로 낼 수는 없나요?", "결제") in all_rows()


def test_no_row_stands_twice_in_or_across_the_files() -> None:
    texts = [text for text, _ in all_rows()]
    assert len(set(texts)) == len(texts) == 330


def test_there_are_no_near_duplicates() -> None:
    texts = [text for text, _ in all_rows()]
    trigrams = [{text[i : i + 3] for i in range(len(text) - 2)} for text in texts]
    for (one, ours), (other, theirs) in combinations(zip(texts, trigrams, strict=True), 2):
        assert len(ours & theirs) <= 0.8 * len(ours | theirs), (one, other)


def test_no_phone_number_or_mail_address() -> None:
    for text, _ in all_rows():
        assert not re.search(r"\d{4}|@|www|http", text), text


@pytest.mark.skipif(not NSMC.is_dir(), reason="needs the public reviews in ../shared")
def test_the_questions_are_our_own() -> None:
    public = {e.text.strip() for name in FILES for e in read_nsmc(NSMC / name)}
    with lzma.open(NSMC / "unlabelled.txt.xz", "rt", encoding="utf-8") as lines:
        public.update(line.strip() for line in lines)
    assert not public.intersection(text for text, _ in all_rows())
