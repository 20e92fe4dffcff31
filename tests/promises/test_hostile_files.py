"""Files that mean harm or are damaged: no code in them runs; each is refused or replaced."""

import ast
import io
import json
import os
import pickle
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from helpers.arguments import ClassificationTrainArguments
from helpers.checkpoints import load_fine_tuned, read_checkpoint
from helpers.export import export_model, load_exported
from helpers.model import load_model, load_tokenizer
from tests.conftest import ROOT
from tests.course.notebooks import ALL_PATHS, KOREAN_PATHS, python_of
from tests.stand_ins.small_model import LABELS, LONGEST, small_model, small_tokenizer


class Trap:
    """Pickled, it makes whoever unpickles it create a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.path),)


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


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "no dictionary", "a text"])
def test_a_damaged_checkpoint_is_refused(damage: str, tmp_path: Path) -> None:
    path, content = tmp_path / "last.ckpt", io.BytesIO()
    torch.save({"state_dict": {"a": torch.ones(20, 20)}}, content)
    whole = content.getvalue()
    changed = whole.replace(b"PK", b"KP", 1).replace(b"\x80\x02", b"\x80\xff", 1)
    of = {"cut": whole[:-20], "changed": changed, "no dictionary": pickle.dumps([]), "a text": b"{"}
    path.write_bytes(of.get(damage, b""))
    with pytest.raises(ValueError, match=r"last.ckpt was not loaded: it is damaged, .* train anew"):
        read_checkpoint(path)
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(ValueError, match=r"last.ckpt is a pointer of Git LFS: run `git lfs pull`"):
        read_checkpoint(path)


# Models


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that was exported; training may begin with it as well."""
    return export_model(small_model(), small_tokenizer(), LABELS, tmp_path / "model")


def load_pretrained(folder: Path) -> None:
    args = ClassificationTrainArguments(pretrained_model_name=folder, max_seq_length=LONGEST)
    load_model(args)
    load_tokenizer(args)


REFUSED = {
    load_pretrained: r"^The (configuration|weights|tokenizer) of .*{0}.* (cannot be|has 5 word)|"
    r"{0}.* has no config.json|^{0}/config.json",
    load_exported: r"^There is no whole exported model in {0}: write one with export_model",
}
each_door = pytest.mark.parametrize("load", REFUSED)


def assert_refused(load: Callable[[Path], object], folder: Path) -> None:
    sentence = REFUSED[load].format(folder)
    with pytest.raises((ValueError, FileNotFoundError), match=sentence) as caught:
        load(folder)
    assert "\n" not in str(caught.value)


@each_door
@every_form
def test_no_code_in_a_models_pickle_runs(
    load: Callable[[Path], object], save: Save, folder: Path, sprung: Path
) -> None:
    (folder / "model.safetensors").unlink()
    weights = folder / "pytorch_model.bin"
    save(small_model().state_dict() | {"extra": Trap(sprung)}, weights)
    assert_refused(load, folder)
    assert_goes_off(weights, sprung)


def test_an_index_that_leads_to_a_pickle_outside_the_folder(folder: Path, sprung: Path) -> None:
    (folder / "model.safetensors").unlink()
    weight = "bert.embeddings.word_embeddings.weight"
    torch.save({weight: torch.zeros(1), "extra": Trap(sprung)}, folder.parent / "outside.bin")
    index = {"metadata": {}, "weight_map": {weight: "../outside.bin"}}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    assert_refused(load_pretrained, folder)
    assert_goes_off(folder.parent / "outside.bin", sprung)


CLASSES = {"AutoConfig": "trap.T", "AutoModelForSequenceClassification": "trap.T"}
TOKENIZERS = {"AutoTokenizer": ["trap.T", None]}


@each_door
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("config.json", {"auto_map": CLASSES, "model_type": "trap"}),
        ("tokenizer_config.json", {"auto_map": TOKENIZERS, "tokenizer_class": "T"}),
    ],
)
def test_code_that_a_folder_names_for_its_classes_does_not_run(
    load: Callable[[Path], object],
    name: str,
    changes: dict[str, Any],
    folder: Path,
    sprung: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "y")
    code = f"import os\nos.mkdir({str(sprung)!r})\nclass T: pass\n"
    (folder / "trap.py").write_text(code)
    content = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps(content | changes))
    with suppress(ValueError, FileNotFoundError):  # transformers may leave the code out
        load(folder)
    assert not sprung.exists()
    exec(code)
    assert sprung.exists(), "the trap of this test is none"


@each_door
@pytest.mark.parametrize(
    "weights",
    [
        {"a": torch.zeros(1)},
        {"bert.embeddings.word_embeddings.weight": torch.zeros(1)},
        {"bert.embeddings.word_embeddings.weight": torch.zeros(8_000, 32)},
    ],
    ids=["other names", "another shape", "one of many"],
)
def test_weights_that_are_not_whole_are_never_left_random(
    load: Callable[[Path], object], weights: dict[str, torch.Tensor], folder: Path
) -> None:
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert_refused(load, folder)


@each_door
@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["missing", "cut", "other", "{", "[]"])
def test_a_damaged_part_of_a_model_is_named_with_its_folder(
    load: Callable[[Path], object], file: str, damage: str, folder: Path
) -> None:
    content = (folder / file).read_bytes()
    if damage == "missing":
        (folder / file).unlink()
    else:
        others = {"cut": content[:-20], "other": b"\xff\xfe"}
        (folder / file).write_bytes(others.get(damage, damage.encode()))
    assert_refused(load, folder)


# All that is left

DANGEROUS = re.compile(
    r"\b(pickle|joblib|marshal|shelve|yaml|tarfile|zipfile)\.\w+\("
    r"|(?<!\.)\b(exec|eval)\(|unpack_archive"
    r"|from_pretrained\(.*weights_only=False|allow_pickle=True|trust_remote_code=True"
    r"|\btorch\.load\((?!.*weights_only=True)|\bnp\.load\((?!.*allow_pickle=False)"
)


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


def test_the_only_dangerous_call_is_that_of_the_trap_that_is_shown() -> None:
    found = {
        name: [
            line.strip()
            for line in ast.unparse(ast.parse(source)).split("\n")
            if DANGEROUS.search(line)
        ]
        for name, source in sources().items()
    }
    trap = ["loaded = torch.load(trap, weights_only=False)"]  # it prints a line
    shown = [f"notebooks/{lang}/going_further/files_from_elsewhere.ipynb" for lang in ("en", "ko")]
    assert {name: lines for name, lines in found.items() if lines} == dict.fromkeys(shown, trap)
