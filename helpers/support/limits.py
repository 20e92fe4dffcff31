"""What values a setting may have, and kinds of settings that more than one class has."""

import re
from dataclasses import dataclass, fields
from os.path import realpath
from typing import Annotated, Any


@dataclass(frozen=True)
class Limits:
    """What values a field may have: ``Annotated[int, Limits(at_least=1)]``."""

    at_least: float | None = None
    above: float | None = None
    below: float | None = None
    at_most: float | None = None
    matching: str | None = None  # a regular expression for the whole text
    words: str | None = None  # the same for people

    def allow(self, value: Any) -> bool:
        """Tell whether every limit that is set holds."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
            and (self.matching is None or re.fullmatch(self.matching, value) is not None)
        )

    def __str__(self) -> str:
        """Say the limits in words.

        >>> str(Limits(at_least=0, below=1))
        'at least 0 and below 1'
        """
        if self.words is not None:
            return self.words
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return " and ".join(
            f"{name.replace('_', ' ')} {limit}"
            for name, limit in named.items()
            if limit is not None
        )


A_FOLDER_NAME = Limits(matching=r"(?!\.\.?$)[^/\\\0]+", words="the name of one folder, not a path")
A_TABLE = Limits(
    matching=r"(?is).+\.(csv|tsv|jsonl)", words="a file name that ends in .csv, .tsv or .jsonl"
)
FolderName = Annotated[str, A_FOLDER_NAME]  # ".." or "a/b" would lead to another place
TableFile = Annotated[str, A_TABLE]
TableFileOrNone = Annotated[str | None, A_TABLE]


def check_differ(**values: str) -> None:
    """Raise ValueError when two settings have the same value.

    >>> check_differ(text_column="a", label_column="a")
    Traceback (most recent call last):
    ValueError: text_column and label_column must differ; both are 'a'.
    """
    (first, one), (second, other) = values.items()
    if one == other:
        raise ValueError(f"{first} and {second} must differ; both are {one!r}.")


def check_files_differ(**paths: str | None) -> None:
    """As ``check_differ``, for files, however their paths are written; None is no file."""
    check_differ(**{name: realpath(path) if path else "" for name, path in paths.items()})
