"""Lesson 6: the share of padding, a collator for multiples of 8, numbers of batches."""

from tests.course.exercises import Answers

OVER_ALL = """
def padding_share(loader):
    real = total = 0
    for batch in loader:
        real += batch["attention_mask"].sum()
        total += batch["attention_mask"].numel()
    {}
"""
OF_EACH_BATCH = """
def padding_share(loader):
    shares = [1 - batch["attention_mask"].double().mean().item() for batch in loader]
    return {}
"""
BY_LENGTHS = """
def padding_share(loader):
    lengths = torch.tensor([len(ids) for ids in val_dataset.input_ids])
    batches = lengths.split({})
    return 1 - lengths.sum() / sum(len(batch) * batch.max() for batch in batches)
"""

PADDED = """
def collate_to_8(features):
    batch = data_collator(features)
    extra = {extra}
    for name in {names}:
        batch[name] = {padded}
    return batch
"""
EXTRA, BOTH, ZEROS = (
    '-batch["input_ids"].shape[1] % 8',
    '("input_ids", "attention_mask")',
    "pad(batch[name], (0, extra))",
)
ROW_BY_ROW = """
def collate_to_8(features):
    width = max(len(feature["input_ids"]) for feature in features)
    width += -width % 8
    rows = [feature["input_ids"].tolist() for feature in features]
    zeros = [[0] * (width - len(row)) for row in rows]
    masks = [[{mask}] * len(row) + rest for row, rest in zip(rows, zeros)]
    return {{
        "input_ids": torch.tensor([row + rest for row, rest in zip(rows, zeros)]),
        "attention_mask": torch.tensor(masks),
        "labels": {labels},
    }}
"""
STACKED = 'torch.stack([feature["labels"] for feature in features])'

ANSWERS = [
    Answers(
        right=(
            OVER_ALL.format("return 1 - real / total"),
            OVER_ALL.format("return round(float(1 - real / total), 3)"),
            OVER_ALL.format("return (total - real).numpy() / total"),
            "padding_share = lambda loader: torch.cat("
            '[(batch["input_ids"] == 0).flatten() for batch in loader]).float().mean()',
        ),
        wrong=(
            OVER_ALL.format("return real / total"),
            OVER_ALL.format("return 100 * (1 - real / total)"),
            OVER_ALL.format('return f"{1 - real / total:.3f}"'),
            OVER_ALL.format("print(float(1 - real / total))"),
            OVER_ALL.format("return round(float(1 - real / total), 2)"),
            OVER_ALL.format("return total - real"),
            OVER_ALL.format("    return 1 - real / total"),  # after the first batch
            OVER_ALL.format("return 1 - (real - 2 * len(loader.dataset)) / total"),
            OVER_ALL.format("return 1 - real / (len(loader) * args.batch_size * 70)"),
            OF_EACH_BATCH.format("sum(shares) / len(shares)"),
            OF_EACH_BATCH.format("shares"),
            OF_EACH_BATCH.format("shares[-1]"),
            BY_LENGTHS.format("args.batch_size"),
            BY_LENGTHS.format("loader.batch_size"),
            "padding_share = lambda loader: 0.657",
            "padding_share = 0.657",
            "padding_share = None",
        ),
    ),
    Answers(
        right=(
            PADDED.format(extra=EXTRA, names=BOTH, padded=ZEROS),
            PADDED.format(extra=EXTRA, names="[*batch][:2]", padded=ZEROS),
            ROW_BY_ROW.format(mask=1, labels=STACKED),
            "from transformers import DataCollatorWithPadding\n"
            "collate_to_8 = DataCollatorWithPadding(tokenizer, pad_to_multiple_of=8)",
        ),
        wrong=(
            PADDED.format(extra=EXTRA, names='["input_ids"]', padded=ZEROS),
            PADDED.format(extra=EXTRA, names="batch", padded=ZEROS),
            PADDED.format(extra='8 - batch["input_ids"].shape[1] % 8', names=BOTH, padded=ZEROS),
            PADDED.format(extra='batch["input_ids"].shape[1] % 8', names=BOTH, padded=ZEROS),
            PADDED.format(extra="7", names=BOTH, padded=ZEROS),
            PADDED.format(extra='24 - batch["input_ids"].shape[1]', names=BOTH, padded=ZEROS),
            PADDED.format(extra=EXTRA, names=BOTH, padded="pad(batch[name], (extra, 0))"),
            PADDED.format(extra=EXTRA, names=BOTH, padded="pad(batch[name], (0, 0, 0, extra))"),
            PADDED.format(extra=EXTRA, names=BOTH, padded="pad(batch[name], (0, extra), value=1)"),
            PADDED.format(
                extra="torch.zeros(len(features), " + EXTRA + ")",
                names=BOTH,
                padded="torch.cat([batch[name], extra], dim=1)",  # floats
            ),
            PADDED.replace("return batch", "print(batch)").format(
                extra=EXTRA, names=BOTH, padded=ZEROS
            ),
            PADDED.replace("return batch", "return tuple(batch.values())").format(
                extra=EXTRA, names=BOTH, padded=ZEROS
            ),
            ROW_BY_ROW.format(mask=0, labels=STACKED),
            ROW_BY_ROW.format(mask=1, labels="None"),
            "collate_to_8 = data_collator",
            "collate_to_8 = data_collator([train_dataset[0], train_dataset[1]])",
        ),
    ),
    Answers(
        right=(
            "batches_last_dropped = (13, 48, 48)",
            "batches_last_dropped = [13, 48, 48]",
            "batches_last_dropped = torch.tensor([13, 48, 48])",
            "import numpy as np\nbatches_last_dropped = np.array([13.0, 48, 48])",
        ),
        wrong=(
            "batches_last_dropped = (12, 48, 48)",
            "batches_last_dropped = (12.5, 48, 48)",
            "batches_last_dropped = (13, 96, 48)",
            "batches_last_dropped = (13, 48, 1)",
            "batches_last_dropped = (13, 48, 0)",
            "batches_last_dropped = (48, 13, 48)",
            "batches_last_dropped = (13, 48)",
            'batches_last_dropped = ("13", "48", "48")',
            'batches_last_dropped = "13, 48, 48"',
            "batches_last_dropped = {13, 48}",
            "batches_last_dropped = 13",
            "batches_last_dropped = None",
        ),
    ),
]
