"""The six listings of the course, as they stand, at both scales and once at true size."""

import os
import shutil
from pathlib import Path

import pytest
from transformers import BertConfig, BertForSequenceClassification

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import FILES, NsmcCorpus
from helpers.data import ClassificationDataset, eval_dataloader, train_dataloader
from helpers.model import load_model, load_tokenizer
from helpers.task import ClassificationTask
from helpers.trainer import get_trainer
from tests.conftest import KCBERT, NSMC, ROOT
from tests.stand_ins.processes import run_python
from tests.stand_ins.servers import FileServer

SETTINGS = """
from helpers import ClassificationTrainArguments
args = ClassificationTrainArguments(
    pretrained_model_name={model!r}, downstream_corpus_name={corpus!r},
    downstream_corpus_root_dir="Korpora", downstream_model_dir="checkpoints",
    learning_rate=5e-5, batch_size=32)
"""
OTHER_LISTINGS = """
from Korpora import Korpora
Korpora.fetch(corpus_name=args.downstream_corpus_name, root_dir=args.downstream_corpus_root_dir, force_download=True)

from transformers import BertConfig, BertForSequenceClassification
pretrained_model_config = BertConfig.from_pretrained(args.pretrained_model_name, num_labels=2)
model = BertForSequenceClassification.from_pretrained(args.pretrained_model_name, config=pretrained_model_config)

from transformers import BertTokenizer
tokenizer = BertTokenizer.from_pretrained(args.pretrained_model_name, do_lower_case=False)

from torch.utils.data import DataLoader, RandomSampler
from helpers import NsmcCorpus, ClassificationDataset, data_collator
corpus = NsmcCorpus()
train_dataset = ClassificationDataset(args=args, corpus=corpus, tokenizer=tokenizer, mode="train")
train_dataloader = DataLoader(train_dataset, batch_size=args.batch_size, sampler=RandomSampler(train_dataset, replacement=False),
                              collate_fn=data_collator, drop_last=False, num_workers=args.cpu_workers)

from helpers import ClassificationTask, get_trainer
task = ClassificationTask(model, args)
trainer = get_trainer(args)
trainer.fit(task, train_dataloaders=train_dataloader)
print("steps", trainer.global_step)
"""  # noqa: E501


def run_listings(model: str, corpus: str, folder: Path, environment: dict[str, str]) -> str:
    """Run the listings as one program in ``folder`` and return what it printed."""
    program = SETTINGS.format(model=model, corpus=corpus) + OTHER_LISTINGS
    finished = run_python(program, environment, folder, timeout=300)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_listings_at_mini(kcbert_like: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    printed = run_listings(str(kcbert_like), "mini_reviews", tmp_path, environment)
    # 1,500 rows in the train file, a tenth held out, batches of 32, three epochs
    assert "steps 129" in printed
    assert (tmp_path / "checkpoints" / "last.ckpt").is_file()


def test_listings_at_full(
    tmp_path: Path,
    full_scale_environment: dict[str, str],
    hub: FileServer,
    corpus_host: FileServer,
) -> None:
    printed = run_listings("beomi/kcbert-base", "nsmc", tmp_path, full_scale_environment)
    assert "steps 129" in printed
    assert any(request.endswith("/model.safetensors") for request in hub.requests)
    assert any(request.endswith("/ratings_test.txt") for request in corpus_host.requests)


@pytest.mark.skipif(
    not NSMC.is_dir(), reason="needs kcbert-base's config and 200,000 reviews in ../shared"
)
def test_true_size(tmp_path: Path) -> None:
    """kcbert-base's real shape and 150,000 + 50,000 reviews: one training, one validation step."""
    model_folder, corpus_folder = tmp_path / "kcbert-base", tmp_path / "Korpora" / "nsmc"
    model = BertForSequenceClassification(BertConfig.from_pretrained(KCBERT, num_labels=2))
    assert model.num_parameters() == 108_920_066
    model.save_pretrained(model_folder)
    shutil.copy(KCBERT / "vocab.txt", model_folder)
    corpus_folder.mkdir(parents=True)
    for name in FILES:
        (corpus_folder / name).symlink_to(NSMC / name)
    args = ClassificationTrainArguments(
        pretrained_model_name=model_folder,
        downstream_corpus_root_dir=tmp_path / "Korpora",
        downstream_model_dir=tmp_path / "checkpoints",
        test_mode=True,
    )
    corpus, tokenizer = NsmcCorpus(), load_tokenizer(args)
    train, val, test = (
        ClassificationDataset(args, corpus, tokenizer, mode) for mode in ("train", "val", "test")
    )
    assert [len(train), len(val), len(test)] == [135_000, 15_000, 50_000]
    trainer = get_trainer(args)
    task = ClassificationTask(load_model(args), args)
    trainer.fit(task, train_dataloader(args, train), eval_dataloader(args, val))
    assert trainer.global_step == 1
    assert {"train_loss", "val_loss"} <= trainer.callback_metrics.keys()
