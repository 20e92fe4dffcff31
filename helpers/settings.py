"""Settings that know their allowed values: the checking behind ``ClassificationTrainArguments``."""

import math
import types
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin, get_type_hints

from helpers.scales import settings_of_scale
from helpers.support.command_line import refusing_in_a_sentence
from helpers.support.json_files import read_object
from helpers.support.limits import Limits


def setting(default: Any, help: str) -> Any:
    """Declare a field with its default and one sentence that ``--help`` shows."""
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """Base of dataclasses whose fields are checked, by type and ``Limits``, when they are made.

    Raises:
        ValueError: a value has the wrong type or breaks a limit; the message names the field, the
            value and what is allowed.
    """

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
    def for_scale(cls, scale: str, **changes: Any) -> Self:
        """Return the settings of a scale, "mini" or "full", with ``changes`` laid over them."""
        return cls(**(settings_of_scale(scale) | changes))

    @classmethod
    def from_json(cls, path: str | Path) -> Self:
        """Read the settings from a JSON file of the form ``{"batch_size": 64, …}``.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: a setting is unknown or wrong; the message names file, field and value.
        """
        values = read_object(path)
        known = [one.name for one in fields(cls)]
        for name in values:
            if name not in known:
                raise ValueError(f"{path}: no setting is called {name!r}; use {', '.join(known)}.")
        try:
            return cls(**values)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    @classmethod
    def from_command_line(cls, words: Sequence[str] | None = None) -> Self:
        """Read the settings from words such as ``--batch_size 64``; None: those of this process.

        Raises:
            ValueError: a setting is unknown or wrong; the message names it and what is allowed.
        """
        from transformers import HfArgumentParser

        parser = refusing_in_a_sentence(HfArgumentParser(cls, allow_abbrev=False))
        return parser.parse_args_into_dataclasses(words, look_for_args_file=False)[0]


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
