"""Loading the model and the tokenizer."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import BertForMaskedLM

from helpers.arguments import ClassificationTrainArguments
from helpers.export import export_model
from helpers.model import load_model, load_tokenizer
from helpers.scales import MINI_BERT


def test_bundled_model_is_small_and_loads_as_float32() -> None:
    model = BertForMaskedLM.from_pretrained(MINI_BERT)
    assert model.dtype == torch.float32
    assert model.num_parameters() <= 6_000_000
    assert sum(path.stat().st_size for path in MINI_BERT.iterdir()) <= 12_000_000


def test_hangul_survives_the_tokenizer(args: ClassificationTrainArguments) -> None:
    text = "노잼이라더니 핵꿀잼ㅋㅋ OST도 최고"
    tokenizer = load_tokenizer(args)
    pieces = tokenizer.tokenize(text)
    assert tokenizer.unk_token not in pieces
    assert tokenizer.convert_tokens_to_string(pieces) == text


def test_new_head_has_an_output_a_label_and_nothing_is_printed(
    args: ClassificationTrainArguments, capfd: pytest.CaptureFixture[str]
) -> None:
    assert load_model(args).classifier.out_features == 2
    assert load_model(args, num_labels=3).classifier.out_features == 3
    assert capfd.readouterr() == ("", "")


def test_length_beyond_the_positions(args: ClassificationTrainArguments, tmp_path: Path) -> None:
    folder = shutil.copytree(MINI_BERT, tmp_path / "short")
    args = replace(args, pretrained_model_name=folder)
    config = folder / "config.json"
    config.write_text(config.read_text().replace('_embeddings": 128', '_embeddings": 64'))
    with pytest.raises(ValueError, match="max_seq_length must be at most 64"):
        load_model(args)


def test_a_head_for_other_labels_begins_anew_and_that_is_said(
    args: ClassificationTrainArguments, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    export_model(load_model(args, 3), load_tokenizer(args), "abc", tmp_path / "exported")
    args = replace(args, pretrained_model_name=tmp_path / "exported")
    assert load_model(args, 3).config.id2label[2] == "c" and capfd.readouterr() == ("", "")
    assert load_model(args, 4).classifier.out_features == 4
    assert "was fine-tuned for other labels: its head begins anew" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "a pointer of Git LFS: run",
        ),
        (b"\n<!DOCTYPE html><html>Sign in</html>", "is a web page: download the file itself"),
        (b"", "is empty: copy it again, to a disk that has room"),
    ],
    ids=["pointer", "page", "empty"],
)
@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "vocab.txt"])
def test_what_stands_in_a_files_place_is_named(
    args: ClassificationTrainArguments, tmp_path: Path, file: str, content: bytes, sentence: str
) -> None:
    folder = shutil.copytree(MINI_BERT, tmp_path / "cloned")
    (folder / file).write_bytes(content)
    with pytest.raises(ValueError, match=f"cloned/{file} is {sentence.removeprefix('is ')}"):
        args = replace(args, pretrained_model_name=folder)
        load_tokenizer(args)
        load_model(args)
