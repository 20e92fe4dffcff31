"""The check cells of the exercises."""

import reprlib
from collections.abc import Callable
from typing import Any


def check(answer: Any, is_right: Callable[[Any], bool], right: str, hint: str) -> None:
    """Say whether an exercise's answer is right, and if not, what to look at.

    Args:
        answer: what the learner wrote; ``...`` means that nothing was written yet.
        is_right: judges the answer; an exception in it counts as "not right".
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
        judged_right = bool(is_right(answer))
    except Exception as error:
        hint = f"{hint} (The check stopped with {type(error).__name__}: {error})"
        judged_right = False
    yours = "" if callable(answer) else f" Your answer: {reprlib.repr(answer)}"
    print(f"✅ Right! {right}" if judged_right else f"❌ Not yet: {hint}{yours}")
