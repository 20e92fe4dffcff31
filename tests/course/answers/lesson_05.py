"""Lesson 5: unknown pieces, a larger vocabulary, and words that are split."""

from tests.course.exercises import Answers, each

COUNT = "def count_unknown(lists):\n    unknown = tokenizer.unk_token_id\n    return …"

SHARE = """
def share_of_split_words(words):
    split = [word for word in words if len(tokenizer.tokenize(word)) > 1]
    return …
"""
OF_SPLIT = SHARE.replace("…", "len(split) / len(words)")

ANSWERS = [
    Answers(
        right=each(
            COUNT,
            "sum(ids.count(unknown) for ids in lists)",
            "sum(tokenizer.decode(ids).count('[UNK]') for ids in lists)",
            "sum((torch.tensor(ids) == unknown).sum() for ids in lists)",
            "print(lists) or float(sum(lists, []).count(unknown))",
        ),
        wrong=each(
            COUNT,
            "sum(unknown in ids for ids in lists)",
            "sum(ids.count(unknown) for ids in all_ids)",
            "sum(ids.count('[UNK]') for ids in lists)",
            "print(sum(ids.count(unknown) for ids in lists))",
        ),
    ),
    Answers(
        right=(
            "num_weights = 108_920_066 + 30_000 * 768",
            "num_weights = torch.tensor(131_960_066)",
            'with torch.device("meta"):\n    num_weights = BertForSequenceClassification(\n'
            "        BertConfig(vocab_size=60_000, max_position_embeddings=300)).num_parameters()",
        ),
        wrong=(
            *each(
                "num_weights = …",
                "2 * 108_920_066",
                "108_920_066 + 30_000",
                "108_920_066 + 60_000 * 768",
            ),
            'with torch.device("meta"):\n    num_weights = BertForSequenceClassification(\n'
            "        BertConfig(vocab_size=60_000)).num_parameters()",
        ),
    ),
    Answers(
        right=(
            OF_SPLIT,
            *each(SHARE, "print(split) or round(len(split) / len(words), 3)"),
            "import numpy as np\nshare_of_split_words = lambda words: np.mean(\n"
            "    [len(ids) > 3 for ids in tokenizer(words)['input_ids']])",
        ),
        wrong=(
            *each(
                SHARE,
                "100 * len(split) / len(words)",
                "1 - len(split) / len(words)",
            ),
            *each(OF_SPLIT, "> 2", at="> 1"),
            *each(OF_SPLIT, "tokenizer(word)['input_ids']", "word", at="tokenizer.tokenize(word)"),
            "all_words = list(words)"
            + OF_SPLIT.replace("in words", "in all_words").replace("len(words)", "len(all_words)"),
        ),
    ),
]
