"""A training that was cut off goes on as if nothing had happened, or says why it cannot."""

import copy
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
from torch.utils.data import Dataset, Subset

from helpers.arguments import ClassificationTrainArguments
from helpers.checkpoints import read_checkpoint
from helpers.data import ClassificationDataset, data_collator, eval_dataloader
from helpers.own_data import OwnDataArguments, TableCorpus
from helpers.resume import MAY_CHANGE, fingerprints, unfinished_training
from helpers.scales import MINI_BERT
from helpers.support.fingerprints import model_fingerprint
from helpers.support.resumable_data import (
    ResumableDataLoader,
    random_state,
    restore_random_state,
)
from helpers.trainer import read_log
from tests.conftest import ROOT
from tests.stand_ins.killed_trainings import KILLS, digest
from tests.stand_ins.short_trainings import PowerCut, train, train_until
from tests.stand_ins.small_model import small_tokenizer

Results = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Trainings killed in all the ways, and gone on to the end."""
    command = [
        sys.executable,
        "-m",
        "tests.stand_ins.killed_trainings",
        tmp_path_factory.mktemp("killed"),
    ]
    one_thread = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}  # since it forks
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | one_thread, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("kind", "kill"), [(one, kill) for one in KILLS for kill in KILLS[one]])
def test_a_killed_training_ends_with_the_weights_of_an_undisturbed_one(
    killed: Results, kind: str, kill: str
) -> None:
    undisturbed, result = killed[kind]["no"], killed[kind][kill]
    assert result["num_kills"] == (2 if kill == "twice" else 1)
    assert result["weights"] == undisturbed["weights"]
    # In each step the batch of that step, also where a step was taken twice; and no other steps.
    assert result["batches"] == undisturbed["batches"]


def unfinished(args: ClassificationTrainArguments, reviews: Dataset) -> dict[str, Any] | None:
    """Return what a training on these reviews would go on from."""
    return unfinished_training(args, fingerprints(args, eval_dataloader(args, reviews), None))


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
    assert unfinished(short, reviews) is None


def test_a_rehearsal_leaves_an_unfinished_training_alone(
    short: ClassificationTrainArguments, reviews: Subset, capsys: pytest.CaptureFixture[str]
) -> None:
    train_until(5, short, reviews)
    train(replace(short, test_mode=True), reviews)
    assert "going on" not in capsys.readouterr().out
    assert unfinished(short, reviews)["global_step"] == 4


OTHERS = {
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
        unfinished(now, reviews)
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
        "cpu_workers": 2,
        "accelerator": "auto",
        "force_download": True,
    }
    assert others.keys() == MAY_CHANGE - RECOGNIZED
    task, _ = train(replace(short, **others), reviews)
    undisturbed, _ = train(short, reviews)
    assert digest(task.model) == digest(undisturbed.model)


# The same training at another place

RECOGNIZED = {"pretrained_model_name", "train_file", "test_file", "text_column", "label_column"}


def write_table(path: Path, rows: list[tuple[str, str]], header: str = "text,label") -> Path:
    path.write_text("\n".join([header, *map(",".join, rows)]), encoding="utf-8")
    return path


def four_classes(first: int = 0) -> list[tuple[str, str]]:
    """Forty rows; the labels of all begin with class ``first``, and so they rotate with it."""
    return [(f"{n} 번째 글입니다", "가나다라"[(n + first) % 4]) for n in range(40)]


class Table:
    """A training on a table: train and val, and settings with a checkpoint every second step."""

    def __init__(self, table: Path, **settings: Any) -> None:
        small = {"epochs": 2, "batch_size": 8, "save_every_n_steps": 2, "accelerator": "cpu"}
        self.args = OwnDataArguments.for_scale("mini", train_file=table, **small | settings)
        corpus, tokenizer = TableCorpus(self.args), small_tokenizer()
        self.train, self.val = (
            ClassificationDataset(self.args, corpus, tokenizer, mode) for mode in ("train", "val")
        )

    def begin(self) -> None:
        train_until(3, self.args, self.train, self.val)

    def go_on(self) -> Trainer:
        return train(self.args, self.train, val=self.val)[1]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Where table, model and checkpoints of a training lie; all else goes to another folder."""
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "there"
    shutil.copytree(MINI_BERT, there / "bert")
    return {
        "table": write_table(there / "train.csv", four_classes()),
        "pretrained_model_name": there / "bert",
        "downstream_model_dir": there / "checkpoints",
    }


@pytest.mark.parametrize("form", ["absolute", "relative", "link"])
def test_a_training_goes_on_wherever_its_files_lie_by_then(
    places: dict[str, Path], form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Table(**places).begin()
    (tmp_path / "there").rename(tmp_path / "here")
    (tmp_path / "linked").symlink_to(tmp_path / "here")
    root = {"absolute": tmp_path / "here", "relative": Path("here"), "link": Path("linked")}[form]
    (root / "train.csv").rename(root / "renamed.csv")
    names = {"table": "renamed.csv", "pretrained_model_name": "bert"}
    trainer = Table(
        **{name: root / names.get(name, "checkpoints") for name in places}, text_column="text"
    ).go_on()
    assert "going on after step 2 of 6" in capsys.readouterr().out
    assert [step for step, _ in read_log(trainer)["train_loss_step"]] == list(range(6))


def test_the_log_of_a_checkpoint_from_windows_is_found(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    train_until(3, short, reviews)
    path = Path(short.downstream_model_dir) / "last.ckpt"
    saved = read_checkpoint(path)
    assert saved["callbacks"]["LastCheckpoint"]["log_folders"] == ["version_0"]
    windows = r"C:\Users\kim\checkpoints\logs\version_0"  # as it was noted formerly
    saved["callbacks"]["LastCheckpoint"]["log_folders"] = [windows]
    torch.save(saved, path)
    _, trainer = train(short, reviews)
    assert len(read_log(trainer)["train_loss_step"]) == 10


def test_a_checkpoint_that_does_not_say_what_it_was_trained_on_is_refused(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    train_until(3, short, reviews)
    path = Path(short.downstream_model_dir) / "last.ckpt"
    saved = read_checkpoint(path)
    del saved["callbacks"]["LastCheckpoint"]["recognized_by"]
    torch.save(saved, path)
    with pytest.raises(ValueError, match="had other data: an older version of the course did not"):
        train(short, reviews)


@pytest.mark.parametrize("file", ["config.json", "vocab.txt", "model.safetensors"])
def test_another_model_in_the_same_place_is_refused(places: dict[str, Path], file: str) -> None:
    Table(**places).begin()
    with (places["pretrained_model_name"] / file).open("ab") as opened:
        opened.write(b" ")
    refused = r"had other settings: pretrained_model_name was '.*bert', now '.*bert', another model"
    with pytest.raises(ValueError, match=refused):
        Table(**places).go_on()


def test_another_model_of_the_hub_is_refused_by_name(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    args = replace(short, pretrained_model_name="beomi/kcbert-base")
    train_until(3, args, reviews)
    assert unfinished(args, reviews)
    named = "was 'beomi/kcbert-base', now 'beomi/kcbert-large', another model. Set them back"
    with pytest.raises(ValueError, match=named):
        unfinished(replace(args, pretrained_model_name="beomi/kcbert-large"), reviews)


def test_line_ends_make_no_other_model(tmp_path: Path) -> None:
    """Git for Windows writes others."""
    for name, end in (("one", "\n"), ("other", "\r\n")):
        shutil.copytree(MINI_BERT, tmp_path / name)
        text = (MINI_BERT / "vocab.txt").read_text(encoding="utf-8")
        (tmp_path / name / "vocab.txt").write_text(text, encoding="utf-8", newline=end)
    one, other = (model_fingerprint(str(tmp_path / name)) for name in ("one", "other"))
    assert one == other != model_fingerprint("beomi/kcbert-base")


# Other data


def test_corrected_labels_are_refused_and_a_new_training_learns_them(
    places: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    write_table(places["table"], four_classes(first=1))
    Table(**places).begin()
    write_table(places["table"], four_classes())
    with pytest.raises(ValueError, match=r"had other data: train had other .*labels; val had"):
        Table(**places).go_on()
    (places["downstream_model_dir"] / "last.ckpt").unlink()
    Table(**places).go_on()
    assert "going on" not in capsys.readouterr().out


def altered(dataset: ClassificationDataset, **changes: Any) -> ClassificationDataset:
    """Return a data set whose first example is another one."""
    other = copy.copy(dataset)
    other.examples = [replace(dataset.examples[0], **changes), *dataset.examples[1:]]
    return other


@pytest.mark.parametrize("val", [False, True])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "다른 글"}, "texts"),
        ({"label": 9}, "labels"),
        ({"text": "다른 글", "label": 9}, "texts and labels"),
    ],
)
def test_a_single_example_that_changed_is_noticed(
    short: ClassificationTrainArguments,
    dataset: ClassificationDataset,
    changes: dict[str, Any],
    said: str,
    val: bool,
) -> None:
    known = Subset(dataset, range(80))
    others = Subset(altered(dataset, **changes), range(80))
    train_until(4, short, known, known)
    part, pair = ("val", (known, others)) if val else ("train", (others, known))
    with pytest.raises(ValueError, match=rf"and had other data: {part} had other {said}\. Bring"):
        train(short, pair[0], val=pair[1])


def test_what_is_not_in_a_subset_may_change(
    short: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    inner = Subset(dataset, range(10, 200))
    train_until(4, short, Subset(inner, range(80)))
    train(short, Subset(Subset(altered(dataset, text="다른 글"), range(10, 200)), range(80)))


def test_names_of_labels_are_noticed_where_a_data_set_has_them(
    short: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    dataset.label_names = ("negative", "positive")
    train_until(4, short, Subset(dataset, range(80)))
    dataset.label_names = ("bad", "good")
    with pytest.raises(ValueError, match="train had other names of labels"):
        train(short, Subset(dataset, range(80)))


class Own(Dataset):
    """A data set of somebody's own, of which nothing is known but its items."""

    def __init__(self, reviews: Dataset) -> None:
        self.items = [reviews[index] for index in range(len(reviews))]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.items[index]


def test_of_other_data_sets_the_number_and_the_last_batch_are_compared(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    train_until(4, short, Own(reviews))
    with pytest.raises(ValueError, match="train had 80 reviews, now 79"):
        train(short, Own(Subset(reviews, range(79))))
    with pytest.raises(ValueError, match="Batch 4 of the epoch is not the one"):
        train(short, Own(Subset(reviews.dataset, range(80, 160))))
    train(short, Own(reviews))


def test_validation_that_was_added_is_noticed(
    short: ClassificationTrainArguments, reviews: Subset
) -> None:
    train_until(4, short, reviews)
    with pytest.raises(ValueError, match="val had 0 reviews, now 80"):
        train(short, reviews, val=reviews)


def test_an_order_with_another_number_of_batches_is_noticed(reviews: Subset) -> None:
    loader = ResumableDataLoader(reviews, batch_size=16, collate_fn=data_collator)
    next(iter(loader))
    state = loader.state_dict()
    shorter = ResumableDataLoader(reviews, batch_size=20, collate_fn=data_collator)
    with pytest.raises(ValueError, match=r"has 4 batches now, and had 5 in the training"):
        shorter.load_state_dict(state)


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
