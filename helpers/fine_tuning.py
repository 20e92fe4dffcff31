"""From a table of labelled texts to a model that can be used: the whole course in one call.

On the command line, name a scale and whatever shall differ from it:

python -m helpers.fine_tuning --scale mini --train_file mails.csv --label_column topic
"""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from pytorch_lightning.utilities import rank_zero_only
from torch import nn

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.checkpoints import load_fine_tuned
from helpers.data import ClassificationDataset, eval_dataloader, train_dataloader
from helpers.evaluation import accuracy_interval, predict_probabilities
from helpers.export import export_model
from helpers.model import load_model, load_tokenizer
from helpers.own_data import OwnDataArguments, TableCorpus
from helpers.scales import SCALES
from helpers.support.machine import best_device, print_anything, shell_joined
from helpers.support.settings import command_line, parsed
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer, read_log


def fine_tune(args: OwnDataArguments) -> Path:
    """Train on your own data, judge it once, and export the model.

    It is judged on the test part, or on val with ``look_at_test=False``.

    Returns:
        the folder of the exported model, ``exported`` in ``args.downstream_model_dir``.
    Raises:
        ValueError: the data cannot be used, see ``TableCorpus``; or nothing would be kept.
        ConnectionError: as ``load_model``.
    """
    if args.test_mode:
        raise ValueError("Nothing is kept to export with test_mode=True; leave it out.")
    corpus, tokenizer = TableCorpus(args), load_tokenizer(args)
    report_corpus(corpus, args)
    judged_on = "test" if args.look_at_test else "val"
    train, val, judged = (
        ClassificationDataset(args, corpus, tokenizer, mode) for mode in ("train", "val", judged_on)
    )
    set_seed(args)
    task = ClassificationTask(load_model(args, len(corpus.label_names)), args)
    trainer = get_trainer(args)
    trainer.fit(task, train_dataloader(args, train), eval_dataloader(args, val))
    folder = Path(args.downstream_model_dir)
    if trainer.is_global_zero:  # of several processes, one judges and exports
        model = load_fine_tuned(folder / "last.ckpt", args, len(corpus.label_names))
        report_accuracy(model, judged, args, judged_on)
        report_epochs(read_log(trainer)["val_loss"])
        export_model(model, tokenizer, corpus.label_names, folder / "exported")
    return folder / "exported"


def report_corpus(corpus: TableCorpus, args: OwnDataArguments) -> None:
    """Print what was read, from which columns, and whether an earlier export will be replaced."""
    labels = Counter(example.label for part in corpus.parts.values() for example in part)
    classes = ", ".join(f"{name} {labels[n]:,}" for n, name in enumerate(corpus.label_names))
    parts = ", ".join(f"{mode} {len(part):,}" for mode, part in corpus.parts.items())
    print(f"read {args.text_column!r} and {args.label_column!r}; texts of each class: {classes}")
    print(f"in three parts: {parts}")
    exported = Path(args.downstream_model_dir) / "exported"
    if exported.exists():
        print(f"the model in {exported} is of an earlier training and will be replaced")


def report_epochs(val_losses: Sequence[tuple[int, float]]) -> None:
    """Print whether more epochs would help, as far as (step, loss) of each validation can tell."""
    losses = [loss for _, loss in val_losses]
    best = 1 + losses.index(min(losses))
    if best == len(losses) > 1:
        print("the validation loss was still falling in the last epoch: more epochs may help")
    elif best < len(losses):
        print(f"the validation loss was lowest after epoch {best}: more epochs would hardly help")


def report_accuracy(
    model: nn.Module, dataset: ClassificationDataset, args: ClassificationTrainArguments, part: str
) -> None:
    """Print the accuracy on a part of a corpus, its 95 % interval, and the majority baseline."""
    answers = predict_probabilities(model.to(best_device()), eval_dataloader(args, dataset)).argmax(
        dim=1
    )
    labels = torch.tensor([example.label for example in dataset.examples])
    num_right = int((answers == labels).sum())
    low, high = accuracy_interval(num_right, len(dataset))
    print(f"{part} accuracy {num_right / len(dataset):.2f}, {low:.2f} to {high:.2f}", end=" ")
    most_frequent = labels.bincount().max() / len(dataset)
    print(f"({num_right} of {len(dataset)} texts; one answer for all: {most_frequent:.2f})")


def read_words(words: Sequence[str] | None = None) -> OwnDataArguments:
    """Read the settings from words such as ``--scale mini``; None: those of this process."""
    parser = command_line(OwnDataArguments, description=__doc__)
    parser.add_argument(
        "--scale", choices=SCALES, default="full", help="What the rest, as above, begins with."
    )
    scale = parser.parse_known_args(words)[0].scale
    parser.set_defaults(**asdict(OwnDataArguments.for_scale(scale)))
    return parsed(parser, words)


def main() -> None:
    print_anything()
    try:
        folder = fine_tune(read_words())
    except (OSError, ValueError) as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt as stop:
        print(str(stop) or "stopped; nothing was exported", file=sys.stderr)
        sys.exit(130)  # as shells have it
    if rank_zero_only.rank == 0:
        page = shell_joined(["-m", "helpers.page", str(folder)])
        print(f"exported to {folder}; put it on a page: {page}")


if __name__ == "__main__":
    main()
