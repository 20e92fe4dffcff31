"""Lesson 7: the learning rate of a step, the loss by hand, the most accurate epoch."""

from tests.course.exercises import Answers, each

RATE = """
def learning_rate_at(step, num_steps):
    warmup = round(num_steps * args.warmup_ratio)
    if step < warmup:
        return args.learning_rate * step / warmup
    return args.learning_rate * (num_steps - step) / (num_steps - warmup)
"""
WARMUP = "round(num_steps * args.warmup_ratio)"
DOWN = "args.learning_rate * (num_steps - step) / (num_steps - warmup)"

LOSS = "def my_cross_entropy(logits, labels):\n    …"
BY_ROWS = LOSS.replace(
    "…", "of_labels = logits.softmax(dim=1)[range(len(labels)), labels]\n    return …"
)
MEAN = BY_ROWS.replace("…", "-of_labels.log().mean()")

EPOCH = "most_accurate_epoch = 1 + max(range(args.epochs), key=lambda i: log['val_acc'][i][1])"

ANSWERS = [
    Answers(
        right=(
            RATE,
            *each(RATE, f"torch.tensor({DOWN})", f"float(f'{{{DOWN}:.3g}}')", at=DOWN),
            "import numpy as np\n"
            "def learning_rate_at(step, num_steps):\n"
            f"    warmup = {WARMUP}\n"
            "    return args.learning_rate * np.interp(step, [0, warmup, num_steps], [0, 1, 0])",
        ),
        wrong=(
            *each(RATE, "num_steps * args.warmup_ratio", "1", at=WARMUP),
            *each(RATE, "(step + 1) / warmup", at="step / warmup"),
            *each(RATE, "num_steps\n", at="(num_steps - warmup)\n"),
            *each(RATE, "1", at="args.learning_rate"),
        ),
    ),
    Answers(
        right=(
            MEAN,
            *each(BY_ROWS, "round(float(-of_labels.log().mean()), 3)"),
            *each(LOSS, "return -logits.log_softmax(1).gather(1, labels[:, None]).mean()"),
        ),
        wrong=(
            *each(
                BY_ROWS,
                "of_labels.log().mean()",
                "-of_labels.log().sum()",
                "-of_labels.mean().log()",
            ),
            *each(MEAN, "dim=0", at="dim=1"),
            "my_cross_entropy = cross_entropy",
        ),
    ),
    Answers(
        right=(
            EPOCH,
            f"{EPOCH}\nmost_accurate_epoch = float(most_accurate_epoch)",
            "most_accurate_epoch = torch.tensor([acc for _, acc in log['val_acc']]).argmax() + 1",
        ),
        wrong=(
            *each(EPOCH, "max", at="1 + max"),
            *each(EPOCH, "min", at="max"),
            "most_accurate_epoch = max(acc for _, acc in log['val_acc'])",
            "most_accurate_epoch = max(log['val_acc'], key=lambda pair: pair[1])[0]",  # a step
        ),
    ),
]
