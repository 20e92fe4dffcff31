"""Lesson 2: a masked example, a classifier without labels, and a frozen body."""

from tests.course.exercises import Answers, each

HIDDEN = """
my_ids = tokenizer("이 영화 정말 재미있어요 또 보고 싶어요")["input_ids"]
mask = tokenizer.mask_token_id
inputs, labels = list(my_ids), [-100] * len(my_ids)
for i in (2, 4):
    labels[i] = my_ids[i]
    inputs[i] = mask
my_example = (inputs, labels)
"""
OF_HIDDEN = HIDDEN + "my_example = …"

GUESS = """
best, worst = tokenizer.convert_tokens_to_ids(["최고의", "최악의"])
def guess_label(text):
    ids = tokenizer(text + " 한마디로 [MASK] 영화")["input_ids"]
    p = probabilities_at_blank(guesser, ids)
    return p[best] > p[worst]
"""

HEAD = """
def train_head(reviews, passes):
    model = new_model("pretrained")
    model.bert.embeddings.requires_grad_(False)
    model.bert.encoder.requires_grad_(False)
    train(model, reviews, passes)
    return model
"""
TRAIN = "train(model, reviews, passes)"
FREEZE = """model.bert.embeddings.requires_grad_(False)
    model.bert.encoder.requires_grad_(False)
    """
ALSO_FREEZE = """model.bert.requires_grad_(False)
    model.bert.pooler.requires_grad_(True)
    """

ANSWERS = [
    Answers(
        right=(
            HIDDEN,
            "import numpy as np\n" + OF_HIDDEN.replace("…", "np.array([inputs, labels])"),
            HIDDEN.replace("list(my_ids)", "torch.tensor(my_ids)"),
            HIDDEN.replace("list(my_ids)", "my_ids"),  # overwritten after the labels were taken
        ),
        wrong=(
            *each(
                OF_HIDDEN,
                "(labels, inputs)",
                "(inputs, [0 if i == -100 else i for i in labels])",
            ),
            *each(HIDDEN, "(1, 3)", "(2, 4, 6)", at="(2, 4)"),
            *each(HIDDEN, "inputs[i] = mask\n    labels[i] = inputs[i]", at="inputs[i] = mask"),
        ),
    ),
    Answers(
        right=each(
            GUESS,
            "p[best] > p[worst]",
            "int(p[best] > p[worst])",
            "1 - p[torch.tensor([best, worst])].argmax()",
            "print(text) or bool(p[best] > p[worst])",
            at="p[best] > p[worst]",
        ),
        wrong=(
            *each(
                GUESS,
                "p[best] < p[worst]",
                "p[best] > 0.5",
                at="p[best] > p[worst]",
            ),
            *each(GUESS, "내 인생", at="한마디로"),
            # the labels that people gave, and answers noted down for the held-out reviews
            "labels = {one.text: one.label for one in val_reviews.examples}\n"
            "guess_label = lambda text: labels.get(text, 1)",
            GUESS + "noted = {one.text: guess_label(one.text) for one in val_reviews.examples[:50]}"
            "\nguess_label = lambda text: noted[text]",
        ),
    ),
    Answers(
        right=(
            HEAD,
            *each(HEAD, f"set_all_seeds(1)\n    {TRAIN}\n    model.train()", at=TRAIN),
            *each(HEAD, ALSO_FREEZE, at=FREEZE),
        ),
        wrong=(
            *each(
                HEAD,
                "",
                FREEZE + "model.classifier.requires_grad_(False)\n    ",
                f"{TRAIN}\n    {FREEZE}return model\n    ",  # too late
                at=FREEZE,
            ),
            *each(
                HEAD,
                f"return {TRAIN}",
                "train(model, draw_reviews(32, seed=1), passes)",
                at=TRAIN,
            ),
            *each(HEAD, '"random"', at='"pretrained"'),
            # one model for all calls
            "the_model = new_model('pretrained')"
            + HEAD.replace('new_model("pretrained")', "the_model"),
        ),
    ),
]
