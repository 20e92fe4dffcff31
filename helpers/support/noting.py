"""The plumbing of a task: its settings go into its checkpoints, and what it computes into a log."""

from dataclasses import asdict
from typing import Any

from pytorch_lightning import LightningModule
from torch import Tensor, nn
from torchmetrics import MeanMetric


class NotingModule(LightningModule):
    """A LightningModule that notes means over an epoch: "loss" as train_loss and val_loss.

    What is ``noted`` of training is counted by metrics, whose counts are a part of a checkpoint, so
    that a training that goes on within an epoch has the mean of the whole epoch.

    Args:
        args: a dataclass of settings; checkpoints keep it as a plain dictionary.
    """

    noted: tuple[str, ...] = ("loss",)

    def __init__(self, args: Any) -> None:
        super().__init__()
        self.save_hyperparameters(asdict(args))
        self.train_means = nn.ModuleDict({name: MeanMetric() for name in self.noted})

    def note(self, part: str, values: dict[str, Tensor], num_rows: int) -> None:
        """Note the values of one batch of "train" or "val": means over its rows, 0-d."""
        if part == "val":
            named = {f"val_{name}": value for name, value in values.items()}
            self.log_dict(named, batch_size=num_rows, sync_dist=True)
            return
        for name, mean in self.train_means.items():
            mean(values[name].detach(), weight=num_rows)
            self.log(f"train_{name}", mean, on_step=name == "loss", on_epoch=True)
        self.log("learning_rate", self.optimizers().param_groups[0]["lr"])
