"""Checkpoints: which one is the best, loading it back, and files that are up to no good."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from pytorch_lightning import Trainer
from torch.utils.data import Subset

from helpers.arguments import ClassificationTrainArguments, set_seed
from helpers.checkpoints import load_fine_tuned, read_checkpoint
from helpers.corpus import NsmcCorpus
from helpers.data import ClassificationDataset, eval_dataloader, train_dataloader
from helpers.download import fetch_corpus
from helpers.model import load_tokenizer
from helpers.scales import FINE_TUNED
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer
from tests.helpers.test_task_and_trainer import tiny_model


class Run:
    """A finished training: 64 reviews and 64 to validate, a tiny network, three epochs."""

    def __init__(self, folder: Path, *, validated: bool = True) -> None:
        args = ClassificationTrainArguments.for_scale(
            "mini",
            downstream_corpus_root_dir=folder / "Korpora",
            downstream_model_dir=folder / "checkpoints",
            epochs=3,
        )
        fetch_corpus(args)
        tokenizer = load_tokenizer(args)
        set_seed(args)
        model = tiny_model()
        model.config.save_pretrained(folder / "tiny")
        self.args = replace(args, pretrained_model_name=folder / "tiny")
        train, val = (
            Subset(ClassificationDataset(args, NsmcCorpus(), tokenizer, mode), range(64))
            for mode in ("train", "val")
        )
        self.val_batches = eval_dataloader(self.args, val) if validated else None
        self.task = ClassificationTask(model, self.args)
        self.trainer: Trainer = get_trainer(self.args)
        self.trainer.fit(self.task, train_dataloader(self.args, train), self.val_batches)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("run"))


def best(run: Run) -> Path:
    return Path(run.args.downstream_model_dir) / "best.ckpt"


def test_the_best_is_what_the_trainer_found_best(run: Run) -> None:
    assert best(run) == Path(run.trainer.checkpoint_callback.best_model_path)
    assert "optimizer_states" not in read_checkpoint(best(run))


def test_nothing_was_trained(args: ClassificationTrainArguments) -> None:
    path = Path(args.downstream_model_dir) / "best.ckpt"
    with pytest.raises(FileNotFoundError, match=r"no checkpoint .*best.ckpt: train .*lesson 7"):
        load_fine_tuned(path, args)


def test_a_new_training_without_validation_leaves_no_best_of_an_old_one(tmp_path: Path) -> None:
    stale = tmp_path / "checkpoints" / "best.ckpt"
    stale.parent.mkdir()
    stale.write_text("of an earlier training")
    Run(tmp_path, validated=False)
    assert not stale.exists()


def test_loaded_weights_are_the_trained_ones(run: Run) -> None:
    loaded = load_fine_tuned(Path(run.args.downstream_model_dir) / "last.ckpt", run.args)
    assert not any(module.training for module in loaded.modules())
    for mine, theirs in zip(loaded.parameters(), run.task.model.parameters(), strict=True):
        assert torch.equal(mine, theirs.cpu())


def test_loaded_model_answers_as_it_did_in_training(run: Run) -> None:
    (batch,) = list(eval_dataloader(replace(run.args, batch_size=64), run.val_batches.dataset))
    with torch.no_grad():
        loss = load_fine_tuned(best(run), run.args)(**batch).loss
    noted = run.trainer.checkpoint_callback.best_model_score
    assert loss.item() == pytest.approx(noted.item(), abs=1e-5)


def test_settings_of_another_network(run: Run, args: ClassificationTrainArguments) -> None:
    with pytest.raises(ValueError, match=r"holds other weights than .*mini-bert"):
        load_fine_tuned(best(run), args)
    with pytest.raises(ValueError, match="with num_labels=3 has"):
        load_fine_tuned(best(run), run.args, num_labels=3)


class Trap:
    """Pickled, it makes whoever unpickles it create a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.path),)


def test_code_in_a_file_is_refused_and_does_not_run(run: Run, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    trap = read_checkpoint(best(run)) | {"extra": Trap(sprung)}
    torch.save(trap, tmp_path / "trap.ckpt")
    with pytest.raises(ValueError, match=r"was not loaded: .* could run code"):
        load_fine_tuned(tmp_path / "trap.ckpt", run.args)
    assert not sprung.exists()
    torch.load(tmp_path / "trap.ckpt", weights_only=False)
    assert sprung.exists(), "the trap of this test is none"


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"half"])
def test_damaged_files(run: Run, tmp_path: Path, content: bytes) -> None:
    whole = best(run).read_bytes()
    path = tmp_path / "damaged.ckpt"
    path.write_bytes(whole[: len(whole) // 2] if content == b"half" else content)
    with pytest.raises(ValueError, match=r"damaged.ckpt was not loaded: it is damaged"):
        read_checkpoint(path)


def test_the_bundled_checkpoint_is_small_and_answers_in_32_bits(
    args: ClassificationTrainArguments,
) -> None:
    assert FINE_TUNED.stat().st_size <= 6_000_000
    model = load_fine_tuned(args.fine_tuned_checkpoint, args)
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
