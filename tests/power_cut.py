"""A training that is cut off at a known step."""

from typing import Any

from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import Callback


class PowerCut(Callback):
    """Stops the training with an error after a step, if ``step`` names one."""

    def __init__(self, step: int | None) -> None:
        self.step = step

    def on_train_batch_end(self, trainer: Trainer, task: LightningModule, *_: Any) -> None:
        if trainer.global_step == self.step:
            raise InterruptedError("the power is gone")
