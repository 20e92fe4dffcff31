"""The bundled corpus: its texts are our own."""

import lzma

import pytest

from helpers.corpus import FILES, read_nsmc
from tests.conftest import MINI_REVIEWS, NSMC


def bundled_texts() -> list[str]:
    return [e.text for name in FILES for e in read_nsmc(MINI_REVIEWS / name) if e.text]


@pytest.mark.skipif(not NSMC.is_dir(), reason="needs the public reviews in ../shared")
def test_the_texts_are_our_own() -> None:
    public = {e.text.strip() for name in FILES for e in read_nsmc(NSMC / name)}
    with lzma.open(NSMC / "unlabelled.txt.xz", "rt", encoding="utf-8") as lines:
        public.update(line.strip() for line in lines)
    assert not public.intersection(bundled_texts())
