"""Settings: what is accepted, what is refused and with which sentence."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
import torch
from pytorch_lightning.trainer.connectors import accelerator_connector

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.scales import MINI_BERT
from helpers.support import machine

COUNT = "be at least 1 and at most 1000000"


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("downstream_corpus_name", "nmsc", "be one of 'mini_reviews', 'nsmc'"),
        ("empty_documents", "skip", "be one of 'keep', 'drop', 'refuse'"),
        ("max_seq_length", 2, "be at least 3 and below 65536"),
        ("learning_rate", 0, "be above 0 and at most 1"),
        ("learning_rate", float("nan"), "be a finite number"),
        ("batch_size", 0, COUNT),
        ("epochs", -1, COUNT),
        ("save_every_n_steps", 0, COUNT),
        ("weight_decay", 1, "be at least 0 and below 1"),
        ("val_fraction", 0.0, "be above 0 and below 1"),
        ("seed", -3, "be at least 0 and below 4294967296"),
        ("cpu_workers", -1, "be at least 0 and at most 1000"),
        ("devices", "0", "be 'auto' or '1' to '99'"),
        ("precision", "16", "be one of '32-true', '16-mixed', 'bf16-mixed'"),
    ],
)
def test_wrong_values_are_refused(field: str, value: object, allowed: str) -> None:
    with pytest.raises(ValueError) as caught:
        ClassificationTrainArguments(**{field: value})
    assert str(caught.value) == f"{field} must {allowed}; it is {value!r}."


def test_length_against_the_positions_of_a_known_model() -> None:
    ClassificationTrainArguments(pretrained_model_name=MINI_BERT, max_seq_length=128)
    with pytest.raises(ValueError, match=r"^max_seq_length must be at most 128, .*; it is 129\.$"):
        ClassificationTrainArguments(pretrained_model_name=MINI_BERT, max_seq_length=129)


def test_paths_become_texts_whole_numbers_pass_for_floats_and_nothing_changes() -> None:
    args = ClassificationTrainArguments(downstream_model_dir=Path("a") / "b", learning_rate=1)
    assert (args.downstream_model_dir, args.learning_rate) == (str(Path("a") / "b"), 1)
    with pytest.raises(FrozenInstanceError):
        args.batch_size = 0


@pytest.mark.parametrize(
    ("has_gpu", "has_bf16", "precision"),
    [(True, True, "bf16-mixed"), (True, False, "16-mixed"), (False, False, "32-true")],
)
def test_full_scale_computes_in_what_the_card_is_fast_at(
    has_gpu: bool, has_bf16: bool, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: has_bf16)
    full = ClassificationTrainArguments.for_scale("full", epochs=9)
    assert (full.precision, full.epochs, full.downstream_corpus_name) == (precision, 9, "nsmc")
    mini = ClassificationTrainArguments.for_scale("mini")
    assert mini.precision == "32-true" and not Path(mini.pretrained_model_name).is_absolute()


def test_seed_repeats_random_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    numbers = []
    for _ in range(2):
        set_seed(ClassificationTrainArguments(seed=11))
        numbers.append(torch.rand(3).tolist())
    set_seed(ClassificationTrainArguments())
    assert numbers[0] == numbers[1]
    assert capsys.readouterr().out == "seed: 11\n" * 2 + "no seed set: every run will differ\n"


# From a file and from the command line


def test_json_file_as_windows_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"batch_size": 8, "seed": 3}', encoding="utf-8-sig")
    expected = ClassificationTrainArguments(batch_size=8, seed=3)
    assert ClassificationTrainArguments.from_json(path) == expected


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{'batch_size': 8}", ", line 1: not valid JSON"),
        (b'{"batch_sise": 8}', ": No setting is called 'batch_sise'; did you mean 'batch_size'"),
        (b'{"batch_size": "8"}', ": batch_size must be of type int; it is '8'"),
        (b'{"seed": 1,\n"seed": 2}', ": 'seed' is there twice; delete one"),
        (b"[" * 9_999, ": too many brackets"),
        ('{"downstream_model_dir": "모델"}'.encode("cp949"), ": not UTF-8 text"),
        (None, " is not there; check the name"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_wrong_json_file(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "settings.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((ValueError, FileNotFoundError), match=f"settings.json{sentence}"):
        ClassificationTrainArguments.from_json(path)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--batch_size 0", "^batch_size must be at least 1"),
        (
            "--batch 8",
            "No setting is called .batch.; did you mean .batch_size",
        ),  # no abbreviations: a new field could change what they mean
        ("--batch_size many", "--batch_size/--batch-size: invalid int value: 'many'"),
        ("--accelerator abacus", "--accelerator: invalid choice: 'abacus' .choose from '?auto'?, "),
    ],
)
def test_wrong_words_are_refused_in_one_sentence(words: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        ClassificationTrainArguments.from_command_line(words.split())
    assert "\n" not in str(caught.value)


# What the machine or the files show

each_folder = pytest.mark.parametrize(
    "field", ["downstream_corpus_root_dir", "downstream_model_dir"]
)


@each_folder
@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("file/below", "file' is no folder"),
        ("link to a disk that is gone", "gone' is no folder"),
        ("new/" + "가" * 86, "a name in it has more than 255 bytes"),
        ("protected/new", "protected' is write-protected"),
    ],
    ids=lambda value: value[:20],
)
def test_folders_that_cannot_be_written_to(
    field: str, folder: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link to a disk that is gone").symlink_to(tmp_path / "gone")
    (tmp_path / "protected").mkdir()
    # Whoever runs the tests as root may write anywhere, so the answer is given here.
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != "protected")
    with pytest.raises(ValueError, match=f"^{field} must be a folder to write to; .*{reason}"):
        ClassificationTrainArguments(**{field: tmp_path / folder})
    assert not (tmp_path / "new").exists()


@each_folder
@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("~/runs", "only a shell knows what ~ is"),
        ("s3://runs", "an address is no folder"),
        ("/content/drive/MyDrive/a", r"Google Drive is not mounted there: run `.*'/content/drive'"),
        ("/gdrive/My Drive/a", r"Google Drive is not mounted there: run `.*\('/gdrive'\)` first"),
    ],
)
def test_folders_that_are_not_where_they_seem(field: str, folder: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{field} must be a folder to write to; .*and {reason}"):
        ClassificationTrainArguments(**{field: folder})


@each_folder
def test_a_drive_that_is_mounted(
    field: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "DRIVES", (str(tmp_path),))
    monkeypatch.setattr("os.path.ismount", lambda path: path == str(tmp_path))
    with pytest.raises(ValueError, match=f"your files on Google Drive are in {tmp_path}/MyDrive"):
        ClassificationTrainArguments(**{field: tmp_path / "Mydrive" / "checkpoints"})
    (tmp_path / "MyDrive").mkdir()
    ClassificationTrainArguments(**{field: tmp_path / "MyDrive" / "checkpoints"})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"accelerator": "gpu", "devices": "4"}, "accelerator='gpu', devices='4' cannot be had"),
        ({"num_nodes": 2}, "num_nodes=2 cannot be had .* does not know the others"),
        ({"accelerator": "cpu", "precision": "16-mixed"}, "precision must be '32-true' or 'bf16"),
        ({"strategy": "ddp"}, "strategy='ddp' cannot be had .*ddp_notebook"),
    ],
)
def test_hardware_that_is_not_there(
    changes: dict[str, object], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(accelerator_connector, "_IS_INTERACTIVE", "strategy" in changes)
    with pytest.raises(ValueError, match=f"^{sentence}") as caught:
        ClassificationTrainArguments(**changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"model_type": "gpt2"}', "must be a BERT; .* is one of the type 'gpt2'"),
        ('{"max_position_embeddings": "many"}', "must be a whole number, at least 1; it is 'many'"),
    ],
)
def test_a_model_whose_configuration_makes_no_sense(
    tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ValueError, match=sentence):
        ClassificationTrainArguments(pretrained_model_name=tmp_path)


@pytest.mark.parametrize("name", ["../nowhere", "beomi/..", "a/b/c", "가/나", "a--b/c", "x" * 200])
def test_names_that_no_model_on_the_hub_can_have(name: str) -> None:
    with pytest.raises(ValueError, match=r"^pretrained_model_name must be an existing folder or"):
        ClassificationTrainArguments(pretrained_model_name=name)
