"""Pretrain a small BERT on raw reviews: its vocabulary, its embeddings, its weights.

    python -m pretraining --reviews reviews.txt.xz --model my-bert --steps 5000

Stopped and run again, it goes on from its last checkpoint. A GPU is used when there is one.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from pretraining.pretrain import pretrain
from pretraining.recipe import Recipe


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pretraining",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--reviews", type=Path, required=True, help="text or .xz, one a line; or a file of NSMC"
    )
    parser.add_argument("--model", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--steps", type=int, required=True, help="of about 4,096 word pieces each")
    parser.add_argument("--start", type=Path, help="folder of a model whose weights go on learning")
    parser.add_argument(
        "--seed", type=int, default=Recipe().seed, help="of the order and the masks"
    )
    parser.add_argument("--work", type=Path, help="for checkpoints and loss.csv; MODEL.work")
    words = parser.parse_args()
    work = words.work or words.model.with_name(words.model.name + ".work")
    recipe = replace(Recipe(), seed=words.seed)
    pretrain(words.reviews, words.model, work, words.steps, recipe, words.start)


if __name__ == "__main__":
    main()
