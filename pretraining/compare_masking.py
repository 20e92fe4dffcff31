"""Which share of the word pieces to hide: one pretraining, finished with each of several shares.

    python -m pretraining.compare_masking --reviews reviews.txt.xz --model my-bert \\
        --checkpoint my-bert.work/last.pt --steps 260 --work masking.work

Each run starts from the same checkpoint, taken before the learning rate decays, lets it decay to
zero within ``--steps`` steps and writes its model to a folder of its own, to be fine-tuned.
"""

import argparse
import shutil
from dataclasses import replace
from pathlib import Path

import torch

from pretraining.pretrain import pretrain
from pretraining.recipe import Recipe

PROBABILITIES = (0.15, 0.2, 0.3, 0.4)


def finish(words: argparse.Namespace, probability: float) -> None:
    """Copy checkpoint and vocabulary, and train ``words.steps`` more steps with this masking."""
    folder = words.work / f"masking_{probability:.2f}"
    folder.mkdir(parents=True)
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copy(words.model / name, folder)
    shutil.copy(words.checkpoint, folder / "last.pt")
    steps = torch.load(words.checkpoint, weights_only=True)["step"] + words.steps
    recipe = replace(
        Recipe(), mask_probability=probability, decay_share=words.steps / steps, checkpoint_every=50
    )
    print(f"masking {probability:.0%}", flush=True)
    pretrain(words.reviews, folder, folder, steps, recipe)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reviews", type=Path, required=True, help="text or .xz, one a line")
    parser.add_argument("--model", type=Path, required=True, help="has the vocabulary")
    parser.add_argument("--checkpoint", type=Path, required=True, help="where all runs start")
    parser.add_argument("--steps", type=int, required=True, help="that each run adds")
    parser.add_argument("--work", type=Path, required=True, help="for one folder a run")
    words = parser.parse_args()
    for probability in PROBABILITIES:
        finish(words, probability)


if __name__ == "__main__":
    main()
