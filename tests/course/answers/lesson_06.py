"""Lesson 6: the share of padding, a collator for multiples of 8, numbers of batches."""

from tests.course.exercises import Answers, each

OVER_ALL = """
def padding_share(loader):
    real = total = 0
    for batch in loader:
        real += batch["attention_mask"].sum()
        total += batch["attention_mask"].numel()
    …
"""
OF_EACH_BATCH = """
def padding_share(loader):
    shares = [1 - batch["attention_mask"].double().mean().item() for batch in loader]
    return …
"""
BY_LENGTHS = """
def padding_share(loader):
    lengths = torch.tensor([len(ids) for ids in val_dataset.input_ids])
    batches = lengths.split(loader.batch_size)
    return 1 - lengths.sum() / sum(len(batch) * batch.max() for batch in batches)
"""

PADDED = """
def collate_to_8(features):
    batch = data_collator(features)
    extra = -batch["input_ids"].shape[1] % 8
    for name in ("input_ids", "attention_mask"):
        batch[name] = pad(batch[name], (0, extra))
    return batch
"""
EXTRA, NAMES = '-batch["input_ids"].shape[1] % 8', '("input_ids", "attention_mask")'
ZEROS = "pad(batch[name], (0, extra))"
CONCATENATED = """torch.cat(
            [batch[name], torch.zeros(len(features), extra, dtype=torch.long)], dim=1)"""

ANSWERS = [
    Answers(
        right=(
            *each(OVER_ALL, "return 1 - real / total", "return (total - real).numpy() / total"),
            *each(OVER_ALL, "return round(float(1 - real / total), 3)"),
            "padding_share = lambda loader: torch.cat("
            '[(batch["input_ids"] == 0).flatten() for batch in loader]).float().mean()',
        ),
        wrong=(
            *each(
                OVER_ALL,
                "return real / total",
                "    return 1 - real / total",  # after the first batch
            ),
            *each(OF_EACH_BATCH, "sum(shares) / len(shares)", "shares"),
            BY_LENGTHS,  # right in the order of the file alone
        ),
    ),
    Answers(
        right=(
            PADDED,
            *each(PADDED, CONCATENATED, at=ZEROS),
            "from transformers import DataCollatorWithPadding\n"
            "collate_to_8 = DataCollatorWithPadding(tokenizer, pad_to_multiple_of=8)",
        ),
        wrong=(
            *each(PADDED, '["input_ids"]', "batch", at=NAMES),
            *each(PADDED, "8 " + EXTRA, EXTRA[1:], "7", at=EXTRA),
            *each(PADDED, "(extra, 0)", "(0, 0, 0, extra)", "(0, extra), value=1", at="(0, extra)"),
            "collate_to_8 = data_collator",
        ),
    ),
    Answers(
        right=each(
            "batches_last_dropped = …",
            "(13, 48, 48)",
            "[13, 48.0, 48]",
            "torch.tensor([13, 48, 48])",
        ),
        wrong=each("batches_last_dropped = …", "(12, 48, 48)", "(48, 13, 48)", "(13, 48)", "13"),
    ),
]
