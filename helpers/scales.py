"""The two scales of the course: what each changes in the settings, and nothing else."""

import os
from pathlib import Path
from typing import Any

from helpers.mini_reviews import ASSETS

MINI_BERT = ASSETS / "mini-bert"
SCALES: dict[str, dict[str, Any]] = {
    "mini": {
        "pretrained_model_name": MINI_BERT,
        "downstream_corpus_name": "mini_reviews",
        "learning_rate": 5e-4,
        "epochs": 4,
        "val_fraction": 0.2,
        "seed": 7,
    },
    "full": {
        "pretrained_model_name": "beomi/kcbert-base",
        "downstream_corpus_name": "nsmc",
        "learning_rate": 5e-5,
        "epochs": 3,
        "val_fraction": 0.1,
        "seed": 7,
    },
}


def settings_of_scale(scale: str) -> dict[str, Any]:
    """Return what distinguishes a scale.

    ``"mini"`` is the bundled model and corpus, for a CPU without network; ``"full"`` is kcbert-base
    and NSMC, for a GPU with a network.
    """
    if scale not in SCALES:
        raise ValueError(f"SCALE must be one of {', '.join(map(repr, SCALES))}; it is {scale!r}.")
    settings = dict(SCALES[scale])
    if isinstance(settings["pretrained_model_name"], Path):
        # Relative, so that neither outputs nor checkpoints name a folder of one machine.
        settings["pretrained_model_name"] = os.path.relpath(settings["pretrained_model_name"])
    return settings
