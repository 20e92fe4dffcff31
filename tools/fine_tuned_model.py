"""Make the fine-tuned model that lessons 8 and 9 load at the mini scale: lesson 7's training.

    python -m tools.fine_tuned_model

Half a minute on a CPU. To be given again when the bundled model or the bundled reviews change.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from helpers import (
    ClassificationDataset,
    ClassificationTask,
    ClassificationTrainArguments,
    NsmcCorpus,
    eval_dataloader,
    fetch_corpus,
    get_trainer,
    load_model,
    load_tokenizer,
    read_checkpoint,
    set_seed,
    train_dataloader,
)
from helpers.scales import FINE_TUNED


def train(args: ClassificationTrainArguments) -> dict[str, Any]:
    """Train as lesson 7 does, and return the last checkpoint."""
    fetch_corpus(args)
    tokenizer, corpus = load_tokenizer(args), NsmcCorpus()
    train_part, val_part = (
        ClassificationDataset(args, corpus, tokenizer, mode) for mode in ("train", "val")
    )
    set_seed(args)  # for the new head
    model = load_model(args)
    set_seed(args)  # for the order of the reviews, and dropout
    task, trainer = ClassificationTask(model, args), get_trainer(args)
    trainer.fit(task, train_dataloader(args, train_part), eval_dataloader(args, val_part))
    return read_checkpoint(Path(args.downstream_model_dir) / "last.ckpt")


def halved(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """Return the network's weights in half precision, with the epoch and the step they are of."""
    weights = {
        name: weight.half()
        for name, weight in checkpoint["state_dict"].items()
        if name.startswith("model.")
    }
    return {name: checkpoint[name] for name in ("epoch", "global_step")} | {"state_dict": weights}


def main() -> None:
    with TemporaryDirectory() as folder:
        args = ClassificationTrainArguments.for_scale(
            "mini", downstream_corpus_root_dir=folder, downstream_model_dir=f"{folder}/model"
        )
        checkpoint = halved(train(args))
    FINE_TUNED.parent.mkdir(exist_ok=True)
    torch.save(checkpoint, FINE_TUNED)
    print(
        f"{FINE_TUNED.name}: epoch {checkpoint['epoch'] + 1}, {FINE_TUNED.stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    main()
