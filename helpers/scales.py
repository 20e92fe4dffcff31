"""The two scales of the course, what each changes in the settings, and what is bundled."""

import os
from pathlib import Path
from typing import Any

from Korpora.loader import FETCH
from Korpora.utils import fetch

ASSETS = Path(__file__).resolve().parent / "assets"
MINI_REVIEWS = "mini_reviews"
MINI_BERT = ASSETS / "mini-bert"
FINE_TUNED = ASSETS / "mini-bert-reviews" / "last.ckpt"
SCALES: dict[str, dict[str, Any]] = {
    "mini": {
        "pretrained_model_name": MINI_BERT,
        "fine_tuned_checkpoint": FINE_TUNED,
        "downstream_corpus_name": MINI_REVIEWS,
        "learning_rate": 5e-4,
        "epochs": 4,
        "val_fraction": 0.2,
        "seed": 7,
    },
    "full": {
        "pretrained_model_name": "beomi/kcbert-base",
        "fine_tuned_checkpoint": "checkpoints/07/full/last.ckpt",
        "downstream_corpus_name": "nsmc",
        "learning_rate": 5e-5,
        "epochs": 3,
        "val_fraction": 0.1,
        "group_by_length": True,
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
    # Paths are relative, so that neither outputs nor checkpoints name a folder of one machine.
    settings = {
        name: os.path.relpath(value) if isinstance(value, Path) else value
        for name, value in SCALES[scale].items()
    }
    return settings | ({"precision": fastest_precision()} if scale == "full" else {})


def fastest_precision() -> str:
    """Return the number format to train in: 16 bits on a GPU, 32 elsewhere.

    On cards that compute in bfloat16 it is taken, which, unlike float16, needs no loss scaling.
    """
    import torch  # heavy, and settings alone should not cost it

    if not torch.cuda.is_available():
        return "32-true"
    return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "16-mixed"


def fetch_mini_reviews(root_dir: str | Path, force_download: bool = False) -> None:
    """Copy the bundled corpus into ``root_dir/mini_reviews`` as Korpora fetches any corpus.

    Its addresses are ``file://`` URLs, so Korpora's own downloader needs no network.
    """
    for name in ("ratings_train.txt", "ratings_test.txt"):
        source = ASSETS / MINI_REVIEWS / name
        destination = Path(root_dir).absolute() / MINI_REVIEWS / name
        fetch(source.as_uri(), str(destination), MINI_REVIEWS, force_download)


def register_mini_reviews() -> None:
    """Let ``Korpora.fetch("mini_reviews")`` find the bundled corpus."""
    FETCH[MINI_REVIEWS] = fetch_mini_reviews
