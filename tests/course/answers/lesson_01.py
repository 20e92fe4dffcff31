"""Lesson 1: a temperature, shapes, and a wrong label."""

from tests.course.exercises import Answers

_DEF = "def softmax_with_temperature(logits, temperature):\n    "
# What the solutions found: ``steps``, ``history``. Learning it anew:
_LEARN = "_, history = learn([liked], [0], num_steps=12)\n"
_FIRST = "steps = [liked_p < 0.2 for liked_p, _ in history].index(True)\n"

ANSWERS = [
    Answers(
        right=(
            _DEF + "return softmax([logit / temperature for logit in logits])",
            _DEF + "return tuple(round(p, 3) for p in softmax([z / temperature for z in logits]))",
            _DEF + "return (torch.tensor(logits) / temperature).softmax(dim=-1)",
            "import numpy as np\n"
            + _DEF
            + "powers = np.exp(np.array(logits) / temperature)\n    return powers / powers.sum()",
            _DEF
            + "for i in range(len(logits)):\n        logits[i] /= temperature\n"
            + "    print(logits)\n    return softmax(logits)",
            _DEF
            + "powers = [p ** (1 / temperature) for p in softmax(logits)]\n"
            + "    return [power / sum(powers) for power in powers]",
        ),
        wrong=(
            "softmax_with_temperature = [0.016, 0.867, 0.117]",
            _DEF + "return softmax(logits)",
            _DEF + "return softmax([logit * temperature for logit in logits])",
            _DEF + "return softmax([logit - temperature for logit in logits])",
            _DEF + "return softmax([logit // temperature for logit in logits])",
            _DEF + "return [p / temperature for p in softmax(logits)]",
            _DEF + "return [p ** (1 / temperature) for p in softmax(logits)]",
            _DEF + "return [round(p, 2) for p in softmax([z / temperature for z in logits])]",
            _DEF + "return [f'{p:.3f}' for p in softmax([z / temperature for z in logits])]",
            _DEF + "return [100 * p for p in softmax([z / temperature for z in logits])]",
            _DEF + "return sorted(softmax([z / temperature for z in logits]))",
            _DEF + "return [softmax([z / temperature for z in logits])]",
            _DEF + "return softmax([z / temperature for z in logits])[1]",
            _DEF + "return softmax([z / temperature for z in [0.0, 2.0, 1.0]])",
            _DEF + "return softmax([z / temperature for z in logits[:3]])",
            _DEF + "print(softmax([logit / temperature for logit in logits]))",
            _DEF + "return softmax(logits / temperature)",
        ),
    ),
    Answers(
        right=(
            "shapes = [(4, 5), (4, 12, 7), (4, 12)]",
            "shapes = ([4, 5], [4, 12, 7], [4, 12])",
            "shapes = [torch.zeros(4, 5).shape, torch.Size([4, 12, 7]), torch.tensor([4, 12])]",
            "import numpy as np\nshapes = [np.array(s) for s in ((4, 5), (4, 12, 7), (4, 12))]",
        ),
        wrong=(
            "shapes = [(4, 12, 5), (4, 12, 7), (4, 12)]",
            "shapes = [(4, 5), (4, 7), (4, 12)]",
            "shapes = [(4, 5), (4, 12, 7), (4, 2)]",
            "shapes = [(4, 5), (4, 12, 7), (4, 12, 2)]",
            "shapes = [(4, 5), (4, 7, 12), (4, 12)]",
            "shapes = [(5, 4), (12, 4, 7), (12, 4)]",
            "shapes = [(5,), (12, 7), (12,)]",
            "shapes = [(1, 5), (1, 12, 7), (1, 12)]",
            "shapes = [(4, 5), (4, 12, 7)]",
            "shapes = [4, 5, 4, 12, 7, 4, 12]",
            "shapes = ['(4, 5)', '(4, 12, 7)', '(4, 12)']",
            "shapes = '[(4, 5), (4, 12, 7), (4, 12)]'",
            "shapes = None",
        ),
    ),
    Answers(
        right=(
            _LEARN + _FIRST + "steps_and_probability = [steps, history[steps][1]]",
            "steps_and_probability = (steps, round(history[steps][1], 3))",
            "steps_and_probability = torch.tensor([steps, history[steps][1]])",
            "import numpy as np\nsteps_and_probability = np.array(\n"
            "    [steps, np.float64(history[steps][1])])",
        ),
        wrong=(
            "steps_and_probability = [steps + 1, history[steps + 1][1]]",
            "steps_and_probability = [steps - 1, history[steps - 1][1]]",
            "steps_and_probability = [steps, history[steps][0]]",
            "steps_and_probability = [steps, history[-1][1]]",
            "steps_and_probability = [steps, 1 - history[steps][1]]",
            "steps_and_probability = [steps, round(history[steps][1], 1)]",
            "steps_and_probability = [steps, history[steps]]",
            "steps_and_probability = [str(steps), f'{history[steps][1]:.3f}']",
            "steps = [bored_p < 0.2 for _, bored_p in history].index(True)\n"
            "steps_and_probability = [steps, history[steps][1]]",
            _LEARN.replace("[liked], [0]", "[liked, bored], [0, 0]")
            + _FIRST
            + "steps_and_probability = [steps, history[steps][1]]",
            "steps_and_probability = None",
        ),
    ),
]
