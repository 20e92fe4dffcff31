"""Raw reviews, their word pieces in flat arrays, and batches without padding to speak of."""

import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from transformers import BertTokenizer

from helpers.corpus import HEADER, read_nsmc
from helpers.encoding import encode_reviews, in_chunks

CHUNK = 50_000  # reviews that are sorted by length together
SHORTEST_TO_CUT = 8  # pieces, [CLS] and [SEP] among them, of a review that makes two segments


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
    most = tokenizer.model_max_length
    chunks = in_chunks(reviews, CHUNK)
    encoded = [ids for chunk in chunks for ids in encode_reviews(chunk, tokenizer, most)[0]]
    lengths = [len(ids) for ids in encoded]
    pieces = np.fromiter((i for ids in encoded for i in ids), dtype=np.uint16, count=sum(lengths))
    return TokenizedReviews(pieces, np.concatenate([[0], np.cumsum(lengths)]))


class Batch(NamedTuple):
    """Word pieces, 0-padded, and 1 for those of a second segment: both int64 of [rows, longest].

    ``same_review``, int64 of [rows], says of two segments whether they are of one review (1) or
    of two (0); of rows without a second segment it is None.
    """

    input_ids: torch.Tensor
    token_type_ids: torch.Tensor
    same_review: torch.Tensor | None = None


def groups(
    reviews: TokenizedReviews, tokens_per_batch: int, generator: np.random.Generator
) -> Iterator[list[np.ndarray]]:
    """Yield the reviews in lists of similar length, each review once, the lists in random order.

    Reviews are shuffled, sorted by length within large chunks and cut into lists of about
    ``tokens_per_batch`` tokens; nearly all of a list then has the same length.
    """
    lengths = reviews.lengths
    order = generator.permutation(len(reviews))
    positions: list[np.ndarray] = []
    for start in range(0, len(order), CHUNK):
        chunk = order[start : start + CHUNK]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        numbers = np.cumsum(lengths[chunk]) // tokens_per_batch
        positions.extend(np.split(chunk, np.flatnonzero(np.diff(numbers)) + 1))
    for place in generator.permutation(len(positions)):
        yield [reviews[index] for index in positions[place]]


def single(rows: list[np.ndarray]) -> Batch:
    """One review a row."""
    input_ids = pad(rows)
    return Batch(input_ids, torch.zeros_like(input_ids))


def joined(rows: list[np.ndarray], longest: int) -> Batch:
    """As many reviews in a row as fit: ``[CLS] … [SEP] … [SEP]``, for the late positions."""
    filled = [rows[0]]
    for row in rows[1:]:
        if len(filled[-1]) + len(row) - 1 <= longest:
            filled[-1] = np.concatenate([filled[-1], row[1:]])
        else:
            filled.append(row)
    return single(filled)


def pairs(rows: list[np.ndarray], longest: int, generator: np.random.Generator) -> Batch:
    """Beginning and end of a review; in half of the rows the end is another review's.

    The end begins up to a quarter of the review before the beginning ends. So a hidden piece may
    stand in the other segment, and comparing the two is worth learning.
    """
    cuts = [generator.integers(len(row) // 3, 2 * len(row) // 3) for row in rows]
    overlaps = [generator.integers(0, len(row) // 4 + 1) for row in rows]
    ends = [row[max(1, cut - o) :] for row, cut, o in zip(rows, cuts, overlaps, strict=True)]
    same_review = generator.integers(0, 2, len(rows))
    strangers = np.flatnonzero(same_review == 0)
    moved = dict(zip(strangers, np.roll(strangers, 1), strict=True))
    if len(strangers) == 1:
        same_review[strangers] = 1  # it would get its own end
    segments = []
    for place, (row, cut) in enumerate(zip(rows, cuts, strict=True)):
        first = np.append(row[:cut], row[-1])
        segments.append((first, ends[moved.get(place, place)][: longest - len(first)]))
    second = [np.repeat([0, 1], [len(first), len(end)]) for first, end in segments]
    input_ids = pad([np.concatenate(both) for both in segments])
    return Batch(input_ids, pad(second), torch.from_numpy(same_review))


def batches(
    reviews: TokenizedReviews, tokens_per_batch: int, generator: np.random.Generator
) -> Iterator[Batch]:
    """Yield batches of single reviews, each review once, in random order."""
    yield from map(single, groups(reviews, tokens_per_batch, generator))


def mixed_batches(
    reviews: TokenizedReviews,
    tokens_per_batch: int,
    pair_share: float,
    joined_share: float,
    longest: int,
    generator: np.random.Generator,
) -> Iterator[Batch]:
    """As ``batches``; in the given shares of them, pairs of segments and reviews in a row."""
    for rows in groups(reviews, tokens_per_batch, generator):
        dice = generator.random()
        if dice < pair_share and min(map(len, rows)) >= SHORTEST_TO_CUT:
            yield pairs(rows, longest, generator)
        elif pair_share <= dice < pair_share + joined_share:
            yield joined(rows, longest)
        else:
            yield single(rows)


def pad(rows: list[np.ndarray]) -> torch.Tensor:
    """Stack rows of numbers into one ``[rows, longest]`` tensor, padded with 0."""
    padded = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for row, ids in zip(padded, rows, strict=True):
        row[: len(ids)] = ids
    return torch.from_numpy(padded)
