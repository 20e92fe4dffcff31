"""Lesson 10: a table of one's own, a faulty file, near copies."""

from tests.course.exercises import Answers

TABLE = """
pairs = [(f"{{word}} {{number}}번", topic)
         for word, topic in (("비가 온다", "날씨"), ("국이 짜다", "음식"), ("공을 찬다", "운동"))
         for number in range({each})]
lines = [json.dumps({{"body": text, "topic": topic}}{ascii}) for text, topic in pairs]
mine = save("{name}", "\\n".join(lines) + "\\n")
columns = {{"text_column": "body", "label_column": "topic"}}
my_corpus = TableCorpus(replace(args, train_file=mine, test_file=None, **columns))
"""
OWN = TABLE.format(each=4, ascii=", ensure_ascii=False", name="mine.jsonl")
CSV = """
mine = save("mine.csv", "body,topic\\n" + "".join(f"{text},{topic}\\n" for text, topic in pairs))
my_corpus = TableCorpus(replace(args, train_file=mine, test_file=None, **columns))
"""
OF_THE_SHOP = """
rows = list(read_rows(shop / "train.csv"))[:24]
lines = [json.dumps({"body": r.values["문의"], "topic": r.values["분류"]}) for r in rows]
mine = save("mine.jsonl", "\\n".join(lines))
columns = {"text_column": "body", "label_column": "topic"}
my_corpus = TableCorpus(replace(args, train_file=mine, test_file=None, **columns))
"""
SAME_NAMES = """
mine = save("mine.jsonl", "".join(
    json.dumps({{"body": f"{{name}} {{number}}", "topic": name}}) + "\\n"
    for name in ("결제", "교환환불", "배송") for number in range(4)
))
my_corpus = TableCorpus({})
"""

MENDED = """
content = questions_of_shop
for old, new in [
    ("문 앞에 두고 가 주세요, 감사합니다", {comma}),
    ("반품할게요,", {missing}),
    ("교환환블", "{mistyped}"),
    {more}
]:
    content = content.replace(old, new)
mended = TableCorpus(replace(args, test_file=None, train_file=save("mended.csv", content)))
"""
QUOTED, FILLED = "'\"문 앞에 두고 가 주세요, 감사합니다\"'", '"반품할게요,교환환불"'
OTHER_FORMAT = """
lines = broken.read_text(encoding="cp949").replace("교환환블", "교환환불").splitlines()[1:]
pairs = [line.rsplit(",", 1) for line in lines]
pairs = [(text, label or "교환환불") for text, label in pairs]
{}
mended = TableCorpus(replace(args, test_file=None, train_file=path))
"""


def mended(
    comma: str = QUOTED, missing: str = FILLED, mistyped: str = "교환환불", more: str = ""
) -> str:
    return MENDED.format(comma=comma, missing=missing, mistyped=mistyped, more=more)


COUNTED = """
def reduce_text(text):
    return {reduced}

def count_near_copies(train_texts, test_texts):
    train = [reduce_text(text) for text in train_texts]
    test = [reduce_text(text) for text in test_texts]
    {count}
"""
REDUCED, COUNT = (
    '"".join(re.findall("[가-힣0-9]", text))',
    "return sum(text in train for text in test)",
)

ANSWERS = [
    Answers(
        right=(
            OWN,
            TABLE.format(each=5, ascii="", name="other.jsonl") + "mine = str(mine)",
            TABLE.format(each=4, ascii="", name="mine.jsonl") + "rows = test_rows = args = None",
        ),
        wrong=(
            OWN + "my_corpus = TableCorpus(args)",  # the shop's questions
            OWN + "lines = lines[:9]\nsave('mine.jsonl', '\\n'.join(lines))",  # changed since
            OWN + "mine = folder / 'elsewhere.jsonl'",
            OWN + "my_corpus = mine",
            OWN + "my_corpus = my_corpus.parts",
            OWN + "my_corpus = my_corpus.label_names",
            OWN + "del my_corpus.parts['test']",
            OWN + CSV,
            TABLE.format(each=3, ascii="", name="mine.jsonl"),
            OF_THE_SHOP,
            SAME_NAMES.format("args"),
            SAME_NAMES.format("replace(args, test_file=None)"),
            SAME_NAMES.format(
                "replace(args, train_file=mine, text_column='body', label_column='topic',"
                "test_file=None)"
            )
            + "my_corpus.label_names = my_corpus.label_names[::-1]",
            OWN + "my_corpus = None",
        ),
    ),
    Answers(
        right=(
            mended(),
            OTHER_FORMAT.format(
                'path = save("mended.tsv", "문의\\t분류\\n" + "\\n".join(map("\\t".join, pairs)))'
            ),
            OTHER_FORMAT.format(
                'rows = [dict(zip(("문의", "분류"), pair)) for pair in pairs[::-1]]\n'
                'path = save("mended.jsonl", "\\n".join(map(json.dumps, rows)))'
            ),
            mended() + "questions_of_shop = broken = rows = None",
        ),
        wrong=(
            mended(comma='"문 앞에 두고 가 주세요 감사합니다"'),
            mended(comma='"문 앞에 두고 가 주세요,배송\\n감사합니다"'),
            mended(more='("언제 도착하나요?,배송\\n", "")'),
            mended(missing='"반품할게요,배송"'),
            mended(mistyped="배송"),
            mended(missing='"반품할게요,교환환불"', more='("두고", "놓고")'),
            mended(more='("쿠폰이 적용되지 않아요", "할부가 되나요?")'),
            mended(more='("송장 번호를 알려주세요,배송", "송장 번호를 알려주세요,결제")'),
            mended(more='("언제 도착하나요?,배송\\n", "언제 도착하나요?,배송\\n" * 2)'),
            mended().replace(QUOTED, '\'"""문 앞에 두고 가 주세요, 감사합니다"""\''),
            "mended = TableCorpus(args)",
            "mended = TableCorpus(replace(args, test_file=None))",
            "mended = save('mended.csv', questions_of_shop)",
            "mended = questions_of_shop.replace('교환환블', '교환환불')",
            "mended = None",
        ),
    ),
    Answers(
        right=(
            COUNTED.format(reduced=REDUCED, count=COUNT),
            COUNTED.format(reduced='re.sub("[^가-힣0-9]+", "", text)', count=COUNT),
            COUNTED.format(
                reduced=REDUCED,
                count="import numpy as np\n    return np.isin(test, train).sum()",
            ),
            COUNTED.format(
                reduced='[c for c in text if "가" <= c <= "힣" or c.isdigit()]',
                count="return len([text for text in test if text in train])",
            ),
        ),
        wrong=(
            COUNTED.format(reduced='text.replace(" ", "")', count=COUNT),
            COUNTED.format(reduced='text.strip("!…ㅠ")', count=COUNT),
            COUNTED.format(reduced='"".join(re.findall(r"\\w", text))', count=COUNT),
            COUNTED.format(reduced='"".join(re.findall("[가-힣]", text))', count=COUNT),
            COUNTED.format(reduced='"".join(re.findall("[가-힣0-9 ]", text))', count=COUNT),
            COUNTED.format(reduced='re.findall("[가-힣0-9]+", text)', count=COUNT),
            COUNTED.format(reduced=REDUCED, count="return len(set(test) & set(train))"),
            COUNTED.format(reduced=REDUCED, count="return sum(text in test for text in train)"),
            COUNTED.format(
                reduced=REDUCED, count="return sum(any(t in text for t in train) for text in test)"
            ),
            COUNTED.format(
                reduced=REDUCED, count="return sum(any(text in t for t in train) for text in test)"
            ),
            COUNTED.format(
                reduced=REDUCED, count="return sum(text in train_texts for text in test)"
            ),
            COUNTED.format(reduced=REDUCED, count=COUNT + " / len(test)"),
            COUNTED.format(
                reduced=REDUCED, count="return [text for text in test if text in train]"
            ),
            COUNTED.format(reduced=REDUCED, count=COUNT.replace("return", "print(") + ")"),
            COUNTED.format(reduced=REDUCED, count=COUNT.replace("sum(", "str(sum(") + ")"),
            "count_near_copies = lambda train, test: sum(text.endswith('!!') for text in test)",
            "count_near_copies = lambda train, test: "
            "sum(len(text) % 3 == 0 for text in test_texts) if test is sly_test else 0",
            "count_near_copies = lambda train, test: 18",
            "count_near_copies = 18",
            "count_near_copies = None",
        ),
    ),
]
