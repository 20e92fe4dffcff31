"""Lesson 8: mistakes in groups, the accuracy where the model is sure, the sign test."""

from tests.course.exercises import Answers

SURER = """
order = {by}.argsort(descending=True)
half = val_right[order[{part}]]
accuracy_of_surer_half = {figure}
"""
CONFIDENCE, FIRST = "val_probabilities.max(dim=1).values", ": len(val_right) // 2"
SHARE = "half.double().mean()"

TOSSES = """
only_a, only_b = (right & ~right_bag).sum().item(), (~right & right_bag).sum().item()
p_value = {}
"""
P_VALUE = "binomtest(only_a, only_a + only_b).pvalue"

ANSWERS = [
    Answers(
        right=(
            'my_groups = "ninimlniim"',
            'my_groups = list("nnnnnnnnni")',
            'my_groups = "NINIMLNIIM"',
            'my_groups = np.array(list("ninimlniim"))',
        ),
        wrong=(
            'my_groups = "ninim"',
            'my_groups = "ninimlniiml"',
            'my_groups = "n i n i m l n i i m"',
            'my_groups = "n,i,n,i,m,l,n,i,i,m"',
            'my_groups = "nixymlniim"',
            'my_groups = "nnnnnnnnnn"',
            'my_groups = ["irony", "mixed", "label", "none"]',
            'my_groups = ["i"] * 9 + ["il"]',
            'my_groups = {"n": 3, "i": 4, "m": 2, "l": 1}',
            "my_groups = [1, 2, 1, 2, 3, 4, 1, 2, 2, 3]",
            "my_groups = mistakes",
            'my_groups = "반반반반반양양없없없"',
            "my_groups = 10",
            "my_groups = None",
        ),
    ),
    Answers(
        right=(
            SURER.format(by=CONFIDENCE, part=FIRST, figure=SHARE),
            SURER.format(by=CONFIDENCE, part=FIRST, figure=f"round({SHARE}.item(), 3)"),
            SURER.format(by=CONFIDENCE, part=FIRST, figure="half.numpy().mean()"),
            f"sure = {CONFIDENCE}\n"
            "accuracy_of_surer_half = val_right[sure > sure.median()].float().mean()",
        ),
        wrong=(
            SURER.format(by="val_probabilities[:, 1]", part=FIRST, figure=SHARE),
            SURER.format(by=f"(-{CONFIDENCE})", part=FIRST, figure=SHARE),
            SURER.format(by=CONFIDENCE, part="len(val_right) // 2 :", figure=SHARE),
            SURER.format(by=CONFIDENCE, part=":", figure=SHARE),
            SURER.format(by=CONFIDENCE, part=": len(val_right) // 4", figure=SHARE),
            SURER.format(by=CONFIDENCE, part=FIRST, figure=f"100 * {SHARE}"),
            SURER.format(by=CONFIDENCE, part=FIRST, figure=f"1 - {SHARE}"),
            SURER.format(by=CONFIDENCE, part=FIRST, figure=f"round({SHARE}.item(), 1)"),
            SURER.format(by=CONFIDENCE, part=FIRST, figure=f"str({SHARE}.item())"),
            SURER.format(by=CONFIDENCE, part=FIRST, figure="half.sum()"),
            SURER.format(by=CONFIDENCE, part=FIRST, figure="half"),
            SURER.format(by=CONFIDENCE, part=FIRST, figure="half.sum() / len(val_right)"),
            "accuracy_of_surer_half = val_right[: len(val_right) // 2].double().mean()",
            f"accuracy_of_surer_half = {CONFIDENCE}.sort().values[150:].mean()",
            "accuracy_of_surer_half = None",
        ),
    ),
    Answers(
        right=(
            TOSSES.format(P_VALUE),
            TOSSES.format(f"round({P_VALUE}, 3)"),
            TOSSES.format(P_VALUE.replace("only_a,", "only_b,")),  # a fair coin has no sides
            TOSSES.format(f"torch.tensor({P_VALUE})"),
            TOSSES.format(f"np.array([{P_VALUE}])"),
        ),
        wrong=(
            TOSSES.format(P_VALUE.removesuffix(".pvalue")),
            TOSSES.format(P_VALUE.replace("pvalue", "statistic")),
            TOSSES.format("binomtest(only_a, only_a + only_b, alternative='greater').pvalue"),
            TOSSES.format("binomtest(only_a, only_a + only_b, alternative='less').pvalue"),
            TOSSES.format("binomtest(only_a, len(right)).pvalue"),
            TOSSES.format("binomtest(int(right.sum()), len(right)).pvalue"),
            TOSSES.format("binomtest(only_a, int((right | right_bag).sum())).pvalue"),
            TOSSES.format("binomtest(only_a, only_b).pvalue"),
            TOSSES.format("only_a / (only_a + only_b)"),
            TOSSES.format("(only_a, only_a + only_b)"),
            TOSSES.format(f"100 * {P_VALUE}"),
            TOSSES.format(f"round({P_VALUE}, 1)"),
            TOSSES.format(f"1 - {P_VALUE}"),
            TOSSES.format(f"str({P_VALUE})"),
            TOSSES.format("True"),
            TOSSES.format("None"),
        ),
    ),
]
