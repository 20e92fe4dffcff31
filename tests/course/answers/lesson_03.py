"""Lesson 3: steps, a learning rate, and settings."""

from tests.course.exercises import Answers

_SETTINGS = 'my_args = ClassificationTrainArguments.for_scale("mini", '
_REPLACE = (
    "from dataclasses import replace\n"
    'mini = ClassificationTrainArguments.for_scale("mini")\n'
    "my_args = replace(mini, "
)

ANSWERS = [
    Answers(
        right=(
            "steps = 135",
            "import math\nsteps = math.ceil(640 / 24) * 5",
            "import numpy as np\nsteps = np.ceil(640 / 24) * 5",
            "import torch\nsteps = torch.tensor(135)",
            "import numpy as np\nsteps = np.array(135)",
        ),
        wrong=(
            "steps = 130",
            "steps = 640 // 24 * 5",
            "steps = 640 / 24 * 5",
            "steps = round(640 / 24 * 5)",
            "import math\nsteps = math.ceil(640 / 24 * 5)",
            "steps = 27",
            "steps = 640 * 5",
            "steps = 24 * 5",
            "steps = '135'",
            "steps = [135]",
            "steps = [27, 5]",
            "steps = None",
            "steps = print(135)",
            "steps = lambda: 135",
        ),
    ),
    Answers(
        right=(
            "largest_learning_rate = 0.9",
            "largest_learning_rate = max(\n"
            "    rate for rate in (0.4, 0.6, 0.9, 1.1) if abs(descend(rate, 100)[-1] - 3) < 0.001)",
            "import torch\nlargest_learning_rate = torch.tensor(0.9)",
            "import numpy as np\nlargest_learning_rate = np.float32(0.9)",
        ),
        wrong=(
            "largest_learning_rate = 0.4",
            "largest_learning_rate = 0.6",
            "largest_learning_rate = 1.1",
            "largest_learning_rate = 1.0",
            "largest_learning_rate = 0.999",
            "largest_learning_rate = 3.0",
            "largest_learning_rate = 2",
            "largest_learning_rate = True",
            "largest_learning_rate = '0.9'",
            "largest_learning_rate = [0.4, 0.6, 0.9]",
            "largest_learning_rate = descend(0.9, steps=100)",
            "largest_learning_rate = descend(0.9, steps=100)[-1]",
            "largest_learning_rate = None",
        ),
    ),
    Answers(
        right=(
            _SETTINGS + "batch_size=16, epochs=8, seed=1)",
            _SETTINGS + "seed=1, epochs=2 * 4, batch_size=32 // 2)",
            _REPLACE + "batch_size=mini.batch_size // 2, epochs=mini.epochs * 2, seed=1)",
            _REPLACE.replace("mini = ", "mini = my_args = ") + "batch_size=16, epochs=8, seed=1)",
            "from helpers import ClassificationTrainArguments as Settings\n"
            'my_args = Settings.for_scale("mini", batch_size=16, epochs=8, seed=1)',
        ),
        wrong=(
            _SETTINGS + "batch_size=16, epochs=8)",
            _SETTINGS + "batch_size=16, seed=1)",
            _SETTINGS + "epochs=8, seed=1)",
            _SETTINGS + "batch_size=64, epochs=8, seed=1)",
            _SETTINGS + "batch_size=16, epochs=2, seed=1)",
            _SETTINGS + "batch_size=16, epochs=6, seed=1)",
            _SETTINGS + "batch_size=16, epochs=8, seed=7)",
            _SETTINGS + "batch_size=16, epochs=8, seed=1, learning_rate=5e-5)",
            _SETTINGS.replace("mini", "full") + "batch_size=16, epochs=8, seed=1)",
            "my_args = ClassificationTrainArguments(batch_size=16, epochs=8, seed=1)",
            # the settings that the check might start from are no longer those of the scale
            'my_args = mini = ClassificationTrainArguments.for_scale("full",\n'
            "    batch_size=16, epochs=8, seed=1)",
            "my_args = dict(batch_size=16, epochs=8, seed=1)",
            "my_args = {**vars(ClassificationTrainArguments.for_scale('mini')),\n"
            "           'batch_size': 16, 'epochs': 8, 'seed': 1}",
            "my_args = ClassificationTrainArguments",
            "my_args = (16, 8, 1)",
            "my_args = None",
        ),
    ),
]
