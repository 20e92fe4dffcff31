"""Lesson 2: a masked example, a classifier without labels, and a frozen body."""

from tests.course.exercises import Answers

_IDS = 'my_ids = tokenizer("이 영화 정말 재미있어요 또 보고 싶어요")["input_ids"]\n'
_MASK = "mask = tokenizer.mask_token_id\n"
_COPIES = _IDS + _MASK + "inputs, labels = list(my_ids), [-100] * len(my_ids)\n"
_HIDDEN = (
    _COPIES + "for i in (2, 4):\n    labels[i], inputs[i] = my_ids[i], tokenizer.mask_token_id\n"
)

_PIECES = 'best, worst = tokenizer.convert_tokens_to_ids(["최고의", "최악의"])\n'
_GUESS = (
    _PIECES + "def guess_label(text):\n"
    '    ids = tokenizer(text + " 한마디로 [MASK] 영화")["input_ids"]\n'
    "    p = probabilities_at_blank(guesser, ids)\n    "
)

_DEF = "def train_head(reviews, passes):\n    "
_MODEL = _DEF + 'model = new_model("pretrained")\n    '
_EMBEDDINGS = "model.bert.embeddings.requires_grad_(False)\n    "
_ENCODER = "model.bert.encoder.requires_grad_(False)\n    "
_TRAIN = "train(model, reviews, passes)\n    "
_RETURN = "return model"
_FROZEN = _MODEL + _EMBEDDINGS + _ENCODER

ANSWERS = [
    Answers(
        right=(
            _HIDDEN + "my_example = (inputs, labels)",
            _HIDDEN + "my_example = [inputs, labels]",
            _HIDDEN + "my_example = torch.tensor(inputs), torch.tensor(labels)",
            _HIDDEN + "my_example = torch.tensor([inputs, labels])",
            "import numpy as np\n" + _HIDDEN + "my_example = np.array(inputs), np.array(labels)",
            # the ids themselves are overwritten, but only after the labels were taken from them
            _IDS + "labels = [one if i in (2, 4) else -100 for i, one in enumerate(my_ids)]\n"
            "my_ids[2] = my_ids[4] = tokenizer.mask_token_id\nmy_example = my_ids, labels",
            _IDS + "places = torch.tensor([2, 4])\ninputs = torch.tensor(my_ids)\n"
            "labels = torch.full_like(inputs, -100)\nlabels[places] = inputs[places]\n"
            "inputs[places] = tokenizer.mask_token_id\nmy_example = (inputs, labels)",
        ),
        wrong=(
            _HIDDEN + "my_example = (labels, inputs)",
            _HIDDEN + "my_example = inputs",
            _HIDDEN + "my_example = (inputs, labels, my_ids)",
            _HIDDEN + "my_example = ([inputs], [labels])",
            _HIDDEN + "my_example = {'input_ids': inputs, 'labels': labels}",
            _HIDDEN + "my_example = (tokenizer.convert_ids_to_tokens(inputs), labels)",
            _HIDDEN + "my_example = (inputs, my_ids)",
            _HIDDEN + "my_example = (inputs, [0 if i == -100 else i for i in labels])",
            _HIDDEN + "my_example = (inputs, [None if i == -100 else i for i in labels])",
            _HIDDEN + "my_example = (inputs[1:-1], labels[1:-1])",
            _HIDDEN + "my_example = (inputs, [i for i in labels if i != -100])",
            _HIDDEN + "my_example = (str(inputs), str(labels))",
            _COPIES + "for i in (1, 3):\n    labels[i], inputs[i] = my_ids[i], mask\n"
            "my_example = (inputs, labels)",
            _COPIES + "for i in (2, 4):\n    inputs[i] = mask\n    labels[i] = inputs[i]\n"
            "my_example = (inputs, labels)",
            # inputs is no copy: the ids are gone before the labels are taken from them
            _IDS + _MASK + "inputs, labels = my_ids, [-100] * len(my_ids)\n"
            "for i in (2, 4):\n    inputs[i] = mask\n    labels[i] = my_ids[i]\n"
            "my_example = (inputs, labels)",
            _IDS + _MASK + "labels = [-100 if i in (2, 4) else one for i, one in enumerate(my_ids)]"
            "\nmy_example = ([mask if i == -100 else i for i in labels], labels)",
            _HIDDEN + "labels[6], inputs[6] = my_ids[6], mask\nmy_example = (inputs, labels)",
        ),
    ),
    Answers(
        right=(
            _GUESS + "return int(p[best] > p[worst])",
            _GUESS + "return 1 if p[best] > p[worst] else 0",
            _GUESS + "return p[best] > p[worst]",
            _GUESS + "return bool(p[best] > p[worst])",
            _GUESS + "return float(p[best] > p[worst])",
            _GUESS + "return 1 - p[torch.tensor([best, worst])].argmax()",
            _GUESS + "print(text, p[best])\n    return (p.numpy()[best] > p.numpy()[worst])",
        ),
        wrong=(
            _GUESS + "return int(p[best] < p[worst])",
            _GUESS + "return int(p[best] > 0.5)",
            _GUESS + "return int(p.argmax() == best)",
            _GUESS + "return p[best]",
            _GUESS + "return p[best] - p[worst]",
            _GUESS + "return p[best], p[worst]",
            _GUESS + "return str(int(p[best] > p[worst]))",
            _GUESS + "return '최고의' if p[best] > p[worst] else '최악의'",
            _GUESS + "print(int(p[best] > p[worst]))",
            "guess_label = lambda text: 1",
            "guess_label = 1",
            _GUESS.replace("한마디로", "내 인생") + "return int(p[best] > p[worst])",
            _GUESS.replace('text + " 한마디로', '"한마디로') + "return int(p[best] > p[worst])",
            _GUESS.replace('text + " 한마디로', 'text + "한마디로')
            + "return int(p[best] > p[worst])",
            # the labels that people gave, and answers that were noted down for the held-out reviews
            "labels = {one.text: one.label for one in val_reviews.examples}\n"
            "guess_label = lambda text: labels.get(text, 1)",
            _GUESS + "return int(p[best] > p[worst])\n"
            "noted = {one.text: guess_label(one.text) for one in val_reviews.examples[:50]}\n"
            "guess_label = lambda text: noted[text]",
        ),
    ),
    Answers(
        right=(
            _FROZEN + _TRAIN + _RETURN,
            _FROZEN + "set_all_seeds(1)\n    " + _TRAIN + _RETURN,
            _MODEL
            + "for part in (model.bert.embeddings, model.bert.encoder):\n"
            + "        for weight in part.parameters():\n            weight.requires_grad = False\n"
            + "    "
            + _TRAIN
            + "model.train()\n    "
            + _RETURN,
            _MODEL
            + "model.bert.requires_grad_(False)\n    model.bert.pooler.requires_grad_(True)\n    "
            + _TRAIN
            + _RETURN,
        ),
        wrong=(
            _MODEL + _TRAIN + _RETURN,
            _MODEL + _ENCODER + _TRAIN + _RETURN,
            _MODEL + _EMBEDDINGS + _TRAIN + _RETURN,
            _MODEL + "model.bert.requires_grad_(False)\n    " + _TRAIN + _RETURN,
            _FROZEN + "model.classifier.requires_grad_(False)\n    " + _TRAIN + _RETURN,
            _FROZEN + "model.bert.encoder.requires_grad_(True)\n    " + _TRAIN + _RETURN,
            _MODEL + _TRAIN + _EMBEDDINGS + _ENCODER + _RETURN,
            _FROZEN.replace("pretrained", "random") + _TRAIN + _RETURN,
            _FROZEN + _RETURN,
            _FROZEN
            + "model.classifier.bias.data += 1\n    model.bert.pooler.dense.bias.data += 1\n    "
            + _RETURN,
            _FROZEN + "return train(model, reviews, passes)",
            _FROZEN + "train(model, reviews, passes)",
            _FROZEN + "train(model, draw_reviews(32, seed=1), passes)\n    " + _RETURN,
            _FROZEN + "train(model, reviews, passes=1)\n    " + _RETURN,
            # one model for all calls
            "the_model = new_model('pretrained')\n"
            + (_FROZEN + _TRAIN + _RETURN).replace('new_model("pretrained")', "the_model"),
            "train_head = new_model('pretrained')",
        ),
    ),
]
