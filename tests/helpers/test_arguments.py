"""Settings: what is accepted, what is refused and with which sentence."""

import json
from dataclasses import FrozenInstanceError, asdict, replace
from pathlib import Path

import pytest
import torch
from pytorch_lightning.trainer.connectors import accelerator_connector

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.scales import MINI_BERT, SCALES
from helpers.support import machine


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("pretrained_model_name", "", "pretrained_model_name is an empty text"),
        ("pretrained_model_name", "../nowhere", "existing folder or a hub name"),
        ("pretrained_model_name", 7, "must be of type str; it is 7 (int)"),
        ("downstream_corpus_name", "nmsc", "one of 'mini_reviews', 'nsmc'; it is 'nmsc'"),
        ("downstream_corpus_root_dir", " ", "downstream_corpus_root_dir is an empty text"),
        ("downstream_model_dir", None, "must be of type str; it is None"),
        ("empty_documents", "skip", "one of 'keep', 'drop', 'refuse'; it is 'skip'"),
        ("max_seq_length", 2, "at least 3 and below 65536; it is 2"),
        ("learning_rate", 0, "above 0 and at most 1; it is 0"),
        ("learning_rate", float("nan"), "finite number"),
        ("learning_rate", "5e-5", "must be of type float; it is '5e-5' (str)"),
        ("batch_size", 0, "at least 1 and at most 1000000; it is 0"),
        ("batch_size", True, "must be of type int; it is True (bool)"),
        ("batch_size", 32.0, "must be of type int; it is 32.0 (float)"),
        ("epochs", -1, "at least 1 and at most 1000000; it is -1"),
        ("weight_decay", 1, "at least 0 and below 1; it is 1"),
        ("warmup_ratio", -0.1, "at least 0 and below 1; it is -0.1"),
        ("val_fraction", 0.0, "above 0 and below 1; it is 0.0"),
        ("seed", -3, "at least 0 and below 4294967296; it is -3"),
        ("seed", "7", "must be of type int or None; it is '7' (str)"),
        ("monitor", "val_loss", "one of 'min val_loss', 'max val_acc'; it is 'val_loss'"),
        ("fine_tuned_checkpoint", " ", "fine_tuned_checkpoint is an empty text"),
        ("save_every_n_steps", 0, "at least 1 and at most 1000000; it is 0"),
        ("cpu_workers", -1, "at least 0 and at most 1000; it is -1"),
        ("accelerator", "cuda", "one of 'auto', 'cpu', 'gpu', 'tpu', 'mps'; it is 'cuda'"),
        ("group_by_length", 1, "must be of type bool"),
        ("num_nodes", 0, "at least 1 and at most 1000000; it is 0"),
        ("devices", "0", "'auto' or '1' to '99'; it is '0'"),
        ("strategy", "dp", "one of 'auto', 'ddp', 'ddp_notebook'; it is 'dp'"),
        ("precision", "16", "one of '32-true', '16-mixed', 'bf16-mixed'; it is '16'"),
        ("force_download", "no", "must be of type bool"),
        ("test_mode", None, "must be of type bool"),
    ],
)
def test_wrong_values_are_refused(field: str, value: object, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        ClassificationTrainArguments(**{field: value})
    assert str(caught.value).startswith(field)
    assert sentence in str(caught.value)


def test_every_field_has_a_refused_value_above() -> None:
    marks = test_wrong_values_are_refused.pytestmark
    tried = {row[0] for row in marks[0].args[1]}
    assert tried == set(asdict(ClassificationTrainArguments()))


def test_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no config"):
        ClassificationTrainArguments(pretrained_model_name=tmp_path)


def test_length_against_the_positions_of_a_known_model() -> None:
    ClassificationTrainArguments(pretrained_model_name=MINI_BERT, max_seq_length=128)
    with pytest.raises(ValueError, match="max_seq_length must be at most 128"):
        ClassificationTrainArguments(pretrained_model_name=MINI_BERT, max_seq_length=129)


def test_paths_become_texts_and_whole_numbers_pass_for_floats() -> None:
    args = ClassificationTrainArguments(downstream_model_dir=Path("a") / "b", learning_rate=1)
    assert args.downstream_model_dir == str(Path("a") / "b")
    assert args.learning_rate == 1


def test_settings_do_not_change_once_made() -> None:
    args = ClassificationTrainArguments()
    with pytest.raises(FrozenInstanceError):
        args.batch_size = 0
    with pytest.raises(ValueError, match="batch_size"):
        replace(args, batch_size=0)


@pytest.mark.parametrize("scale", SCALES)
def test_scales(scale: str) -> None:
    args = ClassificationTrainArguments.for_scale(scale, epochs=9)
    assert args.epochs == 9
    assert args.downstream_corpus_name == SCALES[scale]["downstream_corpus_name"]
    assert not Path(args.pretrained_model_name).is_absolute()


def test_unknown_scale() -> None:
    with pytest.raises(ValueError, match=r"SCALE must be one of .mini., .full."):
        ClassificationTrainArguments.for_scale("medium")


def test_json_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"batch_size": 8, "seed": 3}))
    assert ClassificationTrainArguments.from_json(path) == ClassificationTrainArguments(
        batch_size=8, seed=3
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{'batch_size': 8}", "line 1: not valid JSON"),
        (
            '{"batch_sise": 8}',
            "settings.json: no setting is called 'batch_sise'; use .*batch_size,",
        ),
        ('{"batch_size": "8"}', "settings.json: batch_size must be of type int"),
        ('{"seed": 1,\n"seed": 2}', "settings.json: 'seed' is there twice; delete one"),
        ('{"learning_rate": NaN}', "settings.json: learning_rate must be a finite number"),
        ('{"batch_size": {"a": 1}}', "settings.json: batch_size must be of type int"),
        ("[8]", r"settings.json: must be an object such as .*; it is a list"),
        ("", "line 1: not valid JSON"),
        ("[" * 100_000, "settings.json: too many brackets"),
    ],
)
def test_wrong_json_file(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=sentence):
        ClassificationTrainArguments.from_json(path)


@pytest.mark.parametrize("encoding", ["cp949", "utf-16"])
def test_json_file_of_another_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes('{"downstream_model_dir": "모델"}'.encode(encoding))
    with pytest.raises(ValueError, match=r"settings.json: not UTF-8 text"):
        ClassificationTrainArguments.from_json(path)


def test_json_file_as_windows_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"seed": 3}', encoding="utf-8-sig")
    assert ClassificationTrainArguments.from_json(path).seed == 3


def test_missing_json_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere.json is not there; check the name"):
        ClassificationTrainArguments.from_json(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--batch_sise", "8"], "--batch_sise"),
        (["--batch", "8"], "--batch"),  # no abbreviations: a new field could change what they mean
        (["--batch_size", "many"], "--batch_size/--batch-size: invalid int value: 'many'"),
        (["--batch_size"], "--batch_size/--batch-size: expected one argument"),
        (
            ["--monitor", "loss"],
            "--monitor: invalid choice: 'loss' .choose from '?min val_loss'?, ",
        ),
        (["--test_mode", "perhaps"], "--test_mode/--test-mode: .*perhaps"),
        (["8"], "8"),
    ],
)
def test_wrong_words_are_refused_in_one_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        ClassificationTrainArguments.from_command_line(words)
    assert "\n" not in str(caught.value)


# What the machine or the files show


@pytest.mark.parametrize("field", ["downstream_corpus_root_dir", "downstream_model_dir"])
@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("file", "file' is no folder"),
        ("file/below", "file' is no folder"),
        ("link to a disk that is gone", "gone' is no folder"),
        ("new/" + "가" * 86, "a name in it has more than 255 bytes"),
        ("a/" * 3_000, "the system says: File name too long"),
        ("protected/new", "protected' is write-protected"),
    ],
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


@pytest.mark.parametrize(("folder", "reason"), [("~/runs", "~"), ("s3://runs", "an address")])
def test_folders_that_lightning_would_look_for_elsewhere(folder: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^downstream_model_dir must be a folder.*and .*{reason}"):
        ClassificationTrainArguments(downstream_model_dir=folder)


@pytest.mark.parametrize("field", ["downstream_model_dir", "downstream_corpus_root_dir"])
@pytest.mark.parametrize(
    ("drive", "folder"),
    [("/content/drive", "MyDrive/checkpoints"), ("/gdrive", "My Drive/nlp/checkpoints")],
)
def test_drive_must_be_mounted_first(
    field: str, drive: str, folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sentence = rf"^{field} must be .*, and Google Drive is not mounted there: run `.*\('{drive}'\)`"
    with pytest.raises(ValueError, match=sentence):
        ClassificationTrainArguments(**{field: f"{drive}/{folder}"})
    monkeypatch.setattr(machine, "DRIVES", (str(tmp_path),))
    monkeypatch.setattr("os.path.ismount", lambda path: path == str(tmp_path))
    with pytest.raises(ValueError, match=f"your files on Google Drive are in {tmp_path}/MyDrive"):
        ClassificationTrainArguments(**{field: tmp_path / "Mydrive" / "checkpoints"})
    (tmp_path / "MyDrive").mkdir()
    ClassificationTrainArguments(**{field: tmp_path / "MyDrive" / "checkpoints"})
    monkeypatch.chdir(tmp_path / "MyDrive")
    monkeypatch.setattr("os.path.ismount", lambda path: False)
    with pytest.raises(ValueError, match="is not mounted there"):
        ClassificationTrainArguments(**{field: "checkpoints"})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"accelerator": "gpu", "devices": "4"}, "accelerator='gpu', devices='4' cannot be had"),
        ({"accelerator": "tpu"}, "accelerator='tpu' cannot be had on this machine"),
        ({"num_nodes": 2}, "num_nodes=2 cannot be had .* does not know the others"),
        ({"accelerator": "cpu", "precision": "16-mixed"}, "precision must be '32-true' or 'bf16"),
    ],
)
def test_hardware_that_is_not_there(
    changes: dict[str, object], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(ValueError, match=f"^{sentence}") as caught:
        ClassificationTrainArguments(**changes)
    assert "\n" not in str(caught.value)


def test_in_a_notebook_processes_must_be_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerator_connector, "_IS_INTERACTIVE", True)
    with pytest.raises(ValueError, match=r"^strategy='ddp' cannot be had .*ddp_notebook"):
        ClassificationTrainArguments(strategy="ddp")
    assert ClassificationTrainArguments(strategy="ddp_notebook").strategy == "ddp_notebook"


@pytest.mark.parametrize(
    "changes",
    [
        {"precision": "16-mixed"},
        {"accelerator": "cpu", "precision": "bf16-mixed"},
        {"accelerator": "cpu", "devices": "2", "strategy": "ddp_notebook"},
    ],
)
def test_hardware_that_is_there_or_left_open(changes: dict[str, object]) -> None:
    assert asdict(ClassificationTrainArguments(**changes)).items() >= changes.items()


def test_several_machines_that_torchrun_has_brought_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MASTER_ADDR", "10.0.0.1")
    assert ClassificationTrainArguments(num_nodes=2).num_nodes == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "config.json, line 1: not valid JSON"),
        ("[]", "config.json: must be an object"),
        ('{"model_type": "gpt2"}', "must be a BERT; .* is one of the type 'gpt2'"),
        ('{"model_type": ["bert"]}', "must be a BERT"),
        ('{"max_position_embeddings": "many"}', "must be a whole number, at least 1; it is 'many'"),
        ('{"max_position_embeddings": 0}', "must be a whole number, at least 1; it is 0"),
    ],
)
def test_a_model_whose_configuration_makes_no_sense(
    tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ValueError, match=sentence):
        ClassificationTrainArguments(pretrained_model_name=tmp_path)


@pytest.mark.parametrize("name", ["beomi/..", "a/b/c", "가/나", "a--b/c", "x" * 200, "x" * 5_000])
def test_names_that_no_model_on_the_hub_can_have(name: str) -> None:
    with pytest.raises(ValueError, match=r"^pretrained_model_name must be an existing folder or"):
        ClassificationTrainArguments(pretrained_model_name=name)


def test_a_file_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_text("")
    with pytest.raises(ValueError, match=r"model.bin' on this machine, which has no config.json"):
        ClassificationTrainArguments(pretrained_model_name=tmp_path / "model.bin")


def test_command_line() -> None:
    words = ["--learning_rate", "1e-3", "--test_mode", "--monitor", "max val_acc", "--seed", "5"]
    assert ClassificationTrainArguments.from_command_line(words) == ClassificationTrainArguments(
        learning_rate=1e-3, test_mode=True, monitor="max val_acc", seed=5
    )
    with pytest.raises(ValueError, match="batch_size must be at least 1 and at most 1000000"):
        ClassificationTrainArguments.from_command_line(["--batch_size", "0"])


def test_seed_repeats_random_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    set_seed(ClassificationTrainArguments(seed=11))
    first = torch.rand(3)
    set_seed(ClassificationTrainArguments(seed=11))
    assert torch.equal(first, torch.rand(3))
    set_seed(ClassificationTrainArguments())
    assert "every run will differ" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("has_gpu", "has_bf16", "precision"),
    [(True, True, "bf16-mixed"), (True, False, "16-mixed"), (False, False, "32-true")],
)
def test_full_scale_computes_in_what_the_card_is_fast_at(
    has_gpu: bool, has_bf16: bool, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: has_bf16)
    assert ClassificationTrainArguments.for_scale("full").precision == precision
    assert ClassificationTrainArguments.for_scale("mini").precision == "32-true"
