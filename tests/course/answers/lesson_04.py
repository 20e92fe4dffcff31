"""Lesson 4: a share, a baseline, and a rule."""

from tests.course.exercises import Answers

_ASKING = (
    'asking = [e for e in train if "?" in e.text]\nshare = fmean(e.label == 0 for e in asking)\n'
)

_LOPSIDED = (
    "negative = [example for example in train if example.label == 0]\n"
    "positive = [example for example in train if example.label == 1]\n"
    "lopsided = negative + positive[: len(negative) // 19]\n"
)
_HELD_OUT = _LOPSIDED + "_, held_out = split_validation(lopsided, 0.15)\n"
_SHARE = _HELD_OUT + "share = share_right(lambda text: 0, held_out)\n"

_WORDS = '("지루", "노잼", "아깝", "실망", "별로", "비추", "유치", "최악")'
_GUESS = f"def guess(text):\n    bad = any(word in text for word in {_WORDS})\n    "

ANSWERS = [
    Answers(
        right=(
            _ASKING + "share_negative = share",
            _ASKING + "share_negative = round(share, 3)",
            "labels = [e.label for e in train if '?' in e.text]\n"
            "share_negative = labels.count(0) / len(labels)",
            "import numpy as np\n"
            "share_negative = 1 - np.mean([e.label for e in train if '?' in e.text])",
            "import torch\n"
            "labels = torch.tensor([float(e.label) for e in train if '?' in e.text])\n"
            "share_negative = 1 - labels.mean()",
        ),
        wrong=(
            _ASKING + "share_negative = 1 - share",
            _ASKING + "share_negative = 100 * share",
            _ASKING + "share_negative = round(share, 2)",
            _ASKING + "share_negative = f'{share:.3f}'",
            _ASKING + "share_negative = f'{share:.1%}'",
            _ASKING + "share_negative = [share]",
            _ASKING + "share_negative = share * len(asking)",
            _ASKING + "share_negative = len(asking) / len(train)",
            _ASKING + "share_negative = share * len(asking) / len(train)",
            _ASKING + "share_negative = share * len(asking) / sum(e.label == 0 for e in train)",
            _ASKING + "share_negative = print(share)",
            _ASKING.replace("in train", "in val") + "share_negative = share",
            _ASKING.replace("in train", "in [*train, *val]") + "share_negative = share",
            _ASKING.replace('"?" in e.text', 'e.text.endswith("?")') + "share_negative = share",
            _ASKING.replace('"?" in e.text', '"?" not in e.text') + "share_negative = share",
            "share_negative = share_right(lambda text: '?' in text, train)",
            "share_negative = None",
        ),
    ),
    Answers(
        right=(
            _SHARE + "lopsided_baseline = share",
            _SHARE + "lopsided_baseline = round(share, 3)",
            _HELD_OUT + "lopsided_baseline = Counter(e.label for e in held_out)[0] / len(held_out)",
            # the part takes the name of the whole
            _LOPSIDED + "_, lopsided = split_validation(lopsided, 0.15)\n"
            "lopsided_baseline = share_right(lambda text: 0, lopsided)",
            "import numpy as np\n"
            + _HELD_OUT
            + "lopsided_baseline = np.mean([e.label == 0 for e in held_out])",
            "import torch\n" + _SHARE + "lopsided_baseline = torch.tensor(share)",
        ),
        wrong=(
            _LOPSIDED + "lopsided_baseline = 0.95",
            _LOPSIDED + "lopsided_baseline = 19 / 20",
            _SHARE + "lopsided_baseline = 1 - share",
            _SHARE + "lopsided_baseline = 100 * share",
            _SHARE + "lopsided_baseline = round(share, 2)",
            _SHARE + "lopsided_baseline = f'{share:.3f}'",
            _SHARE + "lopsided_baseline = [share]",
            _LOPSIDED + "lopsided_baseline = share_right(lambda text: 0, lopsided)",
            _SHARE.replace("_, held_out", "held_out, _") + "lopsided_baseline = share",
            _SHARE.replace("0.15", "0.3") + "lopsided_baseline = share",
            _SHARE.replace("0.15", "0.1") + "lopsided_baseline = share",
            _SHARE.replace("0.15", "args.val_fraction") + "lopsided_baseline = share",
            _SHARE.replace("text: 0", "text: 1") + "lopsided_baseline = share",
            _SHARE.replace("text: 0", "text: majority") + "lopsided_baseline = share",
            _SHARE.replace("lopsided, 0.15", "train, 0.15") + "lopsided_baseline = share",
            _LOPSIDED + "lopsided_baseline = share_right(lambda text: 0, val)",
            _LOPSIDED + "lopsided_baseline = split_validation(lopsided, 0.15)",
            _LOPSIDED + "lopsided_baseline = None",
        ),
    ),
    Answers(
        right=(
            _GUESS + "return 0 if bad else 1",
            _GUESS + "return not bad",
            _GUESS + "print(text)\n    return float(not bad)",
            _GUESS + "import numpy as np\n    return np.int64(not bad)",
            _GUESS + "import torch\n    return torch.tensor(1 - bad)",
            "bad = ('너무', '왜', '중간에', '노잼')\n"
            "guess = lambda text: int(not any(word in text for word in bad))",
            "import re\ngood = re.compile('최고|감동|재밌|재미|좋|눈물|울')\n"
            "guess = lambda text: 1 if good.search(text) else 0",
            # a count of words, learned from all of train
            "leaning = Counter()\n"
            "for e in train:\n    for word in e.text.split():\n"
            "        leaning[word] += 2 * e.label - 1\n"
            "guess = lambda text: int(sum(leaning[word] for word in text.split()) > 0)",
        ),
        wrong=(
            "guess = lambda text: 0",
            "guess = lambda text: 1",
            "guess = lambda text: majority",
            "guess = 1",
            _GUESS + "return 1 if bad else 0",
            _GUESS + "return '0' if bad else '1'",
            _GUESS + "return 'negative' if bad else 'positive'",
            _GUESS + "return 0.2 if bad else 0.8",
            _GUESS + "print(0 if bad else 1)",
            _GUESS + "if bad:\n        return 0",
            _GUESS.replace("in text", "in text.text") + "return 0 if bad else 1",
            "guess = lambda text: int(len(text) > 30)",
            "guess = lambda text: 0 if '노잼' in text else 1",
            "guess = lambda text: 0 if '노잼' and '왜' in text else 1",
            "guess = lambda text: 0 if '노잼' or '왜' in text else 1",
            # by heart
            "labels = {e.text: e.label for e in train}\nguess = lambda text: labels.get(text, 1)",
            "labels = {e.text: e.label for e in train}\nguess = lambda text: labels.get(text, 0)",
            "labels = {e.text: e.label for e in train}\nguess = lambda text: labels[text]",
            "bad = [e.text for e in train[:200] if e.label == 0]\n"
            "guess = lambda text: int(text not in bad)",
        ),
    ),
]
