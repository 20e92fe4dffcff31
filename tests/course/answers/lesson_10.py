"""Lesson 10: a table of one's own, a faulty file, near copies."""

from tests.course.exercises import Answers, each

OWN = """
words = {"날씨": "비가 온다", "음식": "국이 짜다", "운동": "공을 찬다"}
pairs = [(f"{text} {number}번", topic) for topic, text in words.items() for number in range(4)]
lines = [json.dumps({"body": text, "topic": topic}) for text, topic in pairs]
mine = save("mine.jsonl", "\\n".join(lines) + "\\n")
columns = {"text_column": "body", "label_column": "topic"}
my_corpus = TableCorpus(replace(args, train_file=mine, test_file=None, **columns))
"""
OF_THE_SHOP = """
rows = list(read_rows(shop / "train.csv"))[:24]
pairs = [(row.values["문의"], row.values["분류"]) for row in rows]
lines = """

MENDED = """
content = questions_of_shop
for old, new in [
    ("문 앞에 두고 가 주세요, 감사합니다", '"문 앞에 두고 가 주세요, 감사합니다"'),
    ("반품할게요,", "반품할게요,교환환불"),
    ("교환환블", "교환환불"),
]:
    content = content.replace(old, new)
mended = TableCorpus(replace(args, test_file=None, train_file=save("mended.csv", content)))
"""
QUOTED = """'"문 앞에 두고 가 주세요, 감사합니다"'"""
MISTYPED = '("교환환블", "교환환불"),'
OTHER_FORMAT = """
lines = broken.read_text(encoding="cp949").replace("교환환블", "교환환불").splitlines()[1:]
pairs = [line.rsplit(",", 1) for line in lines]
pairs = [(text, label or "교환환불") for text, label in pairs]
path = save("mended.tsv", "문의\\t분류\\n" + "\\n".join(map("\\t".join, pairs)))
mended = TableCorpus(replace(args, test_file=None, train_file=path))
"""

COPIES = """
def reduce_text(text):
    return "".join(re.findall("[가-힣0-9]", text))

def count_near_copies(train_texts, test_texts):
    train = [reduce_text(text) for text in train_texts]
    test = [reduce_text(text) for text in test_texts]
    return sum(text in train for text in test)
"""
REDUCED, COUNT = (
    '"".join(re.findall("[가-힣0-9]", text))',
    "return sum(text in train for text in test)",
)

ANSWERS = [
    Answers(
        right=(
            OWN,
            *each(OWN, "range(5)", at="range(4)"),
            OWN + "mine = str(mine); rows = test_rows = args = None",
        ),
        wrong=(
            *each(
                OWN + "…",
                "my_corpus = TableCorpus(args)",  # the shop's questions
                "save('mine.jsonl', '\\n'.join(lines[:9]))",  # changed since
            ),
            *each(OWN, "range(3)", at="range(4)"),
            OWN.replace("lines = ", OF_THE_SHOP),
        ),
    ),
    Answers(
        right=(MENDED, MENDED + "questions_of_shop = broken = rows = None", OTHER_FORMAT),
        wrong=(
            *each(MENDED, """'"문 앞에 두고 가 주세요 감사합니다"'""", at=QUOTED),
            *each(MENDED, "반품할게요,배송", at="반품할게요,교환환불"),
            *each(MENDED, '("교환환블", "배송"),', at=MISTYPED),
            *each(
                MENDED,
                MISTYPED + '("언제 도착하나요?,배송\\n", ""),',
                at=MISTYPED,
            ),
        ),
    ),
    Answers(
        right=(
            COPIES,
            *each(COPIES, 're.sub("[^가-힣0-9]+", "", text)', at=REDUCED),
            *each(COPIES, "import numpy as np\n    return np.isin(test, train).sum()", at=COUNT),
        ),
        wrong=(
            *each(
                COPIES,
                'text.replace(" ", "")',
                '"".join(re.findall("[가-힣]", text))',
                at=REDUCED,
            ),
            *each(
                COPIES,
                "return len(set(test) & set(train))",
                "return sum(text in test for text in train)",
                "return sum(text in train for text in test) / len(test)",
                at=COUNT,
            ),
        ),
    ),
]
