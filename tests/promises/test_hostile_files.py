"""Files that mean harm or are damaged: no code out of them runs, and each is refused or replaced.

Checkpoints and exported models have such tests beside their others; here is every way in.
"""

import ast
import json
import os
import pickle
import shutil
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
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

same_examples = hypothesis_settings(derandomize=True, deadline=None, database=None)
REFUSED = r"^The weights of the model '.*' cannot be read: "


def damaged_copies(whole: bytes) -> st.SearchStrategy[bytes]:
    """Copies that are cut off somewhere, or have a few other bytes."""
    places = st.integers(0, len(whole) - 1)

    def change(changes: dict[int, int]) -> bytes:
        return bytes(changes.get(place, byte) for place, byte in enumerate(whole))

    cut = places.map(lambda end: whole[:end])
    changed = st.dictionaries(places, st.integers(0, 255), min_size=1, max_size=4).map(change)
    return cut | changed


def save_as_zip(content: Any, path: Path) -> None:
    torch.save(content, path)


def save_as_older_versions_did(content: Any, path: Path) -> None:
    torch.save(content, path, _use_new_zipfile_serialization=False)


def save_as_bare_pickle(content: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(content))


Save = Callable[[Any, Path], None]
every_form = pytest.mark.parametrize(
    "save", [save_as_zip, save_as_older_versions_did, save_as_bare_pickle]
)


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
@pytest.mark.parametrize("read", [read_checkpoint, load_fine_tuned])
def test_no_way_to_a_checkpoint_runs_its_code(
    read: Callable[..., Any], save: Save, tmp_path: Path, sprung: Path
) -> None:
    args = ClassificationTrainArguments.for_scale("mini", downstream_model_dir=tmp_path)
    path = tmp_path / "last.ckpt"
    save({"state_dict": {}, "callbacks": {}, "extra": Trap(sprung)}, path)
    given_to = {read_checkpoint: (path,), load_fine_tuned: (path, args)}
    with pytest.raises(ValueError, match=r"last.ckpt was not loaded: .* could run code"):
        read(*given_to[read])
    assert_goes_off(path, sprung)


def small_checkpoint(save: Save) -> bytes:
    states = {"best": {"monitor": "val_loss", "best_model_path": "a/best.ckpt"}}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.ckpt"
        save({"state_dict": {"model.a": torch.ones(2, 2)}, "callbacks": states, "n": 1.5}, path)
        return path.read_bytes()


@every_form
def test_any_damage_to_a_checkpoint_is_refused_in_a_sentence_if_it_shows(
    save: Save, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.ckpt"

    @given(damaged_copies(small_checkpoint(save)))
    @hypothesis_settings(same_examples, max_examples=150)
    def check(damaged: bytes) -> None:
        path.write_bytes(damaged)
        try:
            assert isinstance(read_checkpoint(path), dict)
        except ValueError as error:
            assert "damaged.ckpt was not loaded: it is damaged" in str(error)

    check()


def test_a_checkpoint_that_is_no_dictionary(tmp_path: Path) -> None:
    torch.save([torch.ones(2)], tmp_path / "list.ckpt")
    with pytest.raises(ValueError, match=r"list.ckpt was not loaded: it is damaged"):
        read_checkpoint(tmp_path / "list.ckpt")


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


def test_code_that_a_folder_names_for_its_classes_does_not_run(
    folder: Path, sprung: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "y")
    BertForMaskedLM(tiny_config()).save_pretrained(folder)
    code = f"import os\nos.mkdir({str(sprung)!r})\nclass C: pass\nclass M: pass\nclass T: pass\n"
    (folder / "trap.py").write_text(code)
    for name, classes in {
        "config.json": {
            "AutoConfig": "trap.C",
            "AutoModelForSequenceClassification": "trap.M",
        },
        "tokenizer_config.json": {"AutoTokenizer": ["trap.T", None]},
    }.items():
        content = json.loads((folder / name).read_text()) | {"auto_map": classes}
        (folder / name).write_text(json.dumps(content))
    assert load_model(settings_for(folder)).config.hidden_size == 16
    assert len(load_tokenizer(settings_for(folder))) == 8_000
    assert not sprung.exists()
    exec(code)
    assert sprung.exists(), "the trap of this test is none"


def with_no_weights(folder: Path) -> None:
    """Leave the folder as it is."""


def with_half_the_weights(folder: Path) -> None:
    BertForMaskedLM(tiny_config()).save_pretrained(folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])


def with_an_empty_file(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"")


def with_weights_of_other_names(folder: Path) -> None:
    save_file({"a": torch.zeros(1)}, folder / "model.safetensors", metadata={"format": "pt"})


def with_weights_of_another_shape(folder: Path) -> None:
    config = (folder / "config.json").read_bytes()
    BertForMaskedLM(tiny_config(hidden_size=32)).save_pretrained(folder)
    (folder / "config.json").write_bytes(config)


@pytest.mark.parametrize(
    "write",
    [
        with_no_weights,
        with_half_the_weights,
        with_an_empty_file,
        with_weights_of_other_names,
        with_weights_of_another_shape,
    ],
)
def test_weights_that_are_not_whole_are_never_left_random(
    write: Callable[[Path], None], folder: Path
) -> None:
    write(folder)
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
    model = small_model()
    path = export_model(model, small_tokenizer(), list("가나다"), tmp_path / "model") / name
    whole = path.read_bytes()
    head, rest = whole[:3_000], whole[3_000:]  # among the weights, any byte may stand

    @given(damaged_copies(head))
    @hypothesis_settings(same_examples, max_examples=15)
    def check(damaged: bytes) -> None:
        path.write_bytes(damaged + rest if len(damaged) == len(head) else damaged)
        try:
            load_exported(path.parent)
        except FileNotFoundError as error:
            assert "There is no whole exported model" in str(error)

    check()


def test_names_of_labels_make_no_files(tmp_path: Path) -> None:
    names = ["../../outside", "/etc/passwd", "<script>alert(1)</script>"]
    folder = export_model(small_model(), small_tokenizer(), names, tmp_path / "a" / "model")
    assert label_names(load_exported(folder)[0]) == names
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    assert all(path.is_file() for path in folder.iterdir())


# All that is left


def calls(tree: ast.AST) -> list[tuple[str, dict[str, str]]]:
    """The calls of a module: what is called, and the keyword arguments as they are written."""
    return [
        (ast.unparse(node.func), {one.arg: ast.unparse(one.value) for one in node.keywords})
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def sources() -> dict[str, str]:
    """All code of the course by file, the cells of the lessons included."""
    packages = ("helpers", "tools", "pretraining", "benchmarks")
    found = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if "/." not in path.as_posix().removeprefix(ROOT.as_posix())  # what benchmarks install
    }
    for path in [*ALL_PATHS, *KOREAN_PATHS]:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        found[str(path.relative_to(ROOT))] = python_of("\n".join(code))
    return found


LET_IT_GO_OFF = "loaded = torch.load(trap, weights_only=False)"
NEEDED = {"torch.load": ("weights_only", "True"), "np.load": ("allow_pickle", "False")}
NEVER = {
    "pickle.load", "pickle.loads", "joblib.load", "marshal.load", "marshal.loads", "shelve.open",
    "yaml.load", "exec", "eval", "tarfile.open", "zipfile.ZipFile", "shutil.unpack_archive",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(sources()))
def test_nothing_is_loaded_in_a_way_that_could_run_code_or_unpack_an_archive(name: str) -> None:
    # Lesson 8 lets a trap of its own go off, one that only prints a line.
    source = sources()[name].replace(LET_IT_GO_OFF, "")
    for function, arguments in calls(ast.parse(source)):
        assert function not in NEVER, function
        assert arguments.get("trust_remote_code", "False") == "False", function
        if function in NEEDED:
            argument, value = NEEDED[function]
            assert arguments.get(argument) == value, f"{function} without {argument}={value}"
