"""Checkpoints: written whole or not at all, and read without running code out of a file."""

from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins.io import TorchCheckpointIO
from pytorch_lightning.callbacks import ModelCheckpoint
from transformers import BertForSequenceClassification

from helpers.arguments import ClassificationTrainArguments
from helpers.model import load_config
from helpers.support.files import whole_file


class WholeCheckpointIO(TorchCheckpointIO):
    """Writes checkpoints so that a file under the final name is always whole.

    Lightning itself writes to the system's temporary folder and moves the file, which on another
    disk, Google Drive for instance, is a copy that can be cut off.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            with whole_file(path, "wb") as file:
                torch.save(checkpoint, file)
        except (OSError, RuntimeError) as error:
            raise OSError(
                f"{path} could not be written ({error}). Make room on that disk, or name a "
                "downstream_model_dir on another, and run the same cell again: it goes on from the "
                "last checkpoint that was written."
            ) from error


class BestCheckpoint(ModelCheckpoint):
    """Lightning's ModelCheckpoint, whose folder may be moved before the training goes on.

    Lightning would forget in another folder which epoch was the best so far.
    """

    def load_state_dict(self, state: dict[str, Any]) -> None:
        def here(path: str) -> str:
            return str(Path(self.dirpath) / Path(path).name) if path else path

        paths = ("best_model_path", "kth_best_model_path", "last_model_path")
        moved = {name: here(state[name]) for name in paths}
        best = {here(path): score for path, score in state["best_k_models"].items()}
        super().load_state_dict(state | moved | {"best_k_models": best, "dirpath": self.dirpath})


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """Read a checkpoint file without running any code that it may contain.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or holds more than numbers and plain values.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(checkpoint, dict):
            raise TypeError("no dictionary")
    except OSError:
        raise
    except Exception as error:  # a damaged file can make the unpickler stumble in any way
        raise ValueError(
            f"{path} was not loaded: it is damaged, or it holds more than numbers and plain "
            "values, and then loading could run code. Copy it again from where it was trained, "
            "or train anew."
        ) from error
    return checkpoint


def best_checkpoint(args: ClassificationTrainArguments) -> Path:
    """Return the checkpoint that the last training in ``args.downstream_model_dir`` found best.

    The trainer's ModelCheckpoint noted it in ``last.ckpt``, with the folder it had at that time;
    only the file name counts, so that the folder may be moved.

    Raises:
        FileNotFoundError: nothing was trained there, or the best checkpoint was deleted.
        ValueError: that training kept no best checkpoint.
    """
    folder = Path(args.downstream_model_dir)
    last = folder / "last.ckpt"
    if not last.is_file():
        raise FileNotFoundError(
            f"There is no last.ckpt in {folder}: train a model there first (lesson 7), or name the "
            "folder of a training in downstream_model_dir."
        )
    states = read_checkpoint(last).get("callbacks", {}).values()
    noted = [state["best_model_path"] for state in states if state.get("monitor")]
    if not any(noted):
        raise ValueError(
            f"{last} names no best checkpoint: finish an epoch there, with val_dataloaders=… and "
            "save_top_k=1."
        )
    best = folder / Path(noted[0]).name
    if not best.is_file():
        raise FileNotFoundError(f"{last} names {best.name} as the best, but it is not there.")
    return best


def load_fine_tuned(
    path: str | Path, args: ClassificationTrainArguments, num_labels: int = 2
) -> BertForSequenceClassification:
    """Return the network of a checkpoint, ready to answer: on the CPU and in eval mode.

    Raises:
        ValueError: the file cannot be read safely, or belongs to a network of another shape.
    """
    state = read_checkpoint(path).get("state_dict", {})
    weights = {
        name.removeprefix("model."): weight
        for name, weight in state.items()
        if name.startswith("model.")  # and not the counts of train_loss and train_acc
    }
    model = BertForSequenceClassification(load_config(args, num_labels=num_labels))
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(
            f"{path} holds other weights than {args.pretrained_model_name!r} with {num_labels} "
            "labels has; load it with the settings it was trained with."
        ) from error
    return model.eval()
