"""Lightning's Trainer, set up from the arguments, with a progress report that stays readable."""

import csv
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.loggers import CSVLogger

from helpers.arguments import TrainArguments
from helpers.resume import LastCheckpoint, ResumingTrainer
from helpers.support.machine import quiet_lightning

MAX_GRADIENT_NORM = 1.0  # as in BERT's own training code
SECONDS_BETWEEN_LINES = 60


class ProgressLines(Callback):
    """Print one line an epoch and, where an epoch takes long, one a minute."""

    def __init__(self) -> None:
        self.last_line = 0.0
        self.epoch_began = 0.0

    def on_train_start(self, trainer: Trainer, task: LightningModule) -> None:
        # A training that goes on begins in the middle of an epoch.
        self.on_train_epoch_start(trainer, task)

    def on_train_epoch_start(self, trainer: Trainer, task: LightningModule) -> None:
        self.epoch_began = self.last_line = time.monotonic()

    def on_train_batch_end(
        self, trainer: Trainer, task: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        now = time.monotonic()
        if now - self.last_line < SECONDS_BETWEEN_LINES or not trainer.is_global_zero:
            return
        self.last_line = now
        done, total = batch_idx + 1, trainer.num_training_batches
        minutes = (now - self.epoch_began) / done * (total - done) / 60
        print(f"  step {done:,}/{total:,}, {minutes:.0f} min left in this epoch", flush=True)

    def on_train_epoch_end(self, trainer: Trainer, task: LightningModule) -> None:
        metrics = trainer.callback_metrics  # means over all processes, so that each has to ask
        if not trainer.is_global_zero:
            return
        words = [f"epoch {trainer.current_epoch + 1}/{trainer.max_epochs}"]
        for part in ("train", "val"):
            for name, value in metrics.items():
                if name.startswith(f"{part}_") and not name.endswith(("_step", "_epoch")):
                    words.append(f"{name} {value:.2f}")
        print("  ".join(words), flush=True)


def get_trainer(args: TrainArguments) -> Trainer:
    """Return a Trainer that logs to a CSV file and keeps the last checkpoint.

    ``last.ckpt`` and ``logs/version_N/metrics.csv`` lie in ``args.downstream_model_dir``. When a
    training stopped there, ``fit`` goes on with it. With ``args.test_mode`` one batch is run and
    nothing is written.
    """
    quiet_lightning()
    kept = [] if args.test_mode else [LastCheckpoint(args)]
    return ResumingTrainer(
        max_epochs=args.epochs,
        accelerator=args.accelerator,
        devices=args.devices,
        num_nodes=args.num_nodes,
        strategy=args.strategy,
        precision=args.precision,
        gradient_clip_val=MAX_GRADIENT_NORM,
        fast_dev_run=args.test_mode,
        callbacks=[ProgressLines(), *kept],
        enable_checkpointing=not args.test_mode,
        logger=CSVLogger(args.downstream_model_dir, name="logs"),
        log_every_n_steps=1,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def read_log(trainer: Trainer) -> dict[str, list[tuple[int, float]]]:
    """Return what was logged: for each name, (training step, value) in the order of time.

    A training that went on after an interruption has logged into several folders; a step that it
    took twice counts once.
    """
    log: dict[str, dict[int, float]] = defaultdict(dict)
    (last,) = (one for one in trainer.callbacks if isinstance(one, LastCheckpoint))
    for folder in last.log_folders:
        with (Path(trainer.logger.root_dir) / folder / "metrics.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                step = int(row.pop("step"))
                row.pop("epoch")
                for name, value in row.items():
                    if value:
                        log[name][step] = float(value)
    return {name: sorted(values.items()) for name, values in log.items()}
