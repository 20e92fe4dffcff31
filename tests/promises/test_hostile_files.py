"""Files that mean harm or are damaged: no code in them runs; each is refused or replaced."""

import ast
import json
import os
import pickle
import shutil
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from transformers import BertForMaskedLM

from helpers.arguments import ClassificationTrainArguments
from helpers.checkpoints import load_fine_tuned, read_checkpoint
from helpers.export import export_model, label_names, load_exported
from helpers.model import load_model, load_tokenizer
from helpers.scales import MINI_BERT
from tests.conftest import ROOT
from tests.course.notebooks import ALL_PATHS, KOREAN_PATHS, python_of
from tests.helpers.test_checkpoints import Trap
from tests.stand_ins.processes import run_python
from tests.stand_ins.servers import serving
from tests.stand_ins.small_model import small_model, small_tokenizer, tiny_config

REFUSED = r"^The weights of the model '.*' cannot be read: "


def damaged_copies(whole: bytes) -> st.SearchStrategy[bytes]:
    """Copies that are cut off somewhere, or have a few other bytes."""
    places = st.integers(0, len(whole) - 1)

    def change(changes: dict[int, int]) -> bytes:
        return bytes(changes.get(place, byte) for place, byte in enumerate(whole))

    cut = places.map(lambda end: whole[:end])
    changed = st.dictionaries(places, st.integers(0, 255), min_size=1, max_size=4).map(change)
    return cut | changed


def damage(path: Path, load: Callable[[], object], refusal: str, max_examples: int) -> None:
    """Damage the first bytes of a file again and again, and look at how that is refused."""
    whole = path.read_bytes()
    head, rest = whole[:3_000], whole[3_000:]  # among the weights, any byte may stand

    @given(damaged_copies(head))
    @hypothesis_settings(derandomize=True, deadline=None, database=None, max_examples=max_examples)
    def check(damaged: bytes) -> None:
        path.write_bytes(damaged + rest if len(damaged) == len(head) else damaged)
        try:
            load()
        except (ValueError, FileNotFoundError) as error:
            assert refusal in str(error)

    check()


Save = Callable[[Any, Path], object]
FORMS: dict[str, Save] = {
    "as torch saves": torch.save,
    "as older versions did": partial(torch.save, _use_new_zipfile_serialization=False),
    "bare pickle": lambda content, path: path.write_bytes(pickle.dumps(content)),
}
every_form = pytest.mark.parametrize("save", FORMS.values(), ids=FORMS)


@pytest.fixture
def sprung(tmp_path: Path) -> Path:
    """The folder that a trap makes when it goes off."""
    return tmp_path / "sprung"


def assert_goes_off(path: Path, sprung: Path) -> None:
    """Make sure that a trap that did not go off would have, had it been loaded carelessly."""
    assert not sprung.exists()
    with suppress(RuntimeError):  # code runs before torch sees that it did not write the file
        torch.load(path, weights_only=False)
    assert sprung.exists(), "the trap of this test is none"


# Checkpoints


@every_form
def test_no_code_in_a_checkpoint_runs(save: Save, tmp_path: Path, sprung: Path) -> None:
    path = tmp_path / "last.ckpt"
    save({"state_dict": {}, "callbacks": {}, "extra": Trap(sprung)}, path)
    with pytest.raises(ValueError, match=r"last.ckpt was not loaded: .* could run code"):
        load_fine_tuned(path, ClassificationTrainArguments.for_scale("mini"))
    assert_goes_off(path, sprung)


@every_form
def test_any_damage_to_a_checkpoint_is_refused_in_a_sentence_if_it_shows(
    save: Save, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.ckpt"
    states = {"best": {"monitor": "val_loss", "best_model_path": "a/best.ckpt"}}
    save({"state_dict": {"model.a": torch.ones(2, 2)}, "callbacks": states, "n": 1.5}, path)
    refusal = "damaged.ckpt was not loaded: it is damaged"
    damage(path, lambda: read_checkpoint(path).keys(), refusal, max_examples=150)


# Pretrained models


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder with everything but weights."""
    folder = tmp_path / "model"
    tiny_config().save_pretrained(folder)
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copy(MINI_BERT / name, folder)
    return folder


def settings_for(folder: Path) -> ClassificationTrainArguments:
    return ClassificationTrainArguments(pretrained_model_name=folder)


@every_form
def test_no_code_in_a_models_pickle_runs(save: Save, folder: Path, sprung: Path) -> None:
    weights = folder / "pytorch_model.bin"
    save(BertForMaskedLM(tiny_config()).state_dict() | {"extra": Trap(sprung)}, weights)
    with pytest.raises(ValueError, match=REFUSED), warnings.catch_warnings(action="ignore"):
        load_model(settings_for(folder))
    assert_goes_off(weights, sprung)


def test_an_index_that_leads_to_a_pickle_outside_the_folder(folder: Path, sprung: Path) -> None:
    weight = "bert.embeddings.word_embeddings.weight"
    torch.save({weight: torch.zeros(1), "extra": Trap(sprung)}, folder.parent / "outside.bin")
    index = {"metadata": {}, "weight_map": {weight: "../outside.bin"}}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    with pytest.raises(ValueError, match=REFUSED):
        load_model(settings_for(folder))
    assert_goes_off(folder.parent / "outside.bin", sprung)


CLASSES_OF_THE_FOLDER = {
    "config.json": {"AutoConfig": "trap.C", "AutoModelForSequenceClassification": "trap.M"},
    "tokenizer_config.json": {"AutoTokenizer": ["trap.T", None]},
}


def test_code_that_a_folder_names_for_its_classes_does_not_run(
    folder: Path, sprung: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "y")
    BertForMaskedLM(tiny_config()).save_pretrained(folder)
    code = f"import os\nos.mkdir({str(sprung)!r})\nclass C: pass\nclass M: pass\nclass T: pass\n"
    (folder / "trap.py").write_text(code)
    for name, classes in CLASSES_OF_THE_FOLDER.items():
        content = json.loads((folder / name).read_text()) | {"auto_map": classes}
        (folder / name).write_text(json.dumps(content))
    assert load_model(settings_for(folder)).config.hidden_size == 16
    assert len(load_tokenizer(settings_for(folder))) == 8_000
    assert not sprung.exists()
    exec(code)
    assert sprung.exists(), "the trap of this test is none"


@pytest.mark.parametrize(
    "weights",
    [
        {"a": torch.zeros(1)},
        {"bert.embeddings.word_embeddings.weight": torch.zeros(1)},
        {"bert.embeddings.word_embeddings.weight": torch.zeros(8_000, 16)},
    ],
    ids=["other names", "another shape", "one of many"],
)
def test_weights_that_are_not_whole_are_never_left_random(
    weights: dict[str, torch.Tensor], folder: Path
) -> None:
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match=REFUSED) as caught:
        load_model(settings_for(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["{", "[]", '{"model": {"type": "WordPiece"}}'])
def test_a_damaged_tokenizer(content: str, folder: Path) -> None:
    (folder / "tokenizer.json").write_text(content)
    with pytest.raises(ValueError, match=r"^The tokenizer of .* (cannot be read|has 5 word)"):
        load_tokenizer(settings_for(folder))


FROM_THE_HUB = """
import os, shutil, sys
from pathlib import Path
import torch
from helpers import ClassificationTrainArguments, load_model

class Trap:
    def __reduce__(self):
        return os.mkdir, (str(sprung),)

args = ClassificationTrainArguments()
weights, sprung, cache = map(Path, sys.argv[1:])
loaded = load_model(args).bert.embeddings.word_embeddings.weight
state = torch.load(weights, weights_only=True)
print("benign:", torch.equal(loaded, state["bert.embeddings.word_embeddings.weight"]))
torch.save(state | {"extra": Trap()}, weights)
shutil.rmtree(cache)
try:
    load_model(args)
except ValueError as error:
    print("hostile:", error)
"""


def test_a_model_on_the_hub_that_has_only_a_pickle(
    folder: Path, sprung: Path, tmp_path: Path
) -> None:
    weights = folder / "pytorch_model.bin"
    torch.save(BertForMaskedLM(tiny_config()).state_dict(), weights)
    paths = ", ".join(repr(str(path)) for path in ("", weights, sprung, tmp_path / "hf"))
    with serving(folder, "/beomi/kcbert-base/resolve/main/") as server:
        environment = os.environ | {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "hf")}
        done = run_python(f"import sys; sys.argv = [{paths}]\n{FROM_THE_HUB}", environment)
    assert done.returncode == 0, done.stderr
    benign, hostile = done.stdout.splitlines()
    assert benign == "benign: True"
    assert hostile.startswith(
        "hostile: The weights of the model 'beomi/kcbert-base' cannot be read"
    )
    assert_goes_off(weights, sprung)


# Exported models


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_any_damage_to_an_exported_model_is_refused_in_a_sentence_if_it_shows(
    name: str, tmp_path: Path
) -> None:
    folder = export_model(small_model(), small_tokenizer(), list("가나다"), tmp_path / "model")
    refusal = "There is no whole exported model"
    damage(folder / name, lambda: load_exported(folder), refusal, max_examples=15)


def test_names_of_labels_make_no_files(tmp_path: Path) -> None:
    names = ["../../outside", "/etc/passwd", "<script>alert(1)</script>"]
    folder = export_model(small_model(), small_tokenizer(), names, tmp_path / "a" / "model")
    assert label_names(load_exported(folder)[0]) == names
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    assert all(path.is_file() for path in folder.iterdir())


# All that is left

NEEDED = {"torch.load": ("weights_only", "True"), "np.load": ("allow_pickle", "False")}
NEVER = {
    "pickle.load", "pickle.loads", "joblib.load", "marshal.load", "marshal.loads", "shelve.open",
    "yaml.load", "exec", "eval", "tarfile.open", "zipfile.ZipFile", "shutil.unpack_archive",
}  # fmt: skip


def sources() -> dict[str, str]:
    """All code of the course by file, the cells of the lessons included."""
    found = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for package in ("helpers", "tools", "pretraining", "benchmarks")
        for path in (ROOT / package).rglob("*.py")
        if "/." not in str(path.relative_to(ROOT))  # what benchmarks install
    }
    for path in [*ALL_PATHS, *KOREAN_PATHS]:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        found[str(path.relative_to(ROOT))] = python_of("\n".join(code))
    return found


def dangerous_calls(source: str) -> list[str]:
    """The calls of a module that could run the code in a file, or unpack an archive."""
    found = []
    for node in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        function = ast.unparse(node.func)
        arguments = {one.arg: ast.unparse(one.value) for one in node.keywords}
        needed, value = NEEDED.get(function, ("trust_remote_code", "False"))
        if function in NEVER or arguments.get(needed, "False") != value:
            found.append(ast.unparse(node))
    return found


def test_the_only_dangerous_call_is_that_of_the_trap_in_lesson_8() -> None:
    found = {name: dangerous_calls(source) for name, source in sources().items()}
    trap = ["torch.load(trap, weights_only=False)"]  # it prints a line
    lessons = [f"notebooks/{language}/08_evaluation.ipynb" for language in ("en", "ko")]
    assert {name: calls for name, calls in found.items() if calls} == dict.fromkeys(lessons, trap)
