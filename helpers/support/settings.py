"""Settings that know their allowed values, from Python, a JSON file or a command line."""

import json
import math
import re
import types
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from os.path import realpath
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self, get_args, get_origin, get_type_hints


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
        named = {one.name.replace("_", " "): getattr(self, one.name) for one in fields(self)}
        return " and ".join(f"{name} {limit}" for name, limit in named.items() if limit is not None)


def setting(default: Any, help: str) -> Any:
    """Declare a field with its default and one sentence that ``--help`` shows."""
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """Base of dataclasses whose fields are checked, by type and ``Limits``, when they are made.

    A ValueError names the field, the value and what is allowed; a TypeError, in the place of
    Python's own, a setting that there is not.
    """

    def __new__(cls, *values: Any, **named: Any) -> Self:
        """Look at the names before the dataclass does, whose error names no other setting."""
        for name in named:
            if fault := unknown(name, cls):
                raise TypeError(fault)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self), include_extras=True).items():
            kind, limits = get_args(hint) if get_origin(hint) is Annotated else (hint, Limits())
            value = getattr(self, name)
            if isinstance(value, Path) and kind in (str, str | None):
                value = str(value)
                object.__setattr__(self, name, value)
            _check_type(name, value, kind)
            if value is not None:
                _check_limits(name, value, limits)

    @classmethod
    def from_json(cls, path: str | Path) -> Self:
        """Read the settings from a JSON file of the form ``{"batch_size": 64, …}``.

        A ValueError names the file and the setting that is unknown or wrong.
        """
        values = read_object(path)
        try:
            return cls(**values)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from error

    @classmethod
    def from_command_line(cls, words: Sequence[str] | None = None) -> Self:
        """Read the settings from words such as ``--batch_size 64``; None: those of this process."""
        return parsed(command_line(cls), words)


def unknown(name: str, kind: type[Settings]) -> str | None:
    """Say that there is no such setting, and which may be meant; None: there is."""
    known = [one.name for one in fields(kind)]
    if name in known:
        return None
    near = get_close_matches(name.replace("-", "_").lower(), known, n=1)
    meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
    return f"No setting is called {name!r}; {meant}"


def _check_type(name: str, value: Any, hint: Any) -> None:
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            choices = ", ".join(map(repr, get_args(hint)))
            raise ValueError(f"{name} must be one of {choices}; it is {value!r}.")
        return
    accepted = get_args(hint) if get_origin(hint) is types.UnionType else (hint,)
    # bool is a kind of int in Python, but batch_size=True is a slip; 1 for 1.0 is not.
    if type(value) in accepted or (type(value) is int and float in accepted):
        return
    wanted = " or ".join("None" if kind is types.NoneType else kind.__name__ for kind in accepted)
    raise ValueError(f"{name} must be of type {wanted}; it is {value!r} ({type(value).__name__}).")


def _check_limits(name: str, value: Any, limits: Limits) -> None:
    if isinstance(value, str) and not value.strip():
        raise ValueError(f"{name} is an empty text; give a value or leave the argument out.")
    if isinstance(value, str) and not _may_name_a_file(value):
        raise ValueError(f"{name} must be whole characters without NUL; it is {value!r}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number; it is {value!r}.")
    if not limits.allow(value):
        raise ValueError(f"{name} must be {limits}; it is {value!r}.")


def _may_name_a_file(text: str) -> bool:
    """Tell whether a text has neither NUL nor halves of surrogate pairs, which no path may have."""
    return "\0" not in text and text.encode(errors="ignore").decode() == text


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


def read_object(path: str | Path) -> dict[str, Any]:
    """Read a JSON file that holds one object; else a ValueError names the file and the line."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        content = json.loads(text, object_pairs_hook=_without_repetition)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} is not there; check the name and the folder.") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text; save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}, line {error.lineno}: not valid JSON: {error.msg}.") from error
    except RecursionError as error:
        raise ValueError(f"{path}: too many brackets inside each other.") from error
    except _RepetitionError as error:
        raise ValueError(f"{path}: {error.args[0]!r} is there twice; delete one.") from error
    if not isinstance(content, dict):
        raise ValueError(
            f'{path}: must be an object such as {{"name": 1}}; it is a {type(content).__name__}.'
        )
    return content


class _RepetitionError(Exception):
    """A name that an object has more than once, of which json would keep the last in silence."""


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise _RepetitionError(name)
        values[name] = value
    return values


def command_line(kind: type[Settings], description: str | None = None) -> ArgumentParser:
    """Return a parser of a kind of settings, which raises ValueError instead of ending all."""
    from transformers import HfArgumentParser  # heavy

    def refuse(message: str) -> NoReturn:
        raise ValueError(f"{message.rstrip('.')}.")

    parser = HfArgumentParser(kind, description=description, allow_abbrev=False)
    parser.error = refuse
    return parser


def parsed(parser: ArgumentParser, words: Sequence[str] | None = None) -> Any:
    """Let a ``command_line`` read the settings from words; None: those of this process."""
    settings, *_, rest = parser.parse_args_into_dataclasses(
        words, return_remaining_strings=True, look_for_args_file=False
    )
    if rest:
        name = rest[0].partition("=")[0]
        fault = unknown(name.lstrip("-"), type(settings)) if name.startswith("--") else None
        raise ValueError(f"{fault or f'{name!r} belongs to no setting.'} --help lists all.")
    return settings
