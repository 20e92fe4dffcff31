"""From texts to word piece ids; a whole corpus in little memory."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

import numpy as np
from transformers import PreTrainedTokenizerBase

from helpers.support.ragged import RaggedArray
from helpers.support.texts import composed

CHUNK = 10_000  # reviews tokenized in one call: the intermediate objects are large


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Let Python not look for garbage while many objects are made that all stay.

    Every few hundred of them, it would go through some of those that live, and from time to time
    through all, PyTorch's included: a quarter of the time that preparing NSMC takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def encode_reviews(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, max_seq_length: int
) -> tuple[list[list[int]], int]:
    """Turn reviews into word piece ids, [CLS] first and [SEP] last.

    Decomposed Hangul (NFD), as macOS writes it, gives the same ids as composed Hangul (NFC).

    Returns:
        one list of at most ``max_seq_length`` ids a review, and how many reviews had to be cut.
    Raises:
        ValueError, TypeError: a review has half of a character, or is no text; see ``composed``.
    """
    splitter = tokenizer.backend_tokenizer
    splitter.no_padding()
    splitter.enable_truncation(max_seq_length)
    encodings = splitter.encode_batch_fast(list(composed(texts)))
    num_cut = sum(bool(encoding.overflowing) for encoding in encodings)
    return [encoding.ids for encoding in encodings], num_cut


def encode_corpus(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, max_seq_length: int
) -> tuple[RaggedArray, int]:
    """As ``encode_reviews``, in portions of which only the bare numbers are kept.

    Raises:
        ValueError: the tokenizer pads with another id than ``data_collator``.
    """
    if tokenizer.pad_token_id != 0:
        raise ValueError(
            f"This tokenizer's [PAD] has the id {tokenizer.pad_token_id}, but data_collator pads "
            "with 0; load the tokenizer with BertTokenizer.from_pretrained and a BERT vocabulary."
        )
    kind = np.min_scalar_type(len(tokenizer))
    numbers: list[np.ndarray] = [np.empty(0, kind)]
    lengths: list[int] = []
    total_cut = 0
    for start in range(0, len(texts), CHUNK):
        rows, num_cut = encode_reviews(texts[start : start + CHUNK], tokenizer, max_seq_length)
        numbers.append(np.fromiter(chain.from_iterable(rows), dtype=kind))
        lengths.extend(map(len, rows))
        total_cut += num_cut
    return RaggedArray(np.concatenate(numbers), np.array(lengths, dtype=np.int64)), total_cut
