"""Checkpoints: written whole or not at all, and read without running code out of a file."""

from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins.io import TorchCheckpointIO
from transformers import BertForSequenceClassification, BertPreTrainedModel

from helpers.arguments import TrainArguments
from helpers.model import Net, load_config
from helpers.support.files import impostor, whole_file
from helpers.support.machine import best_device


class WholeCheckpointIO(TorchCheckpointIO):
    """Writes checkpoints so that a file under the final name is always whole.

    Lightning moves them from the system's temporary folder, which to another disk is a copy.
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


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """Read a checkpoint file without running any code that it may contain.

    ValueError: it is damaged, or holds more than numbers and plain values.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f"There is no checkpoint {path}: train a model first (lesson 7), or name another file."
        )
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(checkpoint, dict):
            raise TypeError("no dictionary")
    except Exception as error:  # a damaged file can make the unpickler stumble in any way
        raise ValueError(
            impostor(Path(path))
            or f"{path} was not loaded: it is damaged, or it holds more than numbers and plain "
            "values, and then loading could run code. Copy it again from where it was trained, "
            "or train anew."
        ) from error
    return checkpoint


def load_fine_tuned(
    path: str | Path,
    args: TrainArguments,
    num_labels: int = 2,
    kind: Net = BertForSequenceClassification,
    **config: Any,
) -> BertPreTrainedModel:
    """Return the network of a checkpoint, ready to answer: in eval mode, on a GPU where one is.

    Args:
        num_labels, kind, config: as ``load_model``, and as in training; else a ValueError.
    """
    state = read_checkpoint(path).get("state_dict", {})
    # The network's weights, and not what the task has counted.
    weights = {n.removeprefix("model."): w for n, w in state.items() if n.startswith("model.")}
    model = kind(load_config(args, num_labels=num_labels, **config))
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(
            f"{path} holds other weights than {args.pretrained_model_name!r} with {num_labels} "
            "labels has; load it with the settings it was trained with."
        ) from error
    return model.to(best_device()).eval()
