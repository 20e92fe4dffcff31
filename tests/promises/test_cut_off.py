"""A training that was cut off goes on as if nothing had happened, or says why it cannot."""

import copy
import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytorch_lightning.callbacks import Callback
from torch.utils.data import Dataset, Subset

from helpers.data import ClassificationDataset
from helpers.own_data import OwnDataArguments, TableCorpus
from helpers.resume import MAY_CHANGE
from helpers.scales import MINI_BERT
from helpers.trainer import read_log
from tests.conftest import ROOT
from tests.stand_ins.killed_trainings import KILLS
from tests.stand_ins.short_trainings import SHORT, CtrlC, ShortTraining, digest
from tests.stand_ins.small_model import small_tokenizer

Capture = pytest.CaptureFixture[str]
Results = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Trainings killed in all the ways, and gone on to the end."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-m", "tests.stand_ins.killed_trainings", folder]
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
    assert killed[kind][kill] == killed[kind]["no"]


@pytest.mark.parametrize("step", [3, 7])
def test_a_resumed_training_prints_and_logs_what_an_undisturbed_one_does(
    training: ShortTraining, step: int, tmp_path: Path, capsys: Capture
) -> None:
    def lines() -> list[str]:
        return [line for line in capsys.readouterr().out.splitlines() if line[:5] != "seed:"]

    _, undisturbed = training.with_settings(downstream_model_dir=tmp_path / "other").run()
    epochs = lines()
    training.lose_power(step)
    training.with_settings(test_mode=True).run()  # a rehearsal, which leaves the others alone
    lines()
    resumed, trainer = training.run()
    assert lines() == [f"going on after step {step - 1} of 10", *epochs[step // 6 :]]
    assert read_log(trainer) == read_log(undisturbed)
    anew, _ = training.run()  # what is finished does not go on
    assert lines() == epochs
    assert digest(anew.model) == digest(resumed.model)


# Other settings

OTHERS = {
    "pretrained_model_name": "beomi/kcbert-base",
    "downstream_corpus_name": "nsmc",
    "group_by_length": True,
    "batch_size": 64,
    "epochs": 7,
    "seed": None,
}
RECOGNIZED = {"pretrained_model_name", "train_file", "test_file", "text_column", "label_column"}
OF_THE_COMMAND = {
    "encoding",
    "look_at_test",
}  # how the table is read, and what is judged at the end


def test_other_settings_are_refused_by_name(training: ShortTraining, reviews: Subset) -> None:
    whole = replace(training, reviews=reviews.dataset)  # a Subset has no lengths to group by
    whole.lose_power(3)
    for name, now in OTHERS.items():
        with pytest.raises(ValueError, match="after step 2 of 150 and had other settin") as caught:
            whole.with_settings(**{name: now}).run()
        said = f"{name} was {getattr(training.args, name)!r}, now {now!r}"
        assert said in str(caught.value) and "Set them back to go on" in str(caught.value)


def test_what_decides_only_where_and_how_may_change(
    training: ShortTraining, reviews: Subset, tmp_path: Path
) -> None:
    validated = replace(training, val=reviews)
    validated.lose_power(7)
    elsewhere = shutil.move(training.args.downstream_model_dir, tmp_path / "elsewhere")
    others = {
        "downstream_model_dir": elsewhere,
        "downstream_corpus_root_dir": tmp_path,
        "save_every_n_steps": 1,
        "cpu_workers": 2,
        "accelerator": "auto",
        "force_download": True,
    }
    assert others.keys() == MAY_CHANGE - RECOGNIZED - OF_THE_COMMAND
    (moved, _), (undisturbed, _) = validated.with_settings(**others).run(), validated.run()
    assert digest(moved.model) == digest(undisturbed.model)
    assert (elsewhere / "last.ckpt").is_file()


# A table and a model in folders of one's own


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Where table, model and checkpoints of a training lie; all else goes to another folder."""
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "there"
    shutil.copytree(MINI_BERT, there / "bert")
    rows = "".join(f"{n} 번째 글입니다,{'가나다라'[n % 4]}\n" for n in range(100))
    (there / "train.csv").write_text(f"text,label\n{rows}", encoding="utf-8")
    return {
        "train_file": there / "train.csv",
        "pretrained_model_name": there / "bert",
        "downstream_model_dir": there / "checkpoints",
    }


def on_a_table(**settings: Any) -> ShortTraining:
    args = OwnDataArguments.for_scale("mini", **SHORT | settings)
    dataset = ClassificationDataset(args, TableCorpus(args), small_tokenizer(), "train")
    return ShortTraining(args, dataset)


def change(path: Path, old: str, new: str) -> None:
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))


def test_a_training_goes_on_wherever_its_files_lie_by_then(
    places: dict[str, Path], tmp_path: Path, capsys: Capture
) -> None:
    on_a_table(**places).lose_power(3)
    (tmp_path / "there").rename(tmp_path / "here")
    (tmp_path / "linked").symlink_to(tmp_path / "here")
    root = Path("linked")
    table = (root / "train.csv").rename(root / "renamed.csv")
    change(table, "text,label", "글,종류")
    change(root / "bert" / "vocab.txt", "\n", "\r\n")  # as Git for Windows writes it
    folders = {"pretrained_model_name": root / "bert", "downstream_model_dir": root / "checkpoints"}
    columns = {"text_column": "글", "label_column": "종류"}
    _, trainer = on_a_table(train_file=table, **folders, **columns).run()
    assert "going on after step 2 of 8" in capsys.readouterr().out
    assert [step for step, _ in read_log(trainer)["train_loss_step"]] == list(range(8))


@pytest.mark.parametrize("file", ["config.json", "vocab.txt", "model.safetensors"])
def test_another_model_in_the_same_place_is_refused(places: dict[str, Path], file: str) -> None:
    on_a_table(**places).lose_power(3)
    with (places["pretrained_model_name"] / file).open("ab") as opened:
        opened.write(b" ")
    refused = r"had other settings: pretrained_model_name was '.*bert', now '.*bert', another model"
    with pytest.raises(ValueError, match=refused):
        on_a_table(**places).run()


# Other data


def altered(part: Subset, names: tuple[str, ...] = (), **changes: Any) -> Subset:
    """Return a part of a data set whose first example is another one, or which names its labels."""
    other = copy.copy(part.dataset)
    other.examples = [replace(other.examples[0], **changes), *other.examples[1:]]
    if names:
        other.label_names = names
    return Subset(other, part.indices)


OTHER_DATA: dict[str, Callable[[Subset], Dataset | None]] = {
    "had other texts": lambda part: altered(part, text="다른 글"),
    "had other labels": lambda part: altered(part, label=3),
    "had other names of labels": lambda part: altered(part, names=("bad", "good")),
    "had 80 reviews, now 79": lambda part: Subset(part, range(79)),
}


@pytest.mark.parametrize("part", ["reviews", "val"])
@pytest.mark.parametrize("said", OTHER_DATA)
def test_a_single_example_that_changed_is_noticed(
    training: ShortTraining, reviews: Subset, part: str, said: str
) -> None:
    validated = replace(training, val=reviews)
    validated.lose_power(4)
    other = replace(validated, **{part: OTHER_DATA[said](reviews)})
    name = part.replace("reviews", "train")
    with pytest.raises(ValueError, match=rf"and had other data: {name} {said}\. Bring"):
        other.run()
    training.last.unlink()
    _, trainer = other.run()
    assert len(read_log(trainer)["train_loss_step"]) == 10  # of which none is of the other data


# Its files


@pytest.mark.parametrize("callbacks", [[], [CtrlC("on_before_optimizer_step")]])
def test_a_full_disk_costs_no_checkpoint_and_is_named_also_when_a_stop_was_asked_for(
    training: ShortTraining, monkeypatch: pytest.MonkeyPatch, callbacks: list[Callback]
) -> None:
    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    undisturbed, _ = training.run()
    training.lose_power(3)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", no_space)
        with pytest.raises(OSError, match=r"last\.ckpt could not be .*No space left.*Make room"):
            training.run(*callbacks)
    assert not list(training.last.parent.glob("*.unfinished"))
    resumed, _ = training.run()
    assert digest(resumed.model) == digest(undisturbed.model)
