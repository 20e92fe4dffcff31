"""Lesson 5: unknown pieces, a larger vocabulary, and words that are split."""

from tests.course.exercises import Answers

_COUNT = "def count_unknown(lists):\n    unknown = tokenizer.unk_token_id\n    return "
_SHARE = "def share_of_split_words(words):\n    "

ANSWERS = [
    Answers(
        right=(
            _COUNT + "sum(ids.count(unknown) for ids in lists)",
            _COUNT + "sum(one == unknown for ids in lists for one in ids)",
            _COUNT + "Counter(one for ids in lists for one in ids)[unknown]",
            _COUNT + "sum(tokenizer.decode(ids).count('[UNK]') for ids in lists)",
            "import numpy as np\n" + _COUNT + "(np.concatenate(lists) == unknown).sum()",
            _COUNT + "sum((torch.tensor(ids) == unknown).sum() for ids in lists)",
            _COUNT + "float(sum(lists, []).count(unknown))",
            "def count_unknown(lists):\n    total = 0\n    for ids in lists:\n"
            "        for one in ids:\n            if one == tokenizer.unk_token_id:\n"
            "                total += 1\n    print(total)\n    return total",
        ),
        wrong=(
            "count_unknown = sum(ids.count(tokenizer.unk_token_id) for ids in all_ids)",
            "count_unknown = lambda lists: 10",
            _COUNT + "sum(unknown in ids for ids in lists)",
            _COUNT + "len([ids for ids in lists if unknown in ids])",
            _COUNT + "sum(ids.count(unknown) for ids in all_ids)",
            _COUNT + "sum(set(ids).__contains__(unknown) for ids in lists)",
            _COUNT + "lists.count(unknown)",
            _COUNT + "sum(ids.count('[UNK]') for ids in lists)",
            _COUNT + "sum(ids.count(tokenizer.pad_token_id) for ids in lists)",
            _COUNT + "sum(ids.count(tokenizer.cls_token_id) for ids in lists)",
            _COUNT + "sum(one != unknown for ids in lists for one in ids)",
            _COUNT + "sum(len(ids) for ids in lists)",
            _COUNT + "[ids.count(unknown) for ids in lists]",
            _COUNT + "lists[0].count(unknown)",
            _COUNT + "str(sum(ids.count(unknown) for ids in lists))",
            _COUNT + "sum(ids.count(unknown) for ids in lists) / sum(map(len, lists))",
            _COUNT + "print(sum(ids.count(unknown) for ids in lists))",
            "def count_unknown(lists):\n    for ids in lists:\n"
            "        return ids.count(tokenizer.unk_token_id)",
        ),
    ),
    Answers(
        right=(
            "num_weights = 108_920_066 + 30_000 * 768",
            "num_weights = 131_960_066.0",
            "import numpy as np\nnum_weights = np.int64(108_920_066) + 30_000 * 768",
            "num_weights = torch.tensor(131_960_066)",
            'with torch.device("meta"):\n    num_weights = BertForSequenceClassification(\n'
            "        BertConfig(vocab_size=60_000, max_position_embeddings=300)).num_parameters()",
        ),
        wrong=(
            "num_weights = 2 * 108_920_066",
            "num_weights = 108_920_066",
            "num_weights = 108_920_066 + 30_000",
            "num_weights = 108_920_066 + 60_000 * 768",
            "num_weights = 108_920_066 + 30_000 * 769",
            "num_weights = 108_920_066 + 30_000 * 192",
            "num_weights = 108_920_066 + 30_000 * 3072",
            "num_weights = 30_000 * 768",
            "num_weights = 131.960066",
            "num_weights = 132_000_000",
            "num_weights = 131_960_065",
            "num_weights = '131,960,066'",
            "num_weights = [131_960_066]",
            "num_weights = None",
            'with torch.device("meta"):\n    num_weights = BertForSequenceClassification(\n'
            "        BertConfig(vocab_size=60_000)).num_parameters()",
        ),
    ),
    Answers(
        right=(
            _SHARE + "return sum(len(tokenizer.tokenize(word)) > 1 for word in words) / len(words)",
            _SHARE + "split = [word for word in words if len(tokenizer.tokenize(word)) >= 2]\n"
            "    print(split)\n    return round(len(split) / len(words), 3)",
            "import numpy as np\n"
            + _SHARE
            + "return np.mean([len(ids) > 3 for ids in tokenizer(words)['input_ids']])",
            _SHARE + "split = [len(tokenizer.tokenize(word)) > 1 for word in words]\n"
            "    return torch.tensor(split).float().mean()",
        ),
        wrong=(
            "share_of_split_words = 0.81",
            "share_of_split_words = lambda words: 0.81",
            _SHARE + "return 1 / len(words)",
            _SHARE + "return any(len(tokenizer.tokenize(w)) > 1 for w in words) / len(words)",
            _SHARE + "return any(len(tokenizer.tokenize(w)) > 1 for w in words)",
            _SHARE + "return sum(len(tokenizer.tokenize(w)) > 1 for w in words)",
            _SHARE + "return 100 * sum(len(tokenizer.tokenize(w)) > 1 for w in words) / len(words)",
            _SHARE + "return sum(len(tokenizer.tokenize(w)) == 1 for w in words) / len(words)",
            _SHARE + "return sum(len(tokenizer.tokenize(w)) > 2 for w in words) / len(words)",
            _SHARE + "return sum(len(tokenizer.tokenize(w)) for w in words) / len(words)",
            _SHARE + "return sum(len(tokenizer(w)['input_ids']) > 1 for w in words) / len(words)",
            _SHARE + "return sum(len(tokenizer(w)['input_ids']) > 4 for w in words) / len(words)",
            _SHARE + "return sum(len(w) > 2 for w in words) / len(words)",
            _SHARE + "return sum(len(w) > 4 for w in words) / len(words)",
            _SHARE + "return sum(len(tokenizer.tokenize(w)) > 1 for w in set(words)) / len(words)",
            _SHARE + "words = set(words)\n"
            "    return sum(len(tokenizer.tokenize(w)) > 1 for w in words) / len(words)",
            _SHARE + "return sum(len(tokenizer.tokenize(w)) > 1 for w in words) // len(words)",
            _SHARE + "return round(sum(len(tokenizer.tokenize(w)) > 1 for w in words)\n"
            "                 / len(words), 2)",
            _SHARE + "share = sum(len(tokenizer.tokenize(w)) > 1 for w in words) / len(words)\n"
            "    return f'{share:.3f}'",
            _SHARE + "print(sum(len(tokenizer.tokenize(w)) > 1 for w in words) / len(words))",
            _SHARE + "return [len(tokenizer.tokenize(w)) > 1 for w in words]",
            _SHARE + "whole = sum(word in tokenizer.get_vocab() for word in words)\n"
            "    return 1 - whole / len(words)",
            _SHARE + "return len(tokenizer.tokenize(words[-1])) > 1",
            _SHARE + "pieces = tokenizer.tokenize(' '.join(words))\n"
            "    return sum(piece.startswith('##') for piece in pieces) / len(words)",
            "all_words = list(words)\ndef share_of_split_words(words):\n    return sum(\n"
            "        len(tokenizer.tokenize(w)) > 1 for w in all_words) / len(all_words)",
        ),
    ),
]
