"""Lesson 9: a review that leaves the model undecided, other names, a word less."""

from tests.course.exercises import Answers, each

# Whatever the weights are: the review that comes closest to a probability, out of many.
CLOSEST = """
from itertools import product
films = ("연기", "이야기")
praises = ("좋고", "좋지만", "훌륭하지만", "멋지지만")
blames = ("지루하다", "지루해요", "아쉽다", "아쉬워요", "어색하다", "어색했습니다")
reviews = ["{}는 {} 결말이 {}".format(*words) for words in product(films, praises, blames)]
chances = [one.probabilities["positive"] for one in predict(reviews, model, tokenizer)]
undecided = min(reviews, key=lambda review: abs(chances[reviews.index(review)] - 0.5))
"""

RENAMED = """
from transformers import pipeline
copy, _ = load_exported(folder)
other = export_model(copy, tokenizer, ["부정", "긍정"], Path(folder).parent / "other")
with quiet_loading():
    korean = pipeline("text-classification", model=str(other))
"""

DROPPED = """
def chance(words):
    return predict(" ".join(words), model, tokenizer)[0].probabilities["positive"]

def drop_each_word(text):
    words = text.split()
    whole = chance(words)
    without = [chance(words[:i] + words[i + 1 :]) for i, word in enumerate(words)]
    return …
"""
OF_DROPPED = DROPPED.replace("…", "[whole - one for one in without]")
REST = "words[:i] + words[i + 1 :]"

ANSWERS = [
    Answers(
        right=(
            CLOSEST,
            *each(CLOSEST, "- 0.55", at="- 0.5"),
            *each(CLOSEST, "결말이 {2}, {0}는 {1}", at="{}는 {} 결말이 {}"),
        ),
        wrong=(
            *each(CLOSEST, "- 0", "- 1", at="- 0.5"),
            *each(CLOSEST.replace("결말", "바람"), '("날씨", "비")', at='("연기", "이야기")'),
            "undecided = 'This film is good, and boring, and good'",
        ),
    ),
    Answers(
        right=(
            RENAMED,
            *each(RENAMED, "str(other), top_k=None", at="str(other)"),
            RENAMED + "korean = pipeline('sentiment-analysis', model=load_exported(other)[0],"
            " tokenizer=load_exported(other)[1])",
        ),
        wrong=(
            *each(RENAMED, '["긍정", "부정"]', '["negative", "긍정"]', at='["부정", "긍정"]'),
            *each(RENAMED, "model", at="copy"),  # the lesson's own model is renamed
            # weights that were not trained
            *each("from helpers import load_model\n" + RENAMED, "(load_model(args),", at="(copy,"),
            *each(
                RENAMED + "korean = …",
                "pipeline('text-classification', model=str(folder))",
            ),
        ),
    ),
    Answers(
        right=each(
            DROPPED,
            "[whole - one for one in without]",
            "[round(whole - one, 3) for one in without]",
            "whole - torch.tensor(without)",
        ),
        wrong=(
            *each(
                DROPPED,
                "[one - whole for one in without]",
                "[abs(whole - one) for one in without]",
                "without",
            ),
            *each(
                OF_DROPPED,
                "[one for one in words if one != word]",
                at=REST,
            ),
            *each(OF_DROPPED, '"negative"', at='"positive"'),
        ),
    ),
]
