"""From texts to word piece ids; a whole corpus in little memory."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from transformers import PreTrainedTokenizerBase

from helpers.support.machine import without_garbage_collection
from helpers.support.texts import composed

MANY_UNKNOWN, MOST_UNKNOWN = 0.05, 0.5  # shares of word pieces; in NSMC, .005 are [UNK]
CHUNK = 10_000  # reviews tokenized in one call: the intermediate objects are large
Item = TypeVar("Item")


def encode_reviews(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, max_seq_length: int
) -> tuple[list[list[int]], int]:
    """Turn reviews into word piece ids, [CLS] first and [SEP] last.

    Decomposed Hangul (NFD), as macOS writes it, gives the same ids as composed Hangul (NFC).

    Returns:
        one list of at most ``max_seq_length`` ids a review, and how many reviews had to be cut.
    """
    encoded = tokenizer(list(composed(texts)), truncation=True, max_length=max_seq_length)
    num_cut = sum(bool(one.overflowing) for one in encoded.encodings)
    return encoded["input_ids"], num_cut


def in_chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Divide items into lists of ``size``; the last may be shorter.

    >>> list(in_chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk


@without_garbage_collection()
def encode_corpus(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, max_seq_length: int, part: str
) -> list[array]:
    """As ``encode_reviews``, in chunks of which only the bare numbers are kept, in 2 bytes each.

    What was cut is counted and printed, with the name of the ``part``.
    """
    if tokenizer.pad_token_id != 0:
        raise ValueError(
            f"This tokenizer's [PAD] has the id {tokenizer.pad_token_id}, but data_collator pads "
            "with 0; choose a model whose vocabulary begins with [PAD], as beomi/kcbert-base."
        )
    kind = "H" if len(tokenizer) <= 2**16 else "I"
    splitter = tokenizer.backend_tokenizer  # of what the tokenizer returns, ids alone are wanted
    splitter.no_padding()
    splitter.enable_truncation(max_seq_length)
    rows: list[array] = []
    total_cut = 0
    for chunk in in_chunks(composed(texts), CHUNK):
        encodings = splitter.encode_batch_fast(chunk)
        rows.extend(array(kind, one.ids) for one in encodings)
        total_cut += sum(bool(one.overflowing) for one in encodings)
    if total_cut:
        print(
            f"{part}: {total_cut:,} of {len(rows):,} reviews were longer than max_seq_length="
            f"{max_seq_length} word pieces and were cut"
        )
    check_known(rows, tokenizer, part)
    return rows


def check_known(rows: Sequence[array], tokenizer: PreTrainedTokenizerBase, part: str) -> None:
    """Say how many word pieces a model does not know, if many; ValueError: it knows hardly any."""
    pieces = sum(map(len, rows)) - 2 * len(rows)  # without [CLS] and [SEP]
    share = sum(row.count(tokenizer.unk_token_id) for row in rows) / max(1, pieces)
    if share < MANY_UNKNOWN:
        return
    found = f"{part}: {share:.0%} of the word pieces are [UNK]: this vocabulary lacks them"
    if share > MOST_UNKNOWN:
        raise ValueError(f"{found}. Choose a model that was pretrained on texts such as these.")
    print(f"{found}, and the model cannot tell one from another")
