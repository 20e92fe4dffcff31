"""Lesson 7: the learning rate of a step, the loss by hand, the most accurate epoch."""

from tests.course.exercises import Answers

TWO_LINES = """
def learning_rate_at(step, num_steps):
    warmup = {warmup}
    if step < warmup:
        return {up}
    return {down}
"""
WARMUP, UP, DOWN = (
    "round(num_steps * args.warmup_ratio)",
    "args.learning_rate * step / warmup",
    "args.learning_rate * (num_steps - step) / (num_steps - warmup)",
)

LOSS = """
def my_cross_entropy(logits, labels):
    {}
"""
ROWS = "logits.softmax(dim=1)[range(len(labels)), labels]"

EPOCH = "most_accurate_epoch"
BEST = "{}(range(args.epochs), key=lambda i: log['{}'][i][1])"  # its position

ANSWERS = [
    Answers(
        right=(
            TWO_LINES.format(warmup=WARMUP, up=UP, down=DOWN),
            TWO_LINES.replace("<", "<=").format(warmup=f"max(1, {WARMUP})", up=UP, down=DOWN),
            TWO_LINES.format(
                warmup=WARMUP, up=f"torch.tensor({UP})", down=f"float(f'{{{DOWN}:.3g}}')"
            ),
            "import numpy as np\n"
            "def learning_rate_at(step, num_steps):\n"
            f"    warmup = {WARMUP}\n"
            "    return args.learning_rate * np.interp(step, [0, warmup, num_steps], [0, 1, 0])",
        ),
        wrong=(
            TWO_LINES.format(warmup="num_steps * args.warmup_ratio", up=UP, down=DOWN),
            TWO_LINES.format(warmup="int(num_steps * args.warmup_ratio)", up=UP, down=DOWN),
            TWO_LINES.format(warmup="math.ceil(num_steps * args.warmup_ratio)", up=UP, down=DOWN),
            TWO_LINES.format(warmup="1", up=UP, down=DOWN),  # as in the log of the solutions
            TWO_LINES.format(warmup="15", up=UP, down=DOWN),
            TWO_LINES.format(warmup=WARMUP, up=UP.replace("step", "(step + 1)"), down=DOWN),
            TWO_LINES.format(
                warmup=WARMUP, up=UP, down="args.learning_rate * (num_steps - step) / num_steps"
            ),
            TWO_LINES.format(warmup=WARMUP, up=UP, down="args.learning_rate"),
            TWO_LINES.format(warmup="1", up=UP, down=DOWN.replace("num_steps", "8")),
            TWO_LINES.format(warmup=WARMUP, up=UP, down=f"print({DOWN})"),
            TWO_LINES.format(warmup=WARMUP, up=UP, down=f"str({DOWN})"),
            TWO_LINES.format(warmup=WARMUP, up="step / warmup", down="1 - step / num_steps"),
            TWO_LINES.replace(", num_steps", "").format(warmup=WARMUP, up=UP, down=DOWN),
            "learning_rate_at = lambda step, num_steps: dict(log['learning_rate'])[step]",
            "learning_rate_at = log['learning_rate']",
            "learning_rate_at = None",
        ),
    ),
    Answers(
        right=(
            LOSS.format(f"return -{ROWS}.log().mean()"),
            LOSS.format(f"return round(float(-{ROWS}.log().mean()), 3)"),
            LOSS.format(f"return (-{ROWS}.log().numpy()).mean()"),
            LOSS.format("return -logits.log_softmax(1).gather(1, labels[:, None]).mean()"),
            LOSS.format(
                "losses = []\n"
                "    for row, label in zip(logits.tolist(), labels.tolist()):\n"
                "        losses.append(math.log(sum(math.exp(x) for x in row)) - row[label])\n"
                "    return sum(losses) / len(losses)"
            ),
        ),
        wrong=(
            LOSS.format(f"return {ROWS}.log().mean()"),
            LOSS.format(f"return -{ROWS}.log().sum()"),
            LOSS.format(f"return -{ROWS}.log()"),
            LOSS.format(f"return -{ROWS}.mean().log()"),
            LOSS.format(f"return -{ROWS}.log2().mean()"),
            LOSS.format(f"return -{ROWS}.mean()"),
            LOSS.format(f"return (1 - {ROWS}).mean()"),
            LOSS.format(f"return -{ROWS}.log().mean()".replace("dim=1", "dim=0")),
            LOSS.format(f"return -{ROWS}.log().mean()".replace(".softmax(dim=1)", ".sigmoid()")),
            LOSS.format("return -logits.softmax(dim=1).max(dim=1).values.log().mean()"),
            LOSS.format("return -logits.softmax(dim=1).log().mean()"),
            LOSS.format("return -logits.softmax(dim=1)[:, labels].log().mean()"),
            LOSS.format("return -logits.softmax(dim=1)[range(2), labels].log().mean()"),
            LOSS.format("return -logits.softmax(dim=1).diag().log().mean()"),
            LOSS.format(f"print(-{ROWS}.log().mean())"),
            LOSS.format(f"return str(float(-{ROWS}.log().mean()))"),
            LOSS.format("return cross_entropy(logits, labels)"),
            LOSS.format("return torch.nn.CrossEntropyLoss()(logits, labels)"),
            "my_cross_entropy = cross_entropy",
            "my_cross_entropy = 0.67",
            "my_cross_entropy = None",
        ),
    ),
    Answers(
        right=(
            f"{EPOCH} = 1 + {BEST}".format("max", "val_acc"),
            f"{EPOCH} = float(1 + {BEST})".format("max", "val_acc"),
            f"import numpy as np\n{EPOCH} = np.argmax([acc for _, acc in log['val_acc']]) + 1",
            f"{EPOCH} = torch.tensor([acc for _, acc in log['val_acc']]).argmax() + 1",
        ),
        wrong=(
            f"{EPOCH} = {BEST}".format("max", "val_acc"),
            f"{EPOCH} = 1 + {BEST}".format("min", "val_acc"),
            f"{EPOCH} = 1 + {BEST}".format("max", "train_acc"),
            f"{EPOCH} = 1 + {BEST}".format("min", "val_loss"),
            f"{EPOCH} = str(1 + {BEST})".format("max", "val_acc"),
            f"{EPOCH} = max(acc for _, acc in log['val_acc'])",
            f"{EPOCH} = max(log['val_acc'], key=lambda pair: pair[1])",
            f"{EPOCH} = max(log['val_acc'], key=lambda pair: pair[1])[0]",  # a step
            f"{EPOCH} = log['val_acc']",
            f"{EPOCH} = None",
        ),
    ),
]
