"""Ctrl+C, the stop button, a second training in the folder: one line, and no wrong model."""

import copy
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel
from torch.utils.data import Subset
from transformers import BertForSequenceClassification

from helpers import fine_tuning
from helpers.checkpoints import read_checkpoint
from helpers.data import eval_dataloader
from helpers.support import machine
from helpers.support.interruptions import TrainingStopped, only_training_in
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer, read_log
from tests.conftest import ROOT
from tests.helpers.test_fine_tuning import words_for, write_questions
from tests.stand_ins.short_trainings import CtrlC, PowerCut, ShortTraining, digest
from tests.stand_ins.small_model import tiny_config


@pytest.fixture
def validated(training: ShortTraining, reviews: Subset) -> ShortTraining:
    """The short training with a validation after each epoch."""
    return replace(training, val=reviews)


def stopped(training: ShortTraining, ctrl_c: CtrlC) -> str:
    """Return the line with which a training ends that is interrupted."""
    with pytest.raises(TrainingStopped) as caught:
        training.run(ctrl_c)
    assert caught.value.__suppress_context__
    return str(caught.value)


def last_step(training: ShortTraining) -> int:
    return read_checkpoint(training.last)["global_step"]


AGAIN = "of 10; run the same again to go on"


@pytest.mark.parametrize(
    ("hook", "call", "times", "saved", "line"),
    [
        ("on_train_start", 1, 1, 1, f"after step 1 {AGAIN}$"),
        ("on_train_batch_end", 2, 1, 2, f"after step 2 {AGAIN}$"),  # last.ckpt was just written
        ("on_train_batch_end", 3, 1, 4, f"after step 4 {AGAIN}$"),
        ("on_before_optimizer_step", 5, 1, 5, f"after step 5 {AGAIN}$"),  # the last of the epoch
        ("on_validation_batch_end", 8, 1, 10, "after step 10 of 10: the training is finished"),
        ("on_sanity_check_start", 1, 2, 0, "before the first step; run the same again"),
        ("on_before_optimizer_step", 1, 2, 0, "after step 0 of 10, before anything was saved; run"),
        ("on_before_optimizer_step", 4, 2, 2, f"after step 3 {AGAIN} after step 2$"),
    ],
)
def test_a_training_that_was_stopped_anywhere_says_what_was_saved_and_loses_nothing_of_it(
    validated: ShortTraining,
    tmp_path: Path,
    hook: str,
    call: int,
    times: int,
    saved: int,
    line: str,
) -> None:
    """A second press ends a training at once; in a validation it ends after that."""
    undisturbed, log = validated.with_settings(downstream_model_dir=tmp_path / "other").run()
    assert re.match(f"stopped {line}", stopped(validated, CtrlC(hook, call, times)))
    assert (last_step(validated) if validated.last.exists() else 0) == saved
    resumed, trainer = validated.run()
    assert digest(resumed.model) == digest(undisturbed.model)
    assert read_log(trainer) == read_log(log)


def test_an_interrupt_within_a_checkpoint_leaves_the_former_one(
    training: ShortTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyTorch's writer turns it into an error about the file, for which the disk was blamed."""
    save = torch.save
    press = SimpleNamespace(write=lambda _: signal.raise_signal(signal.SIGINT))
    training.lose_power(3)
    monkeypatch.setattr(torch, "save", lambda checkpoint, file: save(checkpoint, press))
    with pytest.raises(TrainingStopped, match=r"^stopped after step 4 of 10; .* after step 2$"):
        training.run()
    assert last_step(training) == 2
    assert not list(training.last.parent.glob("*.unfinished"))


def test_interrupts_are_handled_afterwards_as_before(training: ShortTraining) -> None:
    """Lightning lets them be ignored for ever after one."""
    stopped(training, CtrlC("on_before_optimizer_step", times=2))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# Where people stop trainings

SET_UP = '''
import time
from helpers import *
from pytorch_lightning.callbacks import Callback
from tests.stand_ins.small_model import tiny_model

class Waits(Callback):
    """In step 8, until the stop button is pressed."""
    def on_train_batch_end(self, trainer, *_):
        while trainer.global_step == 8 and not trainer.last_checkpoint.stop_asked:
            time.sleep(0.1)

args = ClassificationTrainArguments.for_scale(
    "mini", downstream_corpus_root_dir="{folder}", downstream_model_dir="{folder}", batch_size=200
)
fetch_corpus(args)
reviews = ClassificationDataset(args, NsmcCorpus(), load_tokenizer(args), "train")
task, trainer = ClassificationTask(tiny_model(), args), get_trainer(args)
trainer.callbacks.append(Waits())
'''
FIT = "trainer.fit(task, train_dataloader(args, reviews))"


@pytest.fixture
def kernel() -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """What runs cells, as JupyterLab or Colab has it."""
    manager, client = start_new_kernel(cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"})
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run_cell(
    client: BlockingKernelClient, cell: str, look: Callable[[str], object] = len
) -> tuple[str, str]:
    """Run a cell, and ``look`` at all that it shows; return its status and what it showed."""
    shown: list[str] = []

    def note(message: dict[str, Any]) -> None:
        content = message["content"]
        shown.append(content.get("text", "") + "\n".join(content.get("traceback", [])))
        look(shown[-1])

    reply = client.execute_interactive(cell, output_hook=note, timeout=120)
    return reply["content"]["status"], "".join(shown)


def test_the_stop_button_ends_a_cell_with_one_line_and_no_other_cell_is_run(
    kernel: tuple[KernelManager, BlockingKernelClient], tmp_path: Path
) -> None:
    manager, client = kernel

    def press(text: str) -> None:
        if "epoch 1/4" in text:
            client.execute("print('the cell below')")
            manager.interrupt_kernel()

    assert run_cell(client, SET_UP.format(folder=tmp_path))[0] == "ok"
    status, shown = run_cell(client, FIT, press)
    below = client.get_shell_msg(timeout=60)["content"]["status"]
    assert (status, below) == ("error", "aborted")
    line = "stopped after step [6-9] of 24; run the same again to go on"
    assert re.fullmatch(rf"epoch 1/4 .*\n{line}", shown)
    assert run_cell(client, "trainer.callbacks.pop()")[0] == "ok"  # it does not wait again
    status, shown = run_cell(client, FIT)
    assert status == "ok"
    assert re.match(r"going on after step [6-9] of 24\nepoch 2/4 .*\n", shown)


def test_ctrl_c_ends_the_command_with_one_line(tmp_path: Path) -> None:
    write_questions(tmp_path / "questions.csv")
    words = words_for(tmp_path, epochs=2000)
    command = [sys.executable, "-m", "helpers.fine_tuning", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True)
    while "epoch 1/" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.fullmatch(r"stopped after step [\d,]+ of 8,000; run the same again to go on\n", said)
    assert not (tmp_path / "checkpoints" / "exported").exists()


def test_ctrl_c_before_the_training_ends_the_command_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fine_tuning, "read_words", lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(SystemExit, match="130"):
        fine_tuning.main()
    assert capsys.readouterr().err == "stopped; nothing was exported\n"


# Two trainings in one folder, or of one model


def test_a_second_training_in_a_folder_is_refused_until_the_first_ends(
    training: ShortTraining,
) -> None:
    folder = training.last.parent
    with only_training_in(folder), pytest.raises(OSError, match=r"^Another training is running in"):
        training.run()
    assert [path.name for path in folder.iterdir()] == [".lock"]
    training.run()


def test_a_network_that_an_error_left_half_trained_is_not_trained_further_unnoticed(
    training: ShortTraining,
) -> None:
    network = BertForSequenceClassification(tiny_config())
    args = replace(training.args, save_every_n_steps=100)
    loader = eval_dataloader(args, training.reviews)
    trainer = get_trainer(args)
    trainer.callbacks.append(PowerCut(3))
    with pytest.raises(InterruptedError):
        trainer.fit(ClassificationTask(network, args), loader)
    with pytest.raises(ValueError, match=r"has been trained before, .* Make it anew"):
        get_trainer(args).fit(ClassificationTask(network, args), loader)
    get_trainer(args).fit(ClassificationTask(copy.deepcopy(network), args), loader)


# Google Drive


def test_on_drive_checkpoints_come_once_an_epoch_and_at_a_stop(
    training: ShortTraining,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(machine, "DRIVES", (str(training.last.parents[1]),))
    training.lose_power(4)
    said = "Google Drive's trash keeps what is replaced: last.ckpt is written once an epoch"
    assert said in capsys.readouterr().out
    assert not training.last.exists()
    line = stopped(training, CtrlC("on_before_optimizer_step", 3))
    assert line == "stopped after step 3 of 10; run the same again to go on"
    assert last_step(training) == 3
