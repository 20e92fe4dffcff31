"""Lesson 8: mistakes in groups, the accuracy where the model is sure, the sign test."""

from tests.course.exercises import Answers, each

SURER = """
order = val_probabilities.max(dim=1).values.argsort(descending=True)
half = val_right[order[: len(val_right) // 2]]
accuracy_of_surer_half = …
"""
SHARE = "half.double().mean()"

TOSSES = """
only_a, only_b = (right & ~right_bag).sum().item(), (~right & right_bag).sum().item()
exact = binomtest(only_a, only_a + only_b)
p_value = …
"""

ANSWERS = [
    Answers(
        right=each("my_groups = …", '"ninimlniim"', '"NINIMLNIIM"', 'list("nnnnnnnnni")'),
        wrong=each(
            "my_groups = …",
            '"ninim"',
            '"nixymlniim"',
            '["irony", "mixed", "label", "none"]',
            "[1, 2, 1, 2, 3, 4, 1, 2, 2, 3]",
        ),
    ),
    Answers(
        right=(
            *each(SURER, SHARE, f"round({SHARE}.item(), 3)", "half.numpy().mean()"),
            "sure = val_probabilities.max(dim=1).values\n"
            "accuracy_of_surer_half = val_right[sure > sure.median()].float().mean()",
        ),
        wrong=(
            *each(
                SURER,
                f"1 - {SHARE}",
                "half.sum() / len(val_right)",
            ),
            *each(SURER.replace("…", SHARE), "[:, 1]", at=".max(dim=1).values"),
            *each(SURER.replace("…", SHARE), "", at="descending=True"),
            *each(SURER.replace("…", SHARE), ": len(val_right) // 4", at=": len(val_right) // 2"),
        ),
    ),
    Answers(
        right=each(
            TOSSES,
            "exact.pvalue",
            "round(exact.pvalue, 3)",
            "binomtest(only_b, only_a + only_b).pvalue",  # a fair coin has no sides
        ),
        wrong=each(
            TOSSES,
            "binomtest(only_a, only_a + only_b, alternative='greater').pvalue",
            "binomtest(only_a, len(right)).pvalue",
            "binomtest(only_a, int((right | right_bag).sum())).pvalue",
            "1 - exact.pvalue",
        ),
    ),
]
