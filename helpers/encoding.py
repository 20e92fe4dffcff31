"""Tokenizing a whole corpus once, in little memory, and keeping the result in a file."""

import gc
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerBase

from helpers.arguments import ClassificationTrainArguments
from helpers.support.ragged import RaggedArray, load_rows, save_rows
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
    input_ids: list[list[int]] = []
    num_cut = 0
    texts = list(composed(texts))
    for start in range(0, len(texts), CHUNK):
        encodings = splitter.encode_batch_fast(texts[start : start + CHUNK])
        input_ids.extend(encoding.ids for encoding in encodings)
        num_cut += sum(bool(encoding.overflowing) for encoding in encodings)
    return input_ids, num_cut


def load_or_encode(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, args: ClassificationTrainArguments
) -> tuple[RaggedArray, int]:
    """As ``encode_reviews``, from a cache file beside the corpus when there is one.

    The file's name is a fingerprint of the texts, the tokenizer and the length, so that a cache of
    other settings is never taken. A damaged file, and any with ``args.overwrite_cache``, is
    written anew.
    """
    if tokenizer.pad_token_id != 0:
        raise ValueError(
            f"This tokenizer's [PAD] has the id {tokenizer.pad_token_id}, but data_collator pads "
            "with 0; load the tokenizer with BertTokenizer.from_pretrained and a BERT vocabulary."
        )
    folder = Path(args.downstream_corpus_root_dir) / args.downstream_corpus_name
    path = folder / f"cached-{_fingerprint(texts, tokenizer, args.max_seq_length)}.npz"
    if path.is_file() and not args.overwrite_cache:
        try:
            return load_rows(path, len(texts), len(tokenizer), args.max_seq_length)
        except Exception:  # a damaged file can make numpy stumble in any way
            print(f"the cache {path.name} is damaged: the texts are tokenized anew")
    encoded = _encode_all(texts, tokenizer, args.max_seq_length)
    save_rows(path, *encoded)
    return encoded


def _fingerprint(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, max_seq_length: int
) -> str:
    description = json.loads(tokenizer.backend_tokenizer.to_str())
    del description["truncation"], description["padding"]  # left there by the last call
    digest = hashlib.sha256(json.dumps([description, max_seq_length]).encode())
    for text in composed(texts):
        digest.update(text.encode() + b"\n")
    return digest.hexdigest()[:16]


def _encode_all(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, max_seq_length: int
) -> tuple[RaggedArray, int]:
    """Encode in portions, of which only the bare numbers are kept."""
    kind = np.min_scalar_type(len(tokenizer))
    numbers: list[np.ndarray] = []
    lengths: list[int] = []
    total_cut = 0
    for start in range(0, len(texts), CHUNK):
        rows, num_cut = encode_reviews(texts[start : start + CHUNK], tokenizer, max_seq_length)
        numbers.append(np.fromiter(chain.from_iterable(rows), dtype=kind))
        lengths.extend(map(len, rows))
        total_cut += num_cut
    return RaggedArray(np.concatenate(numbers), np.array(lengths)), total_cut
