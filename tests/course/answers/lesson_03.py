"""Lesson 3: updates, a learning rate, and settings."""

from tests.course.exercises import Answers, each

SETTINGS = 'my_args = ClassificationTrainArguments.for_scale("mini", …)'
REPLACED = """
from dataclasses import replace
mini = ClassificationTrainArguments.for_scale("mini")
my_args = replace(mini, batch_size=mini.batch_size // 2, epochs=mini.epochs * 2, seed=1)
"""

ANSWERS = [
    Answers(
        right=(
            "updates = 135",
            "import numpy as np\nupdates = np.ceil(640 / 24) * 5",
            "import torch\nupdates = torch.tensor(135)",
        ),
        wrong=(
            *each("updates = …", "640 // 24 * 5", "640 / 24 * 5", "27", "'135'"),
            "import math\nupdates = math.ceil(640 / 24 * 5)",
        ),
    ),
    Answers(
        right=(
            "largest_learning_rate = 0.9",
            "largest_learning_rate = max(\n"
            "    rate for rate in (0.4, 0.6, 0.9, 1.1) if abs(descend(rate, 100)[-1] - 3) < 0.001)",
            "import torch\nlargest_learning_rate = torch.tensor(0.9)",
        ),
        wrong=each(
            "largest_learning_rate = …",
            "0.6",
            "1.1",
            "1.0",
            "descend(0.9, steps=100)[-1]",
        ),
    ),
    Answers(
        right=(
            *each(SETTINGS, "batch_size=16, epochs=8, seed=1"),
            *each(SETTINGS, "seed=1, epochs=2 * 4, batch_size=32 // 2"),
            REPLACED,
        ),
        wrong=(
            *each(
                SETTINGS,
                "batch_size=16, epochs=8",
                "batch_size=16, seed=1",
                "batch_size=16, epochs=8, seed=1, learning_rate=5e-5",
            ),
            # the settings that the check might start from are no longer those of the scale
            'my_args = mini = ClassificationTrainArguments.for_scale("full",\n'
            "    batch_size=16, epochs=8, seed=1)",
            "my_args = ClassificationTrainArguments(batch_size=16, epochs=8, seed=1)",
        ),
    ),
]
