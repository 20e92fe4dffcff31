"""A WordPiece vocabulary, learned from raw reviews and saved as a tokenizer directory."""

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import BertWordPieceTokenizer

VOCABULARY_SIZE = 8_000
# Every kept character costs two entries, "가" and "##가". 1,800 characters leave 0.08 % of the
# pieces of these reviews unknown; 1,200 would leave 0.57 %.
ALPHABET_SIZE = 1_800
MAX_POSITIONS = 128


def train_vocabulary(reviews: Iterable[str], size: int = VOCABULARY_SIZE) -> list[str]:
    """Return at most ``size`` word pieces in the order of their ids, special tokens first."""
    trainer = BertWordPieceTokenizer(lowercase=False, strip_accents=False)
    trainer.train_from_iterator(
        reviews, vocab_size=size, limit_alphabet=ALPHABET_SIZE, show_progress=False
    )
    vocabulary = trainer.get_vocab()
    return sorted(vocabulary, key=vocabulary.__getitem__)


def save_tokenizer(pieces: list[str], directory: Path) -> None:
    """Write ``vocab.txt`` and a ``tokenizer_config.json`` which says that case is kept.

    Without the second file transformers lowercases, and lowercasing takes Hangul apart.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    settings = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": False,
        "model_max_length": MAX_POSITIONS,
    }
    (directory / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
