"""Lesson 4: a share, a baseline, and a rule."""

from tests.course.exercises import Answers, each

ASKING = """
asking = [e for e in train if "?" in e.text]
share = fmean(e.label == 0 for e in asking)
share_negative = …
"""

LOPSIDED = """
negative = [example for example in train if example.label == 0]
positive = [example for example in train if example.label == 1]
lopsided = negative + positive[: len(negative) // 19]
_, held_out = split_validation(lopsided, 0.15)
share = share_right(lambda text: 0, held_out)
lopsided_baseline = …
"""
BASELINE = LOPSIDED.replace("…", "share")

GUESS = """
complaints = ("지루", "노잼", "아깝", "실망", "별로", "비추", "유치", "최악")
def guess(text):
    bad = any(word in text for word in complaints)
    …
"""

ANSWERS = [
    Answers(
        right=(
            *each(ASKING, "share", "round(share, 3)"),
            "import numpy as np\n"
            "share_negative = 1 - np.mean([e.label for e in train if '?' in e.text])",
        ),
        wrong=(
            *each(ASKING, "1 - share", "round(share, 2)", "len(asking) / len(train)"),
            *each(ASKING.replace("…", "share"), "in val", "in [*train, *val]", at="in train"),
            *each(ASKING.replace("…", "share"), 'e.text.endswith("?")', at='"?" in e.text'),
        ),
    ),
    Answers(
        right=(
            *each(LOPSIDED, "share", "round(share, 3)"),
            *each(LOPSIDED, "Counter(e.label for e in held_out)[0] / len(held_out)"),
            BASELINE.replace("held_out", "lopsided"),  # the part takes the name of the whole
        ),
        wrong=(
            *each(LOPSIDED, "19 / 20", "1 - share", "share_right(lambda text: 0, lopsided)"),
            *each(BASELINE, "held_out, _", at="_, held_out"),
        ),
    ),
    Answers(
        right=(
            *each(GUESS, "return 0 if bad else 1", "print(text)\n    return float(not bad)"),
            # a count of words, learned from all of train
            "leaning = Counter()\n"
            "for e in train:\n    for word in e.text.split():\n"
            "        leaning[word] += 2 * e.label - 1\n"
            "guess = lambda text: int(sum(leaning[word] for word in text.split()) > 0)",
        ),
        wrong=(
            *each(
                GUESS,
                "return 1 if bad else 0",
                "if bad:\n        return 0",
            ),
            *each(
                "guess = lambda text: …",
                "majority",
                "0 if '노잼' or '왜' in text else 1",
            ),
            # by heart
            "labels = {e.text: e.label for e in train}\nguess = lambda text: labels.get(text, 1)",
        ),
    ),
]
