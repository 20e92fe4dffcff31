"""A training that was cut off goes on as if nothing had happened, or says why it cannot."""

import errno
import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pytorch_lightning import Trainer
from pytorch_lightning.callbacks import Callback
from torch.utils.data import DataLoader, RandomSampler, Subset
from transformers import BertForSequenceClassification

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.data import ClassificationDataset, data_collator, eval_dataloader
from helpers.resume import MAY_CHANGE, unfinished_training
from helpers.support.resumable_data import random_state, restore_random_state
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer, read_log
from tests.conftest import ROOT
from tests.killed_trainings import KILLS, KINDS, digest
from tests.power_cut import PowerCut
from tests.small_model import tiny_config

Results = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Trainings killed in all the ways, and gone on to the end."""
    command = [sys.executable, "-m", "tests.killed_trainings", tmp_path_factory.mktemp("killed")]
    one_thread = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}  # since it forks
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | one_thread, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kill", KILLS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_training_ends_with_the_weights_of_an_undisturbed_one(
    killed: Results, kind: str, kill: str
) -> None:
    undisturbed, result = killed[kind]["no"], killed[kind][kill]
    assert result["num_kills"] == (2 if kill == "twice" else 1)
    assert result["weights"] == undisturbed["weights"]
    # In each step the batch of that step, also where a step was taken twice; and no other steps.
    assert result["batches"] == undisturbed["batches"]


@pytest.fixture
def short(args: ClassificationTrainArguments) -> ClassificationTrainArguments:
    """Settings of a short training with a checkpoint every second step."""
    return replace(args, epochs=2, batch_size=16, save_every_n_steps=2, accelerator="cpu")


@pytest.fixture
def reviews(dataset: ClassificationDataset) -> Subset:
    """As many reviews as five batches have; there is no validation."""
    return Subset(dataset, range(80))


def train(
    args: ClassificationTrainArguments,
    reviews: Subset,
    *callbacks: Callback,
    val: Subset | None = None,
) -> tuple[ClassificationTask, Trainer]:
    """Train with the plain data loader of the course's listings."""
    set_seed(args)
    task = ClassificationTask(BertForSequenceClassification(tiny_config()), args)
    trainer = get_trainer(args)
    trainer.callbacks.extend(callbacks)
    sampler = RandomSampler(reviews, replacement=False)
    loader = DataLoader(reviews, args.batch_size, sampler, collate_fn=data_collator)
    trainer.fit(task, loader, eval_dataloader(args, val) if val else None)
    return task, trainer


def train_until(step: int, args: ClassificationTrainArguments, reviews: Subset) -> None:
    """Train, and lose the power after ``step``."""
    with pytest.raises(InterruptedError):
        train(args, reviews, PowerCut(step))


@pytest.mark.parametrize("step", [3, 7])
def test_lines_and_log_of_a_resumed_training_are_those_of_an_undisturbed_one(
    short: ClassificationTrainArguments,
    reviews: Subset,
    step: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, undisturbed = train(replace(short, downstream_model_dir=tmp_path / "other"), reviews)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]
    train_until(step, short, reviews)
    _, resumed = train(short, reviews)
    printed = capsys.readouterr().out
    assert [line for line in printed.splitlines() if line.startswith("epoch")] == lines
    assert f"going on after step {step - 1} of 10" in printed
    assert read_log(resumed) == read_log(undisturbed)


def test_a_finished_training_begins_anew(
    short: ClassificationTrainArguments, reviews: Subset, capsys: pytest.CaptureFixture[str]
) -> None:
    first, _ = train(short, reviews)
    second, _ = train(short, reviews)
    assert "going on" not in capsys.readouterr().out
    assert digest(first.model) == digest(second.model)
    assert unfinished_training(short) is None


def test_a_rehearsal_leaves_an_unfinished_training_alone(
    short: ClassificationTrainArguments, reviews: Subset, capsys: pytest.CaptureFixture[str]
) -> None:
    train_until(5, short, reviews)
    train(replace(short, test_mode=True), reviews)
    assert "going on" not in capsys.readouterr().out
    assert unfinished_training(short)["global_step"] == 4


OTHERS = {
    "pretrained_model_name": "beomi/kcbert-large",
    "downstream_corpus_name": "nsmc",
    "max_seq_length": 32,
    "group_by_length": True,
    "learning_rate": 0.1,
    "batch_size": 64,
    "epochs": 7,
    "seed": None,
    "val_fraction": 0.5,
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_settings_are_refused_by_name(
    short: ClassificationTrainArguments, reviews: Subset, name: str
) -> None:
    train_until(3, short, reviews)
    now = replace(short, **{name: OTHERS[name]})
    was = getattr(short, name)
    with pytest.raises(ValueError, match="stopped after step 2 of 10") as caught:
        unfinished_training(now)
    assert f"{name} was {was!r}, now {OTHERS[name]!r}. Set them back" in str(caught.value)


def test_what_decides_only_where_and_how_may_change(
    short: ClassificationTrainArguments, reviews: Subset, tmp_path: Path
) -> None:
    train_until(3, short, reviews)
    elsewhere = tmp_path / "elsewhere"
    shutil.move(short.downstream_model_dir, elsewhere)
    others = {
        "downstream_model_dir": elsewhere,
        "downstream_corpus_root_dir": tmp_path,
        "save_every_n_steps": 1,
        "split_when_out_of_memory": True,
        "cpu_workers": 2,
        "accelerator": "auto",
        "overwrite_cache": True,
        "force_download": True,
    }
    assert others.keys() == MAY_CHANGE
    task, _ = train(replace(short, **others), reviews)
    undisturbed, _ = train(short, reviews)
    assert digest(task.model) == digest(undisturbed.model)


def test_the_best_epoch_is_known_after_a_move(
    short: ClassificationTrainArguments, reviews: Subset, tmp_path: Path
) -> None:
    with pytest.raises(InterruptedError):
        train(short, reviews, PowerCut(7), val=reviews)
    elsewhere = tmp_path / "elsewhere"
    shutil.move(short.downstream_model_dir, elsewhere)
    _, trainer = train(replace(short, downstream_model_dir=elsewhere), reviews, val=reviews)
    assert list(trainer.checkpoint_callback.best_k_models) == [str(elsewhere / "best.ckpt")]
    assert (elsewhere / "best.ckpt").is_file()


def test_other_reviews_in_the_same_places_are_noticed(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    train_until(4, short, reviews)
    others = Subset(reviews.dataset, range(80, 160))
    with pytest.raises(ValueError, match="Batch 4 of the epoch is not the one"):
        train(short, others)


def test_another_number_of_reviews_is_noticed(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    train_until(4, short, reviews)
    with pytest.raises(ValueError, match=r"has 6 batches now, and had 5 in the training"):
        train(short, Subset(reviews.dataset, range(96)))


def test_a_damaged_last_checkpoint_is_named(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    train_until(4, short, reviews)
    last = Path(short.downstream_model_dir) / "last.ckpt"
    os.truncate(last, 1000)
    with pytest.raises(ValueError, match=r"last.ckpt was not loaded: it is damaged"):
        train(short, reviews)


def test_a_full_disk_costs_no_checkpoint(
    short: ClassificationTrainArguments, reviews: Subset, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, _ = train(short, reviews)
    train_until(3, short, reviews)

    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", no_space)
        with pytest.raises(OSError, match=r"last\.ckpt could not be written .*Make room") as caught:
            train(short, reviews)
    assert "No space left on device" in str(caught.value)
    assert not list(Path(short.downstream_model_dir).glob("*.unfinished"))
    resumed, _ = train(short, reviews)
    assert digest(resumed.model) == digest(undisturbed.model)


def test_the_state_of_every_generator_comes_back() -> None:
    own = torch.Generator()

    def draw() -> list[float]:
        of_torch = (torch.rand(1).item(), torch.rand(1, generator=own).item())
        return [*of_torch, random.random(), np.random.rand()]  # noqa: NPY002

    state = random_state([own])
    first = draw()
    assert draw() != first
    restore_random_state(state, [own])
    assert draw() == first
