"""Tokenizing a whole corpus once, and keeping the result in a file."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerBase

from helpers.arguments import ClassificationTrainArguments

CHUNK = 10_000  # reviews tokenized in one call: the intermediate objects are large


def encode_reviews(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, max_seq_length: int
) -> tuple[list[list[int]], int]:
    """Turn reviews into word piece ids, [CLS] first and [SEP] last.

    Returns:
        one list of at most ``max_seq_length`` ids a review, and how many reviews had to be cut.
    """
    input_ids: list[list[int]] = []
    num_cut = 0
    for start in range(0, len(texts), CHUNK):
        chunk = list(texts[start : start + CHUNK])
        encoded = tokenizer(chunk, truncation=True, max_length=max_seq_length)
        input_ids.extend(encoded["input_ids"])
        num_cut += sum(bool(encoding.overflowing) for encoding in encoded.encodings)
    return input_ids, num_cut


def load_or_encode(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, args: ClassificationTrainArguments
) -> tuple[list[list[int]], int]:
    """As ``encode_reviews``, from a cache file beside the corpus when there is one.

    The file's name is a fingerprint of the texts, the tokenizer and the length, so that a cache of
    other settings is never taken. ``args.overwrite_cache`` tokenizes anew all the same.
    """
    if tokenizer.pad_token_id != 0:
        raise ValueError(
            f"This tokenizer's [PAD] has the id {tokenizer.pad_token_id}, but data_collator pads "
            "with 0; load the tokenizer with BertTokenizer.from_pretrained and a BERT vocabulary."
        )
    folder = Path(args.downstream_corpus_root_dir) / args.downstream_corpus_name
    path = folder / f"cached-{_fingerprint(texts, tokenizer, args.max_seq_length)}.npz"
    if path.is_file() and not args.overwrite_cache:
        return _load(path)
    encoded = encode_reviews(texts, tokenizer, args.max_seq_length)
    _save(path, *encoded)
    return encoded


def _fingerprint(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, max_seq_length: int
) -> str:
    description = json.loads(tokenizer.backend_tokenizer.to_str())
    del description["truncation"], description["padding"]  # left there by the last call
    digest = hashlib.sha256(json.dumps([description, max_seq_length]).encode())
    for text in texts:
        digest.update(text.encode() + b"\n")
    return digest.hexdigest()[:16]


def _save(path: Path, input_ids: list[list[int]], num_cut: int) -> None:
    """Write all ids end to end, under another name until the file is whole."""
    largest = max(max(ids) for ids in input_ids)
    kind = np.min_scalar_type(largest)
    pieces = np.concatenate([np.array(ids, dtype=kind) for ids in input_ids])
    ends = np.cumsum([len(ids) for ids in input_ids])
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
    with unfinished.open("wb") as file:
        np.savez(file, pieces=pieces, ends=ends, num_cut=num_cut)
    unfinished.replace(path)


def _load(path: Path) -> tuple[list[list[int]], int]:
    with np.load(path, allow_pickle=False) as arrays:
        parts = np.split(arrays["pieces"], arrays["ends"][:-1])
        return [part.tolist() for part in parts], int(arrays["num_cut"])
