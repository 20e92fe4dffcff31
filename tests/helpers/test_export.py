"""A model in a folder: anybody can load it, and nothing but numbers comes out of it."""

import json
import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer

from helpers.export import export_model, label_names, load_exported, longest_input
from helpers.inference import predict
from helpers.scales import MINI_BERT
from tests.helpers.test_checkpoints import Trap
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


def change_json(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


# Anybody can load it


LOADS_ELSEWHERE = """
import json, os, sys
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline
sys.modules["helpers"] = None  # an import of our package would fail
folder, texts = json.loads(os.environ["QUESTION"])
model = AutoModelForSequenceClassification.from_pretrained(folder)
tokenizer = AutoTokenizer.from_pretrained(folder)
logits = model(**tokenizer(texts, padding=True, return_tensors="pt")).logits
answers = pipeline("text-classification", model=folder)(texts)
json.dump({
    "training": model.training,
    "names": model.config.id2label,
    "logits": logits.tolist(),
    "pieces": [tokenizer.tokenize(text) for text in texts],
    "answers": [(answer["label"], answer["score"]) for answer in answers],
}, sys.stdout)
"""


@pytest.fixture(scope="module")
def elsewhere(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process finds in the folder that stands elsewhere and has transformers alone."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = run_python(
        LOADS_ELSEWHERE,
        environment | {"HF_HUB_OFFLINE": "1", "QUESTION": json.dumps([str(exported), TEXTS])},
        folder=tmp_path_factory.mktemp("elsewhere"),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_pipeline_of_transformers_gives_our_answers(elsewhere: dict[str, Any]) -> None:
    ours = predict(TEXTS, small_model(), small_tokenizer())
    assert [label for label, _ in elsewhere["answers"]] == [one.label for one in ours]
    scores = [one.probabilities[one.label] for one in ours]
    assert [score for _, score in elsewhere["answers"]] == pytest.approx(scores, abs=1e-5)


def test_the_model_of_transformers_gives_our_probabilities(elsewhere: dict[str, Any]) -> None:
    ours = [
        list(one.probabilities.values()) for one in predict(TEXTS, small_model(), small_tokenizer())
    ]
    theirs = torch.tensor(elsewhere["logits"]).softmax(dim=1)
    torch.testing.assert_close(theirs, torch.tensor(ours), rtol=0, atol=1e-5)
    assert elsewhere["training"] is False


def test_korean_names_survive(elsewhere: dict[str, Any]) -> None:
    assert elsewhere["names"] == {str(number): name for number, name in enumerate(LABELS)}


def test_hangul_survives_the_tokenizer(elsewhere: dict[str, Any]) -> None:
    assert elsewhere["pieces"] == [small_tokenizer().tokenize(text) for text in TEXTS]
    joined = "".join(piece.removeprefix("##") for piece in elsewhere["pieces"][1])
    assert joined == "환불해주세요"


def test_weights_and_tokenizer_come_back_as_they_were(exported: Path) -> None:
    model, tokenizer = load_exported(str(exported))
    for name, weight in small_model().state_dict().items():
        assert torch.equal(model.state_dict()[name], weight), name
    assert tokenizer.get_vocab() == small_tokenizer().get_vocab()
    assert tokenizer.model_max_length == small_tokenizer().model_max_length
    assert longest_input(model, tokenizer) == LONGEST
    assert not any(module.training for module in model.modules())
    assert label_names(model) == list(LABELS)


def test_twelve_names_keep_their_order(tmp_path: Path) -> None:
    names = [f"종류 {number}" for number in range(12)]
    model = small_model(tuple(map(str, range(12))))
    loaded, _ = load_exported(export_model(model, small_tokenizer(), names, tmp_path / "twelve"))
    assert label_names(loaded) == names


def test_a_second_export_takes_the_place_of_the_first(copied: Path) -> None:
    export_model(small_model(("a", "b")), small_tokenizer(), ("나쁨", "좋음"), copied)
    loaded, _ = load_exported(copied)
    assert label_names(loaded) == ["나쁨", "좋음"]


def test_what_was_asked_before_leaves_no_trace_in_the_folder(
    exported: Path, tmp_path: Path
) -> None:
    tokenizer = small_tokenizer()
    predict("좋아요", small_model(), tokenizer)
    export_model(small_model(), tokenizer, LABELS, tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert len(loaded("! " * 100)["input_ids"]) == 102  # not cut to what a model takes


# Exporting itself


def test_exporting_changes_nothing_but_the_names(tmp_path: Path) -> None:
    model = small_model(("a", "b", "c")).train()
    model.classifier.weight.requires_grad_(False)
    before = model.config.to_dict()
    export_model(model, small_tokenizer(), LABELS, tmp_path)
    after = model.config.to_dict()
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {"id2label", "label2id", "architectures", "dtype"}
    assert all(module.training for module in model.modules())
    assert not model.classifier.weight.requires_grad
    assert model.classifier.bias.requires_grad
    for name, weight in small_model().state_dict().items():
        assert torch.equal(model.state_dict()[name], weight), name


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("배송", "환불"), r"The model has 3 labels, but 2 names were given: \['배송', '환불'\]\."),
        (("가", "나", "다", "라"), "The model has 3 labels, but 4 names were given"),
        (("배송", "환불", "배송"), "Every label needs a name of its own"),
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


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.write_text("")
    with pytest.raises(FileExistsError, match="taken"):
        export_model(small_model(), small_tokenizer(), LABELS, path)


# What is not loaded


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=ADVICE):
        load_exported(tmp_path)


def test_a_folder_that_is_not_there_is_not_asked_of_the_hub(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def no_network(*address: object, **_: object) -> None:
        asked.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(FileNotFoundError, match=ADVICE):
        load_exported("checkpoints/exported")
    assert asked == []


def test_a_pretrained_model_is_none_that_was_fine_tuned() -> None:
    with pytest.raises(FileNotFoundError, match=ADVICE):
        load_exported(MINI_BERT)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_file_is_missing(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(FileNotFoundError, match=ADVICE):
        load_exported(copied)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_file_is_cut(copied: Path, name: str) -> None:
    (copied / name).write_bytes((copied / name).read_bytes()[:300])
    with pytest.raises(FileNotFoundError, match=ADVICE):
        load_exported(copied)


def test_pickled_weights_are_refused_and_do_not_run(copied: Path, tmp_path: Path) -> None:
    (copied / "model.safetensors").unlink()
    sprung = tmp_path / "sprung"
    torch.save(small_model().state_dict() | {"extra": Trap(sprung)}, copied / "pytorch_model.bin")
    with pytest.raises(FileNotFoundError, match=ADVICE):
        load_exported(copied)
    assert not sprung.exists()
    torch.load(copied / "pytorch_model.bin", weights_only=False)
    assert sprung.exists(), "the trap of this test is none"


def test_code_in_the_folder_is_refused_and_nobody_is_asked(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "y")
    sprung = tmp_path / "sprung"
    code = f"import os\nos.mkdir({str(sprung)!r})\nclass Config: pass\nclass Model: pass\n"
    (copied / "trap.py").write_text(code)
    classes = {"AutoConfig": "trap.Config", "AutoModelForSequenceClassification": "trap.Model"}
    change_json(copied / "config.json", model_type="trap", auto_map=classes)
    with pytest.raises(FileNotFoundError, match=ADVICE):
        load_exported(copied)
    assert not sprung.exists()
    exec(code)
    assert sprung.exists(), "the trap of this test is none"


def test_code_for_a_tokenizer_does_not_run_either(copied: Path, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    (copied / "trap.py").write_text(f"import os\nos.mkdir({str(sprung)!r})\nclass T: pass\n")
    change_json(
        copied / "tokenizer_config.json",
        tokenizer_class="T",
        auto_map={"AutoTokenizer": ["trap.T", None]},
    )
    try:
        load_exported(copied)
    except FileNotFoundError as error:
        assert "no whole exported model" in str(error)
    assert not sprung.exists()
