"""Lists of different lengths in little memory, and the file that they are kept in."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np


class RaggedArray(Sequence[list[int]]):
    """Lists of different lengths, end to end in one array: 2 bytes a number instead of 36.

    >>> rows = RaggedArray(np.array([2, 9, 3, 2, 3]), lengths=np.array([3, 2]))
    >>> rows[0], rows[1], len(rows)
    ([2, 9, 3], [2, 3], 2)
    """

    def __init__(self, numbers: np.ndarray, lengths: np.ndarray) -> None:
        self.numbers, self.lengths = numbers, lengths
        self.ends = np.cumsum(lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, index: int) -> list[int]:
        end = self.ends[index]
        return self.numbers[end - self.lengths[index] : end].tolist()


def save_rows(path: Path, rows: RaggedArray, num_cut: int) -> None:
    """Write the arrays, under another name until the file is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Under a name of its own: several processes may tokenize the same texts at the same time.
    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
    lengths = rows.lengths.astype(np.uint16)
    with unfinished.open("wb") as file:
        np.savez(file, numbers=rows.numbers, lengths=lengths, num_cut=num_cut)
    unfinished.replace(path)


def load_rows(
    path: Path, num_texts: int, vocab_size: int, max_seq_length: int
) -> tuple[RaggedArray, int]:
    """Read the arrays, without running code that may be in them, and check that they fit."""
    with np.load(path, allow_pickle=False) as arrays:
        numbers, lengths = arrays["numbers"], arrays["lengths"].astype(np.int64)
        num_cut = int(arrays["num_cut"])
    whole = (
        (numbers.ndim, numbers.dtype.kind in "iu") == (1, True)
        and lengths.shape == (num_texts,)
        and lengths.sum() == len(numbers)
        and 0 <= num_cut <= num_texts
        and (num_texts == 0 or 0 < lengths.min() <= lengths.max() <= max_seq_length)
        and (num_texts == 0 or 0 <= numbers.min() <= numbers.max() < vocab_size)
    )
    if not whole:
        raise ValueError(f"{path} does not fit the texts.")
    return RaggedArray(numbers, lengths), num_cut
