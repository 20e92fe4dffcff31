"""Texts as Unicode sees them: files in UTF-8, halves of characters, and one form for each text."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from unicodedata import is_normalized

from tokenizers.normalizers import NFC

# Not unicodedata.normalize: 100,000 combining marks in disorder would take it ten seconds.
_COMPOSER = NFC()


def read_utf8(path: Path) -> str:
    """Return the text of a file, without its byte order mark if it has one.

    Raises:
        ValueError: the file is not UTF-8, or has a NUL; the message names file and line.
    """
    try:
        text = path.read_bytes().decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ValueError(f"{path}, line {line}: not UTF-8 text; save the file as UTF-8.") from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ValueError(
            f"{path}, line {line}: a NUL character, which no text has: the file is damaged, or "
            "something else than text; fetch it again, or save it as UTF-8."
        )
    return text


def half_character(text: str) -> int | None:
    """Return where a text has half of a character (a lone surrogate); None: it has none.

    >>> half_character("하하 \\ud83d")
    3
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def compose(text: str) -> str:
    """Return a text in Unicode's composed form (NFC): one character for each Hangul syllable.

    macOS, for one, writes decomposed (NFD) texts. They look the same, and must be read the same.

    >>> len("\\u1112\\u1161\\u11ab"), len(compose("\\u1112\\u1161\\u11ab"))
    (3, 1)
    """
    return next(composed([text]))


def composed(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts in their composed form, one by one.

    Raises:
        ValueError, TypeError: a text has half of a character, or is no text (None, a number); the
            message says which, counted from 1.
    """
    for number, text in enumerate(texts, start=1):
        try:
            text.encode()
        except (UnicodeEncodeError, AttributeError):
            raise _refusal(number, text) from None
        yield text if is_normalized("NFC", text) else _COMPOSER.normalize_str(text)


def _refusal(number: int, text: Any) -> Exception:
    if not isinstance(text, str):
        return TypeError(f'text {number} is no text but {text!r}; give "" for an empty one.')
    place = half_character(text)
    return ValueError(
        f"text {number}, character {place + 1}: {text[place]!r} is half of a character (a lone "
        "surrogate); delete it, or read the text again as UTF-8."
    )
