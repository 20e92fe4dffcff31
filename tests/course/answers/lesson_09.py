"""Lesson 9: a review that leaves the model undecided, other names, a word less."""

from tests.course.exercises import Answers

# Whatever the weights are: the review that comes closest to a probability, out of many.
CLOSEST = """
from itertools import product
reviews = [{form} for words in product({parts})]
chances = [one.probabilities["positive"] for one in predict(reviews, model, tokenizer)]
undecided = min(reviews, key=lambda review: abs(chances[reviews.index(review)] - {chance}))
"""
FORM, PARTS = (
    '"{}는 {} {}이 {}".format(*words)',
    '("연기", "이야기"), ("좋고", "훌륭하지만", "멋지지만"), ("결말", "음악"), '
    '("지루하다", "아쉬워요", "어색하다")',
)
WITHOUT_A_FILM = PARTS.replace("연기", "날씨").replace("이야기", "비").replace("결말", "바람")
WITHOUT_A_FILM = WITHOUT_A_FILM.replace("음악", "저녁")
WITHOUT_BLAME = PARTS.replace(
    '"지루하다", "아쉬워요", "어색하다"', '"좋아요", "길다", "그렇다", "않다"'
)

RENAMED = """
from transformers import pipeline
copy, _ = load_exported(folder)
other = export_model({model}, tokenizer, {names}, Path(folder).parent / "{name}")
with quiet_loading():
    korean = pipeline("text-classification", model=str(other){more})
"""
NAMES = '["부정", "긍정"]'

DROPPED = """
def chance(words):
    return predict(" ".join(words), model, tokenizer)[0].probabilities["positive"]

def drop_each_word(text):
    words = text.split()
    whole = chance(words)
    without = [chance({rest}) for i, word in enumerate(words)]
    {found}
"""
REST, FOUND = "words[:i] + words[i + 1 :]", "return [whole - one for one in without]"

ANSWERS = [
    Answers(
        right=(
            CLOSEST.format(form=FORM, parts=PARTS, chance=0.5),
            CLOSEST.format(form=FORM, parts=PARTS, chance=0.55),
            CLOSEST.format(
                form='"{2}이 {3} 하지만 {0}는 {1}".format(*words)', parts=PARTS, chance=0.5
            ),
        ),
        wrong=(
            CLOSEST.format(form=FORM, parts=PARTS, chance=0),
            CLOSEST.format(form=FORM, parts=PARTS, chance=1),
            CLOSEST.format(form=FORM, parts=WITHOUT_A_FILM, chance=0.5),
            CLOSEST.format(form=FORM, parts=WITHOUT_BLAME, chance=0.5),
            CLOSEST.format(form=FORM, parts=PARTS, chance=0.5) + "undecided = [undecided]",
            CLOSEST.format(form=FORM, parts=PARTS, chance=0.5) + "undecided = undecided.split()",
            CLOSEST.format(form=FORM, parts=PARTS, chance=0.5)
            + "undecided = predict(undecided, model, tokenizer)[0]",
            CLOSEST.format(form='"{}도{}".format(*words)', parts=PARTS, chance=0.5),
            'undecided = "내일 서울은 비가 온다"',
            "undecided = blame",
            'undecided = "This film is good, and boring, and good"',
            'undecided = ""',
            "undecided = 0.5",
            "undecided = None",
        ),
    ),
    Answers(
        right=(
            RENAMED.format(model="copy", names=NAMES, name="korean", more=""),
            RENAMED.format(model="copy", names='("부정", "긍정")', name="ko", more=", top_k=None"),
            RENAMED.format(model="copy", names=NAMES, name="korean", more="")
            + "korean = pipeline('sentiment-analysis', model=load_exported(other)[0],"
            " tokenizer=load_exported(other)[1])",
        ),
        wrong=(
            RENAMED.format(model="copy", names='["긍정", "부정"]', name="swapped", more=""),
            RENAMED.format(model="copy", names='["negative", "긍정"]', name="half", more=""),
            RENAMED.format(model="copy", names='["나쁨", "좋음"]', name="others", more=""),
            "model, _ = load_exported(folder)\n"
            + RENAMED.format(model="model", names=NAMES, name="korean", more=""),
            RENAMED.format(
                model="model_of_lesson_5()", names=NAMES, name="untrained", more=""
            ).replace(
                "copy, _",
                "from helpers import load_model\nmodel_of_lesson_5 = lambda: "
                "load_model(args)\ncopy, _",
            ),
            RENAMED.format(model="copy", names=NAMES, name="korean", more="")
            + "korean = pipeline('text-classification', model=str(folder))",
            RENAMED.format(model="copy", names=NAMES, name="korean", more="")
            + "korean = pipeline('text-classification', model=copy, tokenizer=tokenizer)",
            RENAMED.format(model="copy", names=NAMES, name="korean", more="")
            + "korean = load_exported(other)[0]",
            RENAMED.format(model="copy", names=NAMES, name="korean", more="") + "korean = other",
            RENAMED.format(model="copy", names=NAMES, name="korean", more="")
            + "korean = korean(praise)",
            RENAMED.format(model="copy", names=NAMES, name="korean", more="")
            + "korean = lambda text: [{'label': '긍정', 'score': 0.976}]",
            "korean = None",
        ),
    ),
    Answers(
        right=(
            DROPPED.format(rest=REST, found=FOUND),
            DROPPED.format(rest=REST, found="return [round(whole - one, 3) for one in without]"),
            DROPPED.format(rest=REST, found="return whole - torch.tensor(without)"),
            DROPPED.format(rest=REST, found="return tuple(whole - torch.tensor(without))"),
            "import numpy as np\n"
            + DROPPED.format(rest=REST, found="return whole - np.array(without)"),
        ),
        wrong=(
            DROPPED.format(rest=REST, found="return [one - whole for one in without]"),
            DROPPED.format(rest=REST, found="return [abs(whole - one) for one in without]"),
            DROPPED.format(rest=REST, found="return [100 * (whole - one) for one in without]"),
            DROPPED.format(rest=REST, found="return [round(whole - one, 2) for one in without]"),
            DROPPED.format(rest=REST, found="return [str(whole - one) for one in without]"),
            DROPPED.format(rest=REST, found="return without"),
            DROPPED.format(rest=REST, found="return sorted(whole - one for one in without)"),
            DROPPED.format(rest=REST, found="return sum(whole - one for one in without)"),
            DROPPED.format(rest=REST, found="return [[whole - one for one in without]]"),
            DROPPED.format(
                rest=REST, found="return {w: whole - one for w, one in zip(words, without)}"
            ),
            DROPPED.format(rest=REST, found="print([whole - one for one in without])"),
            DROPPED.format(rest="[word]", found=FOUND),
            DROPPED.format(rest="words[:i] + words[i:]", found=FOUND),
            DROPPED.format(rest="words[:i]", found=FOUND),
            DROPPED.format(rest="words[i + 1 :]", found=FOUND),
            DROPPED.format(rest="[one for one in words if one != word]", found=FOUND),
            DROPPED.format(rest='text.replace(word, "").split()', found=FOUND),
            DROPPED.format(rest=REST, found=FOUND).replace('"positive"', '"negative"'),
            DROPPED.format(rest=REST, found=FOUND).replace("text.split()", "blame.split()"),
            DROPPED.format(rest=REST, found=FOUND).replace(
                "text.split()", "tokenizer.tokenize(text)"
            ),
            DROPPED.format(rest=REST, found=FOUND).replace("text.split()", "text.split(' ')"),
            DROPPED.format(rest=REST, found=FOUND) + "drop_each_word = drop_each_word(blame)",
            "drop_each_word = None",
        ),
    ),
]
