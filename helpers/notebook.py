"""What the lessons use in a notebook: check cells of the exercises, and Hangul in figures."""

import io
import reprlib
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import matplotlib
import numpy as np
from matplotlib import font_manager

from helpers.scales import ASSETS

KOREAN_FONT = ASSETS / "fonts" / "NanumGothic.ttf"


def check(answer: Any, is_right: Callable[[Any], bool], right: str, hint: str) -> None:
    """Say whether an exercise's answer is right, and if not, what to look at.

    Args:
        answer: what the learner wrote; ``...`` means that nothing was written yet.
        is_right: judges the answer; an exception in it counts as "not right", and what it prints
            is not shown: a function that prints and returns nothing may be called many times.
        right: what a right answer shows.
        hint: where to look when it is wrong.

    >>> check(..., lambda answer: answer == 4, right="Two pairs.", hint="Count again.")
    ✏️ Not answered yet: replace the ... in the cell above.
    >>> check(5, lambda answer: answer == 4, right="Two pairs.", hint="Count again.")
    ❌ Not yet: Count again. Your answer: 5
    >>> check(4, lambda answer: answer == 4, right="Two pairs.", hint="Count again.")
    ✅ Right! Two pairs.
    """
    if answer is ...:
        print("✏️ Not answered yet: replace the ... in the cell above.")
        return
    try:
        with redirect_stdout(io.StringIO()):  # what an answer prints while it is judged
            judged_right = bool(is_right(answer))
    except Exception as error:
        hint = f"{hint} (The check stopped with {type(error).__name__}: {error})"
        judged_right = False
    yours = "" if callable(answer) else f" Your answer: {reprlib.repr(answer)}"
    print(f"✅ Right! {right}" if judged_right else f"❌ Not yet: {hint}{yours}")


def same_numbers(answer: Any, right: Any) -> bool:
    """Say whether an answer is the right number, or has the right numbers in the right places.

    They have to agree to three decimals. It does not matter whether the numbers come as a list, a
    tuple, an array or a tensor; but a text is no number, and ``True`` is none either.

    >>> same_numbers(np.array([0.119, 0.881]), [0.11920, 0.88080])
    True
    >>> same_numbers([0.12, 0.88], [0.11920, 0.88080]), same_numbers("135", 135)
    (False, False)
    """
    try:
        theirs, ours = np.asarray(answer), np.asarray(right)
    except ValueError:  # lists of different lengths in a list
        return False
    if theirs.shape != ours.shape or not np.issubdtype(theirs.dtype, np.number):
        return False
    return np.allclose(theirs, ours, rtol=0, atol=0.00051)  # 0.0005, and what floats add


def use_korean_font() -> None:
    """Draw all text of the figures that follow in NanumGothic, which has every Hangul syllable.

    matplotlib's own font has no Hangul and draws empty boxes. NanumGothic has no U+2212, the long
    minus sign, so axes use the hyphen.
    """
    font_manager.fontManager.addfont(KOREAN_FONT)
    matplotlib.rcParams["font.family"] = "NanumGothic"
    matplotlib.rcParams["axes.unicode_minus"] = False
