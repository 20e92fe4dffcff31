"""JSON files that hold one object: settings of a run, or a model's ``config.json``."""

import json
from pathlib import Path
from typing import Any


def read_object(path: str | Path) -> dict[str, Any]:
    """Read a JSON file whose content is one object with a value for each name.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file holds something else; the message names it and, where it can, the line.
    """
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
