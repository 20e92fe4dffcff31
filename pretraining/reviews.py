"""Raw reviews, their word pieces in flat arrays, and batches without padding to speak of."""

import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import BertTokenizer

from helpers.corpus import HEADER, read_nsmc
from helpers.encoding import encode_reviews

CHUNK = 50_000  # reviews that are sorted by length together


def read_reviews(path: Path) -> list[str]:
    """Read one review a line, from plain text or ``.xz``, or the documents of a file of NSMC.

    Empty reviews are left out.
    """
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    if lines[0].split("\t") == HEADER:
        lines = [example.text.strip() for example in read_nsmc(path)]
    return [line for line in lines if line]


@dataclass(frozen=True)
class TokenizedReviews:
    """All word pieces end to end; review ``i`` is ``pieces[offsets[i]:offsets[i + 1]]``."""

    pieces: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> np.ndarray:
        return self.pieces[self.offsets[index] : self.offsets[index + 1]]

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)

    def split(self, held_out: int) -> tuple["TokenizedReviews", "TokenizedReviews"]:
        """Return all but the last ``held_out`` reviews, and those."""
        if len(self) <= held_out:
            raise ValueError(
                f"{len(self):,} reviews are too few: {held_out:,} are held out to measure the loss."
            )
        cut = len(self) - held_out
        start = self.offsets[cut]
        return (
            TokenizedReviews(self.pieces[:start], self.offsets[: cut + 1]),
            TokenizedReviews(self.pieces[start:], self.offsets[cut:] - start),
        )


def tokenize(reviews: Sequence[str], tokenizer: BertTokenizer) -> TokenizedReviews:
    """Encode as ``[CLS] … [SEP]``, just as fine-tuning will, so that positions mean the same."""
    encoded, _ = encode_reviews(reviews, tokenizer, tokenizer.model_max_length)
    lengths = [len(ids) for ids in encoded]
    pieces = np.fromiter((i for ids in encoded for i in ids), dtype=np.uint16, count=sum(lengths))
    return TokenizedReviews(pieces, np.concatenate([[0], np.cumsum(lengths)]))


def batches(
    reviews: TokenizedReviews, tokens_per_batch: int, generator: np.random.Generator
) -> Iterator[torch.Tensor]:
    """Yield ``[reviews, longest]`` id tensors, 0-padded, each review once, in random order.

    Reviews are shuffled, sorted by length within large chunks and cut into batches of about
    ``tokens_per_batch`` tokens; nearly all of a batch then has the same length.
    """
    lengths = reviews.lengths
    order = generator.permutation(len(reviews))
    groups: list[np.ndarray] = []
    for start in range(0, len(order), CHUNK):
        chunk = order[start : start + CHUNK]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        batch_numbers = np.cumsum(lengths[chunk]) // tokens_per_batch
        groups.extend(np.split(chunk, np.flatnonzero(np.diff(batch_numbers)) + 1))
    for position in generator.permutation(len(groups)):
        yield pad([reviews[index] for index in groups[position]])


def pad(rows: list[np.ndarray]) -> torch.Tensor:
    """Stack rows of word piece ids into one ``[rows, longest]`` tensor, padded with 0."""
    padded = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for row, ids in zip(padded, rows, strict=True):
        row[: len(ids)] = ids
    return torch.from_numpy(padded)
