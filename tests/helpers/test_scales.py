"""The bundled corpus: its texts are different ones, and our own."""

import lzma
from itertools import combinations

import pytest

from helpers.corpus import FILES, read_nsmc
from tests.conftest import MINI_REVIEWS, NSMC


def bundled_texts() -> list[str]:
    return [e.text for name in FILES for e in read_nsmc(MINI_REVIEWS / name) if e.text]


def test_there_are_no_near_duplicates() -> None:
    texts = bundled_texts()
    assert len(texts) == 1_996
    trigrams = [{text[i : i + 3] for i in range(max(1, len(text) - 2))} for text in texts]
    for (one, ours), (other, theirs) in combinations(zip(texts, trigrams, strict=True), 2):
        assert len(ours & theirs) <= 0.8 * len(ours | theirs), (one, other)


@pytest.mark.skipif(not NSMC.is_dir(), reason="needs the public reviews in ../shared")
def test_the_texts_are_our_own() -> None:
    public = {e.text.strip() for name in FILES for e in read_nsmc(NSMC / name)}
    with lzma.open(NSMC / "unlabelled.txt.xz", "rt", encoding="utf-8") as lines:
        public.update(line.strip() for line in lines)
    assert not public.intersection(bundled_texts())
