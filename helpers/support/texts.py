"""Texts: what nobody sees in them, one form for each text, and what to do with empty ones."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from unicodedata import category, is_normalized, normalize

from tokenizers.normalizers import NFC

# Not unicodedata.normalize: 100,000 combining marks in disorder would take it ten seconds.
_COMPOSER = NFC()
# Spaces, controls, joiners, and what is drawn as a blank.
_UNSEEN = "\xad\u034f\u115f\u1160\u2800\u3164\uffa0" + "".join(
    c
    for c in map(chr, (*range(0xA1), *range(0x1680, 0xFF00)))
    if category(c) in ("Cc", "Cf", "Zl", "Zp", "Zs")
)
_NOT_IN_A_LOOK = dict.fromkeys(map(ord, _UNSEEN + "\ufe0e\ufe0f"))  # these choose how emoji look


def bare(text: str) -> str:
    """Return a text without what nobody sees at its ends.

    >>> bare("\\ufeff 긍정\\u200b\\u3164")
    '긍정'
    """
    return text.strip(_UNSEEN)


def look(text: str) -> str:
    """Return the same for texts that look alike: nothing unseen, one width and case.

    >>> look("Ｓｐａｍ 1") == look("sp\\u200bam1")
    True
    """
    return normalize("NFKC", text).translate(_NOT_IN_A_LOOK).casefold()


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

    A ValueError says which text, from 1, has half of a character; a TypeError, which is none.
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


def settle_empty(items: Sequence[Any], empty_documents: str, where: str) -> Sequence[Any]:
    """Keep, drop or refuse empty texts, and print how many there are.

    Args:
        items: anything with a ``text``; one in which nobody sees anything is empty, too.
        empty_documents: "keep", "drop" or "refuse".
        where: names the items in what is printed, and in the ValueError of a refusal.
    """
    full = [item for item in items if bare(item.text)]
    num_empty = len(items) - len(full)
    if not num_empty:
        return items
    empty = f"{where}: {num_empty:,} of {len(items):,} texts are empty"
    if empty_documents == "refuse" or not full:
        first = next(item for item in items if not bare(item.text))
        raise ValueError(
            f"{empty}, the first is {first}; write something there, or choose another value of "
            "empty_documents than 'refuse'."
            if full
            else f"{empty}, so there is nothing to learn; look into the file."
        )
    done = "kept" if empty_documents == "keep" else "dropped"
    print(f"{empty} and were {done} (empty_documents={empty_documents!r})")
    return items if empty_documents == "keep" else full
