"""A model in a folder: anybody can load it, and nothing but numbers comes out of it."""

import json
import os
import shutil
import socket
from pathlib import Path

import pytest
import torch

from helpers.export import export_model, label_names, load_exported, longest_input
from helpers.inference import predict
from helpers.scales import MINI_BERT
from tests.stand_ins.processes import run_python
from tests.stand_ins.small_model import LABELS, LONGEST, small_model, small_tokenizer

TEXTS = ["배송이 언제 와요? 뷁", "환불해 주세요", "사이즈를 바꾸고 싶어요"]
ADVICE = r"no whole exported model in .*: write one with export_model \(lesson 9\)\.$"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("여러 모델") / "문의 분류"
    return export_model(small_model(("a", "b", "c")), small_tokenizer(), LABELS, folder)


@pytest.fixture
def copied(exported: Path, tmp_path: Path) -> Path:
    """A copy of the exported model that a test may damage."""
    return shutil.copytree(exported, tmp_path / "model")


# Anybody can load it


LOADS_ELSEWHERE = """
import json, os, sys
from transformers import AutoTokenizer, pipeline
sys.modules["helpers"] = None  # an import of our package would fail
folder, texts = json.loads(os.environ["QUESTION"])
tokenizer = AutoTokenizer.from_pretrained(folder)
json.dump({
    "pieces": [tokenizer.tokenize(text) for text in texts],
    "answers": pipeline("text-classification", model=folder, top_k=None)(texts),
}, sys.stdout)
"""


def test_a_process_that_has_transformers_alone_gives_our_answers(
    exported: Path, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"HF_HUB_OFFLINE": "1", "QUESTION": json.dumps([str(exported), TEXTS])}
    done = run_python(LOADS_ELSEWHERE, environment, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["pieces"] == [small_tokenizer().tokenize(text) for text in TEXTS]
    ours = predict(TEXTS, small_model(), small_tokenizer())
    for theirs, one in zip(found["answers"], ours, strict=True):
        shares = {answer["label"]: answer["score"] for answer in theirs}
        assert shares == pytest.approx(one.probabilities, abs=1e-5)


def test_weights_and_tokenizer_come_back_as_they_were(exported: Path) -> None:
    model, tokenizer = load_exported(str(exported))
    for name, weight in small_model().state_dict().items():
        assert torch.equal(model.state_dict()[name], weight), name
    assert tokenizer.get_vocab() == small_tokenizer().get_vocab()
    assert tokenizer.model_max_length == small_tokenizer().model_max_length
    assert longest_input(model, tokenizer) == LONGEST
    assert not any(module.training for module in model.modules())


def test_a_second_export_takes_the_place_of_the_first_and_names_keep_their_order(
    copied: Path,
) -> None:
    names = [f"종류 {number}" for number in range(12)]
    export_model(small_model(tuple(map(str, range(12)))), small_tokenizer(), names, copied)
    assert label_names(load_exported(copied)[0]) == names


# Exporting itself


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("배송", "환불"), r"The model has 3 labels, and each .*; given: \['배송', '환불'\]\."),
        (
            ("배송", "환불", "배송"),
            r"each needs a name of its own; given: \['배송', '환불',",
        ),
    ],
)
def test_wrong_names_are_refused_and_nothing_happens(
    tmp_path: Path, names: tuple[str, ...], sentence: str
) -> None:
    model = small_model()
    with pytest.raises(ValueError, match=sentence):
        export_model(model, small_tokenizer(), names, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert label_names(model) == list(LABELS)


@pytest.mark.parametrize("folder", [MINI_BERT, "checkpoints/exported"])
def test_a_model_that_nobody_fine_tuned_or_wrote_is_not_asked_of_the_hub(
    monkeypatch: pytest.MonkeyPatch, folder: str | Path
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("the hub was asked"))
    with pytest.raises(FileNotFoundError, match=ADVICE):
        load_exported(folder)


def test_what_everybody_may_read_everybody_can_load(exported: Path) -> None:
    modes = {path.name: path.stat().st_mode for path in exported.iterdir()}
    assert len(set(modes.values())) == 1, modes


def test_a_folder_that_one_may_not_read(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copied / "model.safetensors").write_text("as if it could not be read")
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "model.safetensors")
    with pytest.raises(FileNotFoundError, match=r"You may not read .*/model\.safetensors: its own"):
        load_exported(copied)


def test_a_gpu_is_used_where_there_is_one(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved_to: list[object] = []
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, place: moved_to.append(place) or self)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda **_: torch.device("cuda"))
    load_exported(exported)
    assert moved_to == ["cuda"]
