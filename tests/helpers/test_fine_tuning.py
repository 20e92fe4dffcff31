"""The whole course in one command, on a table of one's own."""

import csv
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import torch

from helpers.arguments import ClassificationTrainArguments
from helpers.checkpoints import read_checkpoint
from helpers.data import ClassificationDataset
from helpers.export import label_names, load_exported
from helpers.fine_tuning import fine_tune, main, read_words, report_accuracy, report_epochs
from helpers.inference import predict_file
from helpers.own_data import OwnDataArguments
from helpers.support.machine import shell_joined
from helpers.support.tables import read_rows
from tests.conftest import ROOT
from tests.stand_ins.small_model import tiny_model

PLACES = ("서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종")
THINGS = ("가방", "신발", "모자", "양말")
ASKED = {
    "배송": "{place} 사는데 {thing} 언제 오나요? 배송, 배송!",
    "환불": "{place} 사는데 {thing} 반품하고 환불 받을래요.",
    '"교환" 문의': "{place} 사는데 {thing} 다른 색으로 교환해 주세요.",
}


def write_questions(path: Path) -> Path:
    """96 questions of three kinds, under names of columns that nobody would guess."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["번호", "고객의 글", "종류, 최종"])
        for place, thing, (label, form) in product(PLACES, THINGS, ASKED.items()):
            writer.writerow([0, form.format(place=place, thing=thing), label])
    return path


def words_for(folder: Path, **changes: object) -> list[str]:
    settings = {
        "scale": "mini",
        "train_file": folder / "questions.csv",
        "text_column": "고객의 글",
        "label_column": "종류, 최종",
        "downstream_corpus_root_dir": folder / "Korpora",
        "downstream_model_dir": folder / "checkpoints",
        "epochs": 2,
        "batch_size": 16,
        "max_seq_length": 32,
        "accelerator": "cpu",
    }
    return [
        word for name, value in (settings | changes).items() for word in (f"--{name}", str(value))
    ]


def exit_of(words: list[str], monkeypatch: pytest.MonkeyPatch) -> str | int | None:
    """What the command ends with, in this process: a sentence goes to stderr, with exit code 1."""
    monkeypatch.setattr(sys, "argv", ["fine_tuning", *words])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("내 자료")
    write_questions(folder / "questions.csv")
    return folder


@pytest.fixture(scope="module")
def done(folder: Path) -> subprocess.CompletedProcess[str]:
    """The command, run to its end in a process of its own, as a reader would."""
    command = [sys.executable, "-m", "helpers.fine_tuning", *words_for(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done


def test_the_command_says_what_it_does_and_what_is_easy_is_learned(
    done: subprocess.CompletedProcess[str], folder: Path
) -> None:
    exported = folder / "checkpoints" / "exported"
    page = f"{sys.executable} -m helpers.page {shlex.quote(str(exported))}"
    match = re.fullmatch(
        "read '고객의 글' and '종류, 최종'; texts of each class: .* 배송 32, 환불 32\n"
        "in three parts: train 63, val 15, test 18\n"
        "seed: 7\nepoch 1/2  train_loss .*\nepoch 2/2  train_loss .*\n"
        r"test accuracy (.*), (.*) to (.*) \(.* of 18 texts; one answer for all: 0\.33\)" + "\n"
        "the validation loss was still falling in the last epoch: more epochs may help\n"
        + re.escape(f"exported to {exported}; put it on a page: {page}\n"),
        done.stdout,
    )  # fmt: skip
    assert match, done.stdout
    accuracy, low, high = map(float, match.groups())
    assert 0.6 < accuracy <= 1
    assert low < accuracy <= high
    assert "Warning" not in done.stderr and "Traceback" not in done.stderr


def test_the_test_stays_closed_and_an_older_export_is_announced(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = {"look_at_test": False, "epochs": 1, "downstream_model_dir": tmp_path}
    args = read_words(words_for(folder, **changes))
    (tmp_path / "exported").mkdir()
    fine_tune(args)
    out = capsys.readouterr().out
    assert f"the model in {tmp_path / 'exported'} is of an earlier training and will be rep" in out
    assert "val accuracy" in out and "test accuracy" not in out


@pytest.mark.parametrize(
    ("losses", "said"),
    [([0.7, 0.6], "may help"), ([0.6, 0.5, 0.7], "lowest after epoch 2: more"), ([0.7], "")],
)
def test_whether_more_epochs_would_help(
    losses: list[float], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report_epochs(losses)
    out = capsys.readouterr().out
    assert said in out and bool(said) == bool(out)


def test_a_console_in_cp949(tmp_path: Path) -> None:
    content = "고객의 글,종류\n" + "".join(f"좋다 {n},😀\n싫다 {n},😡\n" for n in range(6))
    (tmp_path / "faces.csv").write_text(content, encoding="utf-16")
    changes = {"train_file": "faces.csv", "label_column": "종류", "encoding": "utf-16", "epochs": 1}
    command = [sys.executable, "-m", "helpers.fine_tuning", *words_for(tmp_path, **changes)]
    environment = os.environ | {"PYTHONIOENCODING": "cp949", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert r"texts of each class: \U0001f600 6, \U0001f621 6" in done.stdout.decode("cp949")


def test_a_command_to_copy_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "name", "nt")
    page = shell_joined(["-m", "helpers.page", r"내 모델\exported"])
    assert page == r'python -m helpers.page "내 모델\exported"'


def test_the_exported_model_answers(
    done: subprocess.CompletedProcess[str], folder: Path, tmp_path: Path
) -> None:
    model, tokenizer = load_exported(folder / "checkpoints" / "exported")
    assert label_names(model) == sorted(ASKED)
    answers = tmp_path / "answers.csv"
    predict_file(folder / "questions.csv", answers, model, tokenizer, "고객의 글")
    pairs = zip(read_rows(folder / "questions.csv"), read_rows(answers), strict=True)
    right = [one.values["종류, 최종"] == other.values["predicted_label"] for one, other in pairs]
    assert sum(right) > 0.6 * len(right)


def test_the_weights_of_the_last_epoch_are_exported(folder: Path) -> None:
    exported = load_exported(folder / "checkpoints" / "exported")[0].state_dict()
    last = read_checkpoint(folder / "checkpoints" / "last.ckpt")["state_dict"]
    assert all(torch.equal(weight, last[f"model.{name}"]) for name, weight in exported.items())


def test_words_begin_with_a_scale() -> None:
    args = read_words(["--scale", "mini", "--train_file", "내 글.csv", "--epochs", "1"])
    assert args == OwnDataArguments.for_scale("mini", train_file="내 글.csv", epochs=1)
    assert read_words([]) == OwnDataArguments.for_scale("full")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"train_file": "nowhere.csv"}, "nowhere.csv is not there; check the name and the folder."),
        ({"text_column": "text"}, "line 2: there is no column 'text', only '번호', '고객의 글'"),
        ({"test_mode": True}, "Nothing is kept to export with test_mode=True; leave it out."),
        (
            {"train_fiel": "a.csv"},
            "No setting is called 'train_fiel'; did you mean 'train_file'? --help lists all.",
        ),
        ({"scale": "huge"}, "--scale: invalid choice: 'huge' (choose from "),
    ],
)
def test_errors_are_one_sentence_and_nothing_is_trained(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, object],
    sentence: str,
) -> None:
    words = words_for(folder, downstream_model_dir=tmp_path / "checkpoints", **changes)
    said = exit_of(words, monkeypatch)
    assert isinstance(said, str) and sentence in said and "\n" not in said
    assert not (tmp_path / "checkpoints").exists()


def test_the_reported_accuracy_is_the_share_of_right_answers(
    args: ClassificationTrainArguments,
    dataset: ClassificationDataset,
    capsys: pytest.CaptureFixture[str],
) -> None:
    always_first = tiny_model()
    always_first.classifier.weight.data.zero_()
    always_first.classifier.bias.data = torch.tensor([1.0, 0.0])
    dataset.examples = [replace(e, label=int(i >= 300)) for i, e in enumerate(dataset.examples)]
    report_accuracy(always_first, dataset, args, "test")
    assert capsys.readouterr().out == (
        "test accuracy 0.25, 0.23 to 0.28 (300 of 1200 texts; one answer for all: 0.75)\n"
    )
