"""Going on with a training that was cut off, as if nothing had happened."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import Checkpoint
from torch.utils.data import DataLoader
from torchmetrics import Metric

from helpers.arguments import ClassificationTrainArguments
from helpers.checkpoints import read_checkpoint
from helpers.support.resumable_data import ResumableDataLoader

MAY_CHANGE = {  # settings that decide where and how a training runs, not what it learns
    "downstream_corpus_root_dir",
    "downstream_model_dir",
    "save_every_n_steps",
    "split_when_out_of_memory",
    "cpu_workers",
    "accelerator",
    "force_download",
}


def metrics_of(task: LightningModule) -> list[Metric]:
    """Return the metrics that a task has."""
    return [module for module in task.modules() if isinstance(module, Metric)]


class LastCheckpoint(Checkpoint):
    """Writes last.ckpt after each epoch and, within an epoch, every few steps.

    Of several processes each would need its own place in the epoch and its own random numbers, so
    there it is written after each epoch only.

    With the weights it keeps what torchmetrics have counted in this epoch, and in which folders the
    training has logged: after an interruption, there is more than one.
    """

    def __init__(self, args: ClassificationTrainArguments) -> None:
        self.path = Path(args.downstream_model_dir) / "last.ckpt"
        self.every_n_steps = args.save_every_n_steps
        self.log_folders: list[str] = []
        self.num_steps = 0

    def setup(self, trainer: Trainer, task: LightningModule, stage: str) -> None:
        for metric in metrics_of(task):
            metric.persistent(True)

    def on_train_start(self, trainer: Trainer, task: LightningModule) -> None:
        self.num_steps = int(trainer.estimated_stepping_batches)
        self.log_folders.append(trainer.logger.log_dir)

    def on_train_epoch_start(self, trainer: Trainer, task: LightningModule) -> None:
        for metric in metrics_of(task):
            metric.reset()  # a checkpoint from the end of an epoch has the counts of that epoch
        trainer.logger.save()  # what was logged at that end

    def on_train_batch_start(self, trainer: Trainer, task: LightningModule, *_: Any) -> None:
        if trainer.global_step % self.every_n_steps == 0:
            trainer.logger.save()  # what was logged in the step of the last checkpoint

    def on_train_batch_end(
        self, trainer: Trainer, task: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        epoch_ends = batch_idx + 1 == trainer.num_training_batches  # validation comes first then
        due = trainer.global_step % self.every_n_steps == 0
        if due and not epoch_ends and trainer.world_size == 1:
            self.save(trainer)

    def on_train_epoch_end(self, trainer: Trainer, task: LightningModule) -> None:
        self.save(trainer)

    def save(self, trainer: Trainer) -> None:
        """Write the log and the checkpoint to the disk."""
        trainer.logger.save()
        trainer.save_checkpoint(self.path, weights_only=False)  # the optimizer and the loops, too

    def state_dict(self) -> dict[str, Any]:
        return {"num_steps": self.num_steps, "log_folders": list(self.log_folders)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.log_folders = list(state["log_folders"])


def unfinished_training(args: ClassificationTrainArguments) -> dict[str, Any] | None:
    """Return the last checkpoint of the training that stopped in ``args.downstream_model_dir``.

    Returns:
        what ``read_checkpoint`` returns; None when nothing was begun there or all was finished.
    Raises:
        ValueError: the training had other settings, or its checkpoint cannot be read.
    """
    path = Path(args.downstream_model_dir) / "last.ckpt"
    if not path.is_file():
        return None
    saved = read_checkpoint(path)
    num_steps = saved.get("callbacks", {}).get("LastCheckpoint", {}).get("num_steps", 0)
    if saved["global_step"] >= num_steps:
        return None
    now = asdict(args)
    others = [
        f"{name} was {value!r}, now {now.get(name)!r}"
        for name, value in saved["hyper_parameters"].items()
        if name not in MAY_CHANGE and now.get(name) != value
    ]
    if others:
        raise ValueError(
            f"The training in {path.parent} stopped after step {saved['global_step']:,} of "
            f"{num_steps:,} and had other settings: {'; '.join(others)}. Set them back to go on, "
            "name another downstream_model_dir, or delete last.ckpt to begin anew."
        )
    print(f"going on after step {saved['global_step']:,} of {num_steps:,}")
    return saved


class ResumingTrainer(Trainer):
    """A Trainer whose ``fit`` goes on with the training that stopped in its folder, if one did."""

    def fit(
        self,
        model: LightningModule,
        train_dataloaders: DataLoader,
        val_dataloaders: DataLoader | None = None,
        ckpt_path: str | Path | None = None,
    ) -> None:
        loader = ResumableDataLoader.like(train_dataloaders)
        if ckpt_path is None and not self.fast_dev_run:
            ckpt_path = self.put_back(loader, model.args)
        super().fit(model, loader, val_dataloaders, ckpt_path=ckpt_path, weights_only=True)

    def put_back(
        self, loader: ResumableDataLoader, args: ClassificationTrainArguments
    ) -> Path | None:
        """Put the loader to where the unfinished training was; return its checkpoint, if any."""
        saved = unfinished_training(args)  # not kept while training: it is large
        if saved is None:
            return None
        if self.world_size == 1:
            fit_loop = saved["loops"]["fit_loop"]["state_dict"]
            loader.load_state_dict(fit_loop["combined_loader"][0])
        return Path(args.downstream_model_dir) / "last.ckpt"
