"""Optimizer, schedule, the training itself, its checkpoints and its log."""

import math
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch
from transformers import BertForSequenceClassification

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.corpus import NsmcCorpus
from helpers.data import ClassificationDataset, eval_dataloader, train_dataloader
from helpers.download import fetch_corpus
from helpers.model import load_model, load_tokenizer
from helpers.task import ClassificationTask, adamw_with_schedule, parameter_groups
from helpers.trainer import get_trainer, read_log
from tests.stand_ins.small_model import tiny_config


def tiny_model() -> BertForSequenceClassification:
    return BertForSequenceClassification(tiny_config())


class Run:
    """A finished training of a tiny model, two epochs of 1,200 reviews in batches of 64."""

    def __init__(self, folder: Path) -> None:
        self.args = ClassificationTrainArguments.for_scale(
            "mini",
            downstream_corpus_root_dir=folder / "Korpora",
            downstream_model_dir=folder / "checkpoints",
            batch_size=64,
            epochs=2,
        )
        fetch_corpus(self.args)
        tokenizer = load_tokenizer(self.args)
        train, val = (
            ClassificationDataset(self.args, NsmcCorpus(), tokenizer, mode)
            for mode in ("train", "val")
        )
        self.val_loader = eval_dataloader(self.args, val)
        set_seed(self.args)
        self.task = ClassificationTask(tiny_model(), self.args)
        self.trainer = get_trainer(self.args)
        self.trainer.fit(self.task, train_dataloader(self.args, train), self.val_loader)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("run"))


def test_biases_and_layer_norms_do_not_decay() -> None:
    model = tiny_model()
    decaying, exempt = parameter_groups(model, 0.3)
    assert (decaying["weight_decay"], exempt["weight_decay"]) == (0.3, 0.0)
    names = {id(weight): name for name, weight in model.named_parameters()}
    assert all(
        names[id(weight)].endswith("bias") or "LayerNorm" in names[id(weight)]
        for weight in exempt["params"]
    )
    assert not any("LayerNorm" in names[id(w)] for w in decaying["params"])
    assert len(decaying["params"]) + len(exempt["params"]) == len(names)


def test_rate_rises_and_falls_linearly() -> None:
    args = ClassificationTrainArguments(learning_rate=1e-3, warmup_ratio=0.2)
    configured = adamw_with_schedule(tiny_model(), args, num_steps=10)
    optimizer, schedule = configured["optimizer"], configured["lr_scheduler"]["scheduler"]
    rates = []
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    expected = [step / 2 if step < 2 else (10 - step) / 8 for step in range(10)]
    assert rates == pytest.approx([1e-3 * share for share in expected])


@pytest.mark.parametrize(
    ("precision", "fused"), [("32-true", True), ("bf16-mixed", False), ("16-mixed", False)]
)
def test_optimizer_is_fused_where_gradients_can_still_be_clipped(
    precision: str, fused: bool
) -> None:
    args = ClassificationTrainArguments(precision=precision)
    optimizer = adamw_with_schedule(tiny_model(), args, num_steps=10)["optimizer"]
    assert optimizer.defaults["fused"] is fused
    # What Lightning asks before it clips in mixed precision (lightning_fabric's amp plugin).
    assert getattr(optimizer, "_step_supports_amp_scaling", False) is fused


def test_schedule_really_runs_in_training(run: Run) -> None:
    rates = [rate for _, rate in read_log(run.trainer)["learning_rate"]]
    assert len(rates) == 38
    assert rates[0] == 0
    assert max(rates) == pytest.approx(run.args.learning_rate)
    assert rates[-1] == pytest.approx(run.args.learning_rate / 34)


def test_log_has_losses_and_accuracies(run: Run) -> None:
    log = read_log(run.trainer)
    counts = {name: len(values) for name, values in log.items()}
    assert counts["train_loss_step"] == 38
    assert counts["train_loss_epoch"] == counts["train_acc"] == 2
    assert counts["val_loss"] == counts["val_acc"] == 2
    assert log["train_loss_step"][0][1] == pytest.approx(math.log(2), abs=0.05)


def test_logged_accuracy_is_the_share_of_right_answers(run: Run) -> None:
    (logged,) = run.trainer.validate(run.task, run.val_loader, verbose=False)
    run.task.model.eval()
    right = total = 0
    with torch.no_grad():
        for batch in run.val_loader:
            predicted = run.task.model(**batch).logits.argmax(dim=1)
            right += (predicted == batch["labels"]).sum().item()
            total += len(predicted)
    assert logged["val_acc"] == pytest.approx(right / total)


def test_best_and_last_checkpoints(run: Run) -> None:
    folder = Path(run.args.downstream_model_dir)
    assert sorted(path.name for path in folder.glob("*.ckpt")) == ["best.ckpt", "last.ckpt"]
    losses = [loss for _, loss in read_log(run.trainer)["val_loss"]]
    best = torch.load(folder / "best.ckpt", weights_only=True)
    assert best["epoch"] == losses.index(min(losses))


def test_last_checkpoint_is_the_last_epoch_even_when_it_is_not_the_best(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    args = replace(args, epochs=3, batch_size=1_200)
    trainer = get_trainer(args)
    task = ClassificationTask(tiny_model(), args)
    losses = count()  # worse from epoch to epoch
    task.on_validation_epoch_end = lambda: task.log("val_loss", float(next(losses)))
    task.validation_step = lambda batch, batch_idx: None
    trainer.fit(task, train_dataloader(args, dataset), eval_dataloader(args, dataset))
    folder = Path(args.downstream_model_dir)
    assert sorted(path.name for path in folder.glob("*.ckpt")) == ["best.ckpt", "last.ckpt"]
    last = torch.load(folder / "last.ckpt", weights_only=True)
    assert last["epoch"] == 2
    assert torch.equal(
        last["state_dict"]["model.classifier.weight"], task.model.classifier.weight.cpu()
    )


def test_checkpoint_loads_without_pickled_code(run: Run) -> None:
    path = Path(run.args.downstream_model_dir) / "last.ckpt"
    loaded = ClassificationTask.load_from_checkpoint(
        path, model=tiny_model(), args=run.args, weights_only=True
    )
    for mine, theirs in zip(loaded.parameters(), run.task.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_model_trains_with_dropout() -> None:
    model = tiny_model().eval()  # as from_pretrained leaves it
    task = ClassificationTask(model, ClassificationTrainArguments())
    assert task.model.training
    assert all(module.training for module in model.modules())


def test_model_with_too_few_positions() -> None:
    with pytest.raises(ValueError, match="max_seq_length must be at most 128"):
        ClassificationTask(tiny_model(), ClassificationTrainArguments(max_seq_length=129))


def test_arguments_reach_the_trainer(args: ClassificationTrainArguments) -> None:
    trainer = get_trainer(replace(args, epochs=6, accelerator="cpu", devices="2", strategy="ddp"))
    assert trainer.max_epochs == 6
    assert trainer.num_devices == 2
    assert type(trainer.strategy).__name__ == "DDPStrategy"
    half = get_trainer(replace(args, accelerator="cpu", precision="bf16-mixed"))
    assert half.precision == "bf16-mixed"


@pytest.mark.parametrize(("monitor", "mode"), [("min val_loss", "min"), ("max val_acc", "max")])
def test_monitor(args: ClassificationTrainArguments, monitor: str, mode: str) -> None:
    callback = get_trainer(replace(args, monitor=monitor)).checkpoint_callback
    assert (callback.mode, callback.monitor) == tuple(monitor.split())
    assert callback.mode == mode


def test_test_mode_writes_nothing(
    args: ClassificationTrainArguments,
    dataset: ClassificationDataset,
    capfd: pytest.CaptureFixture[str],
) -> None:
    args = replace(args, test_mode=True)
    trainer = get_trainer(args)
    trainer.fit(ClassificationTask(tiny_model(), args), train_dataloader(args, dataset))
    assert trainer.global_step == 1
    assert not any(path.is_file() for path in Path(args.downstream_model_dir).rglob("*"))
    assert "epoch 1/1  train_loss 0.6" in capfd.readouterr().out


def test_pretrained_model_learns(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    """A few steps on one batch bring its loss down: weights, gradients and optimizer work."""
    batch = next(iter(eval_dataloader(args, dataset)))
    set_seed(args)
    model = load_model(args).train()
    optimizer = adamw_with_schedule(model, args, num_steps=100)["optimizer"]
    losses = []
    for _ in range(8):
        for group in optimizer.param_groups:
            group["lr"] = args.learning_rate
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 0.2


@pytest.mark.parametrize(
    ("rows", "remedy"), [(8, "batch_size=4 or max_seq_length"), (1, "max_seq_length")]
)
def test_too_little_memory_is_said_with_what_to_try(
    args: ClassificationTrainArguments, dataset: ClassificationDataset, rows: int, remedy: str
) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    args = replace(args, batch_size=rows, accelerator="cpu")
    model = tiny_model()
    model.forward = run_out
    with pytest.raises(MemoryError, match=rf"{rows} reviews of \d+ word pieces: try {remedy}=\d+"):
        get_trainer(args).fit(ClassificationTask(model, args), train_dataloader(args, dataset))
