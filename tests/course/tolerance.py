"""A pytest plugin: text that follows from weights trained in the notebook is compared by number.

On another processor, such weights differ in their last digits, and now and then an answer tips
over. In cells tagged ``trained``, nbval's comparison therefore allows each number a tolerance;
every other character, and every other cell, is compared exactly. What the tolerances rest on:
``python -m tools.elsewhere measure``.
"""

import re
from typing import Any

from nbformat import NotebookNode
from nbval.plugin import IPyNbCell

NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?(?:%| of (?=\d))?")
# One answer of lesson 10's 60 is a share of .017, and tips a rounded one by .02 at most.
TOLERANCES = {"share": 0.02, "percent": 2.0, "right answers": 1.0, "number": 0.0}
LAST_DIGITS = 20  # units of the last digit printed, where that is less


def kind_of(number: str) -> str:
    """Return which tolerance applies to a number as it is printed."""
    if number.endswith("%"):
        return "percent"
    if number.endswith(" of "):
        return "right answers"
    return "share" if "." in number else "number"


def value_of(number: str) -> float:
    return float(number.removesuffix(" of ").rstrip("%").replace(",", ""))


def tolerance_of(number: str) -> float:
    """Return by how much a number may differ, for its kind and the digits that are printed.

    >>> tolerance_of("0.81"), tolerance_of("0.69712"), tolerance_of("12.8"), tolerance_of("152")
    (0.02, 0.0002, 0.5, 0.0)
    """
    kind = kind_of(number)
    if kind != "share":
        return TOLERANCES[kind]
    decimals = len(number.partition(".")[2])
    return 0.5 if decimals == 1 else min(TOLERANCES[kind], LAST_DIGITS * 10.0**-decimals)


def agree(one: str, other: str) -> bool:
    """Tell whether two printed texts are the same but for numbers within their tolerances."""
    if words_of(one) != words_of(other):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return all(
        kind_of(a) == kind_of(b) and abs(value_of(a) - value_of(b)) <= tolerance_of(a) + 1e-9
        for a, b in pairs
    )


def words_of(text: str) -> str:
    """Return a text without its numbers. They may be longer, so several blanks count as one."""
    return re.sub(r" +", " ", NUMBER.sub("#", text))


def text_of(output: NotebookNode) -> tuple[dict[str, Any], str] | None:
    """Return the place of an output's text, if it has one."""
    if output.output_type == "stream":
        return output, "text"
    return (output.data, "text/plain") if "text/plain" in output.get("data", {}) else None


compare_exactly = IPyNbCell.compare_outputs


def compare(
    self: IPyNbCell, test: list[NotebookNode], ref: list[NotebookNode], skip_compare: Any = None
) -> bool:
    """Compare as nbval does; in a trained cell, the stored text stands for one that agrees."""
    if "trained" in self.cell.metadata.get("tags", []):
        for ours, theirs in zip(map(text_of, test), map(text_of, ref), strict=False):
            if ours and theirs and agree(ours[0][ours[1]], theirs[0][theirs[1]]):
                ours[0][ours[1]] = theirs[0][theirs[1]]
    return compare_exactly(self, test, ref, skip_compare)


IPyNbCell.compare_outputs = compare
