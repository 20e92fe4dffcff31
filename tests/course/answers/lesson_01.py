"""Lesson 1: a temperature, shapes, and a wrong label."""

from tests.course.exercises import Answers, each

SOFTER = "def softmax_with_temperature(logits, temperature):\n    "
BY_SOFTMAX = SOFTER + "return softmax([logit … for logit in logits])"
RETURNED = SOFTER + "softer = softmax([z / temperature for z in logits])\n    …"

# What the solutions found before: ``steps``, ``history``. Learning it anew:
LEARNED = """
_, history = learn([liked], [0], num_steps=12)
steps = [liked_p < 0.2 for liked_p, bored_p in history].index(True)
steps_and_probability = [steps, history[steps][1]]
"""

ANSWERS = [
    Answers(
        right=(
            *each(BY_SOFTMAX, "/ temperature"),
            *each(RETURNED, "return tuple(round(p, 3) for p in softer)"),
            SOFTER + "return (torch.tensor(logits) / temperature).softmax(dim=-1)",
            SOFTER + "for i in range(len(logits)):\n        logits[i] /= temperature\n"
            "    print(logits)\n    return softmax(logits)",
        ),
        wrong=(
            *each(BY_SOFTMAX, "", "* temperature", "- temperature", "// temperature"),
            SOFTER + "return [p / temperature for p in softmax(logits)]",
            *each(RETURNED, "return [round(p, 2) for p in softer]", "return sorted(softer)"),
        ),
    ),
    Answers(
        right=each(
            "shapes = …",
            "[(4, 5), (4, 12, 7), (4, 12)]",
            "([4, 5], [4, 12, 7], [4, 12])",
            "[torch.zeros(4, 5).shape, torch.Size([4, 12, 7]), torch.tensor([4, 12])]",
        ),
        wrong=each(
            "shapes = …",
            "[(4, 12, 5), (4, 12, 7), (4, 12)]",
            "[(4, 5), (4, 7), (4, 12)]",
            "[(4, 5), (4, 12, 7), (4, 2)]",
            "'[(4, 5), (4, 12, 7), (4, 12)]'",
        ),
    ),
    Answers(
        right=(
            LEARNED,
            "steps_and_probability = (steps, round(history[steps][1], 3))",
            "steps_and_probability = torch.tensor([steps, history[steps][1]])",
        ),
        wrong=(
            *each("steps_and_probability = [steps, …]", "history[steps][0]", "history[-1][1]"),
            "steps_and_probability = [steps + 1, history[steps + 1][1]]",
            *each(LEARNED, "bored_p < 0.2", at="liked_p < 0.2"),
        ),
    ),
]
