"""Going on with a training that was stopped or cut off, as if nothing had happened."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from weakref import WeakSet

from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import Checkpoint
from pytorch_lightning.utilities.memory import is_oom_error
from torch import nn
from torch.utils.data import DataLoader
from torchmetrics import Metric

from helpers.arguments import TrainArguments
from helpers.checkpoints import WholeCheckpointIO, read_checkpoint
from helpers.support.fingerprints import data_changes, data_fingerprint, model_fingerprint
from helpers.support.interruptions import first_interrupt, only_training_in, stopped_in_a_line
from helpers.support.machine import drive_of
from helpers.support.resumable_data import ResumableDataLoader

# Settings that decide where and how a training runs, not what it learns; the model and the table
# are recognized by what they hold.
MAY_CHANGE = {
    "pretrained_model_name", "train_file", "test_file", "text_column", "label_column", "encoding",
    "look_at_test", "downstream_corpus_root_dir", "downstream_model_dir", "save_every_n_steps",
    "cpu_workers", "accelerator", "force_download",
}  # fmt: skip
TRAINED: WeakSet[nn.Module] = WeakSet()  # the networks that were, in this process


def metrics_of(task: LightningModule) -> list[Metric]:
    """Return the metrics that a task has."""
    return [module for module in task.modules() if isinstance(module, Metric)]


class LastCheckpoint(Checkpoint):
    """Writes last.ckpt after each epoch, within an epoch every few steps, and before a stop.

    After each epoch only: in several processes, of which each would need its own place in the
    epoch, and on Google Drive, whose trash would keep 34 GB of kcbert-base. It keeps the counts of
    this epoch, too, the folders that were logged to, and what the training is recognized by.
    """

    def __init__(self, args: TrainArguments) -> None:
        self.path = Path(args.downstream_model_dir) / "last.ckpt"
        self.every_n_steps = args.save_every_n_steps
        self.on_drive = drive_of(args.downstream_model_dir) is not None
        self.recognized_by: dict[str, Any] = {}
        self.log_folders: list[str] = []
        self.num_steps = 0
        self.saved_step: int | None = None  # of this training, in this process or before
        self.stop_asked = False

    def begin(self, recognized_by: dict[str, Any]) -> None:
        """Forget what belongs to another call of ``fit``."""
        self.recognized_by = recognized_by
        self.num_steps, self.saved_step, self.stop_asked = 0, None, False

    def ask_to_stop(self) -> None:
        """Let the training stop as soon as it has saved."""
        self.stop_asked = True

    def setup(self, trainer: Trainer, task: LightningModule, stage: str) -> None:
        for metric in metrics_of(task):
            metric.persistent(True)

    def on_train_start(self, trainer: Trainer, task: LightningModule) -> None:
        self.num_steps = int(trainer.estimated_stepping_batches)
        self.saved_step = trainer.global_step or None  # above 0, it goes on from a checkpoint
        self.log_folders.append(Path(trainer.logger.log_dir).name)
        if self.on_drive and self.every_n_steps < trainer.num_training_batches:
            print("Google Drive's trash keeps what is replaced: last.ckpt is written once an epoch")

    def on_train_epoch_start(self, trainer: Trainer, task: LightningModule) -> None:
        for metric in metrics_of(task):
            metric.reset()  # a checkpoint from the end of an epoch has the counts of that epoch
        self.after_saving(trainer)

    def on_train_batch_start(self, trainer: Trainer, task: LightningModule, *_: Any) -> None:
        self.after_saving(trainer)

    def on_train_batch_end(
        self, trainer: Trainer, task: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        TRAINED.add(task.model)
        epoch_ends = batch_idx + 1 == trainer.num_training_batches  # validation comes first then
        due = not self.on_drive and trainer.global_step % self.every_n_steps == 0
        if (due or self.stop_asked) and not epoch_ends and trainer.world_size == 1:
            self.save(trainer)

    def on_train_epoch_end(self, trainer: Trainer, task: LightningModule) -> None:
        self.save(trainer)

    def save(self, trainer: Trainer) -> None:
        """Write the log and the checkpoint to the disk."""
        trainer.logger.save()
        trainer.save_checkpoint(self.path, weights_only=False)  # the optimizer and the loops, too
        self.saved_step = trainer.global_step

    def after_saving(self, trainer: Trainer) -> None:
        """Write what was logged in the step of a checkpoint, and stop there if somebody asked to.

        Lightning logs a step only after the moment at which it is saved.
        """
        if self.saved_step == trainer.global_step:
            trainer.logger.save()
            if self.stop_asked:
                raise KeyboardInterrupt

    def state_dict(self) -> dict[str, Any]:
        return {
            "num_steps": self.num_steps,
            "log_folders": list(self.log_folders),
            "recognized_by": self.recognized_by,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.log_folders = list(state["log_folders"])

    def account(self, step: int) -> str:
        """Say in one line after which step a training was stopped, and from where it can go on."""
        if not self.num_steps:
            return "stopped before the first step; run the same again"
        line = f"stopped after step {step:,} of {self.num_steps:,}"
        if self.saved_step is None:
            return f"{line}, before anything was saved; run the same again to begin anew"
        if self.saved_step == self.num_steps:
            return f"{line}: the training is finished"
        behind = f" after step {self.saved_step:,}" if step > self.saved_step else ""
        return f"{line}; run the same again to go on{behind}"


def fingerprints(args: TrainArguments, train: DataLoader, val: DataLoader | None) -> dict[str, Any]:
    """Return what a training is recognized by besides its settings: the model, and the data."""
    return {
        "model": model_fingerprint(args.pretrained_model_name),
        "data": {"train": data_fingerprint(train), "val": data_fingerprint(val)},
    }


def unfinished_training(
    args: TrainArguments, recognized_by: dict[str, Any]
) -> dict[str, Any] | None:
    """Read the last checkpoint of the training that stopped in ``args.downstream_model_dir``.

    None: nothing was begun there, or all was finished. A ValueError says in what the training
    differed: settings, model or data.
    """
    path = Path(args.downstream_model_dir) / "last.ckpt"
    if not path.is_file():
        return None
    saved = read_checkpoint(path)
    noted = saved["callbacks"]["LastCheckpoint"]
    num_steps, was = noted["num_steps"], noted["recognized_by"]
    if saved["global_step"] >= num_steps:
        return None
    same_model = was["model"] == recognized_by["model"]
    settings = other_settings(saved["hyper_parameters"], asdict(args), same_model)
    data = data_changes(was["data"], recognized_by["data"])
    if settings or data:
        others = f"settings: {settings}. Set" if settings else f"data: {data}. Bring"
        raise ValueError(
            f"The training in {path.parent} stopped after step {saved['global_step']:,} of "
            f"{num_steps:,} and had other {others} them back to go on, name another "
            "downstream_model_dir, or delete last.ckpt to begin anew."
        )
    print(f"going on after step {saved['global_step']:,} of {num_steps:,}")
    return saved


def other_settings(was: dict[str, Any], now: dict[str, Any], same_model: bool) -> str:
    """Say which of the settings that decide what is learned have changed, "" for none."""
    changed = [name for name in was if name not in MAY_CHANGE and now.get(name) != was[name]]
    lines = [f"{name} was {was[name]!r}, now {now.get(name)!r}" for name in changed]
    if not same_model:
        before, after = was["pretrained_model_name"], now["pretrained_model_name"]
        lines.insert(0, f"pretrained_model_name was {before!r}, now {after!r}, another model")
    return "; ".join(lines)


class ResumingTrainer(Trainer):
    """A Trainer whose ``fit`` goes on with the training that stopped in its folder, if one did."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, plugins=WholeCheckpointIO())

    @property
    def last_checkpoint(self) -> LastCheckpoint | None:
        """The callback that writes last.ckpt; None: this is a rehearsal."""
        return next((one for one in self.callbacks if isinstance(one, LastCheckpoint)), None)

    def fit(
        self,
        model: LightningModule,
        train_dataloaders: DataLoader,
        val_dataloaders: DataLoader | None = None,
        ckpt_path: str | Path | None = None,
    ) -> None:
        """As Lightning's. Interrupted, it comes to the end of the step or the validation and saves.

        A second interrupt ends it at once; so does the first, where several processes train.

        Raises:
            TrainingStopped: it was interrupted.
            OSError: another training is running in the folder.
            MemoryError: a batch does not fit into the memory of the GPU.
            ValueError: as ``unfinished_training`` and ``check_new``.
        """
        loader = ResumableDataLoader.from_loader(train_dataloaders)
        with stopped_in_a_line(self.account), ExitStack() as stack:
            if last := self.last_checkpoint:
                if self.is_global_zero:
                    stack.enter_context(only_training_in(last.path.parent))
                if self.world_size == 1:
                    stack.enter_context(first_interrupt(last.ask_to_stop))
                last.begin(fingerprints(model.args, train_dataloaders, val_dataloaders))
                ckpt_path = ckpt_path or self.put_back(loader, model, last)
            with naming_a_smaller_batch(loader):
                super().fit(model, loader, val_dataloaders, ckpt_path=ckpt_path, weights_only=True)
            if last and last.stop_asked:  # in the last validation
                raise KeyboardInterrupt

    def put_back(
        self, loader: ResumableDataLoader, model: LightningModule, last: LastCheckpoint
    ) -> Path | None:
        """Put the loader to where the unfinished training was; return its checkpoint, if any."""
        saved = unfinished_training(model.args, last.recognized_by)  # not kept: it is large
        if saved is None:
            check_new(model.model)
            return None
        if self.world_size == 1:
            fit_loop = saved["loops"]["fit_loop"]["state_dict"]
            loader.load_state_dict(fit_loop["combined_loader"][0])
        return last.path

    def account(self) -> str:
        """Say in one line what an interrupt leaves."""
        last = self.last_checkpoint
        return last.account(self.global_step) if last else "the rehearsal was stopped"


@contextmanager
def naming_a_smaller_batch(loader: ResumableDataLoader) -> Iterator[None]:
    """Raise MemoryError with what to try where a device runs out of memory."""
    try:
        yield
    except RuntimeError as error:
        if not is_oom_error(error):
            raise
        num_rows, length = loader.last_batch["input_ids"].shape
        smaller = f"batch_size={num_rows // 2} or " if num_rows > 1 else ""
        raise MemoryError(
            f"Out of memory with a batch of {num_rows} reviews of {length} word pieces: try "
            f"{smaller}max_seq_length={length // 2}."
        ) from error


def check_new(network: nn.Module) -> None:
    """Raise ValueError when a network was trained before, as by a cell that is run twice."""
    if network in TRAINED:
        raise ValueError(
            "This model has been trained before, and there is no checkpoint to go on from. Make it "
            "anew (load_model) in the cell that trains it, or train a copy of it (copy.deepcopy)."
        )
