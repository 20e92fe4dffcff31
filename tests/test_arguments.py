"""Settings: what is accepted, what is refused and with which sentence."""

import json
from dataclasses import FrozenInstanceError, asdict, replace
from pathlib import Path

import pytest
import torch

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.scales import MINI_BERT, SCALES


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
        ("max_seq_length", 2, "at least 3; it is 2"),
        ("learning_rate", 0, "above 0 and at most 1; it is 0"),
        ("learning_rate", float("nan"), "finite number"),
        ("learning_rate", "5e-5", "must be of type float; it is '5e-5' (str)"),
        ("batch_size", 0, "at least 1; it is 0"),
        ("batch_size", True, "must be of type int; it is True (bool)"),
        ("batch_size", 32.0, "must be of type int; it is 32.0 (float)"),
        ("epochs", -1, "at least 1; it is -1"),
        ("weight_decay", 1, "at least 0 and below 1; it is 1"),
        ("warmup_ratio", -0.1, "at least 0 and below 1; it is -0.1"),
        ("val_fraction", 0.0, "above 0 and below 1; it is 0.0"),
        ("seed", -3, "at least 0 and below 4294967296; it is -3"),
        ("seed", "7", "must be of type int or None; it is '7' (str)"),
        ("monitor", "val_loss", "one of 'min val_loss', 'max val_acc'; it is 'val_loss'"),
        ("save_top_k", -1, "at least 0; it is -1"),
        ("save_every_n_steps", 0, "at least 1; it is 0"),
        ("split_when_out_of_memory", "yes", "must be of type bool; it is 'yes' (str)"),
        ("cpu_workers", -1, "at least 0; it is -1"),
        ("accelerator", "cuda", "one of 'auto', 'cpu', 'gpu', 'tpu', 'mps'; it is 'cuda'"),
        ("group_by_length", 1, "must be of type bool"),
        ("num_nodes", 0, "at least 1; it is 0"),
        ("devices", "0", "it is '0'"),
        ("strategy", "dp", "one of 'auto', 'ddp', 'ddp_notebook'; it is 'dp'"),
        ("precision", "16", "one of '32-true', '16-mixed', 'bf16-mixed'; it is '16'"),
        ("overwrite_cache", 1, "must be of type bool; it is 1 (int)"),
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
        ('{"batch_sise": 8}', "batch_sise"),
        ('{"batch_size": "8"}', "batch_size must be of type int"),
    ],
)
def test_wrong_json_file(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=sentence):
        ClassificationTrainArguments.from_json(path)


def test_command_line() -> None:
    words = ["--learning_rate", "1e-3", "--test_mode", "--monitor", "max val_acc", "--seed", "5"]
    assert ClassificationTrainArguments.from_command_line(words) == ClassificationTrainArguments(
        learning_rate=1e-3, test_mode=True, monitor="max val_acc", seed=5
    )
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
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
