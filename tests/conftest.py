"""Fixtures: the bundled model, small corpora, and the servers on 127.0.0.1."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertTokenizer

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import NsmcCorpus
from helpers.data import ClassificationDataset
from helpers.download import fetch_corpus
from helpers.model import load_tokenizer
from helpers.scales import ASSETS, MINI_BERT
from tests.stand_ins.environments import stand_in_network
from tests.stand_ins.servers import FileServer, serving

collect_ignore = ["course/colab"]  # a package for another kernel

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
KCBERT = SHARED / "kcbert-base"
NSMC = SHARED / "nsmc"
MINI_REVIEWS = ASSETS / "mini_reviews"


def pytest_report_header() -> str:
    """Say which vocabulary the hub's stand-in serves."""
    owner = "kcbert-base's own" if KCBERT.is_dir() else "the bundled one (no ../shared here)"
    return f"vocabulary of the model served on 127.0.0.1: {owner}"


@pytest.fixture
def args(tmp_path: Path) -> ClassificationTrainArguments:
    """Settings of the mini scale that write into the test's own folder."""
    return ClassificationTrainArguments.for_scale(
        "mini",
        downstream_corpus_root_dir=tmp_path / "Korpora",
        downstream_model_dir=tmp_path / "checkpoints",
    )


@pytest.fixture
def tokenizer(args: ClassificationTrainArguments) -> BertTokenizer:
    """The bundled tokenizer; the bundled corpus is fetched as well."""
    fetch_corpus(args)
    return load_tokenizer(args)


@pytest.fixture
def dataset(args: ClassificationTrainArguments, tokenizer: BertTokenizer) -> ClassificationDataset:
    """The training part of the bundled corpus."""
    return ClassificationDataset(args, NsmcCorpus(), tokenizer, "train")


@pytest.fixture(scope="session")
def kcbert_like(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the hub has it for beomi/kcbert-base, with a tiny network of random weights."""
    folder = tmp_path_factory.mktemp("hub")
    vocabulary = KCBERT / "vocab.txt" if KCBERT.is_dir() else MINI_BERT / "vocab.txt"
    shutil.copy(vocabulary, folder / "vocab.txt")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary.read_text(encoding="utf-8").splitlines()),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=300,
    )
    BertForMaskedLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def hub(kcbert_like: Path) -> Iterator[FileServer]:
    """A model hub that has one model, beomi/kcbert-base."""
    with serving(kcbert_like, "/beomi/kcbert-base/resolve/main/") as server:
        yield server


@pytest.fixture
def corpus_host() -> Iterator[FileServer]:
    """A host that has two files in NSMC's format: those of the bundled corpus."""
    with serving(MINI_REVIEWS, "/nsmc/") as server:
        yield server


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables with which git finds the course, and pip what Colab lacks."""
    return stand_in_network(tmp_path_factory.mktemp("network"))


@pytest.fixture
def full_scale_environment(
    hub: FileServer, corpus_host: FileServer, tmp_path: Path
) -> dict[str, str]:
    """Environment of a process that finds the hub's and the corpus' stand-ins.

    Korpora has no setting for its addresses, so a ``sitecustomize`` module, which Python imports
    when it starts, changes them in the process under test, and the number of rows with them.
    """
    (tmp_path / "sitecustomize.py").write_text(
        "from Korpora.korpus_nsmc import NSMC_FETCH_INFORMATION\n"
        "from helpers.corpus import CORPORA\n"
        "CORPORA['nsmc'] = CORPORA['mini_reviews']\n"
        "for information in NSMC_FETCH_INFORMATION:\n"
        "    name = information['destination'].split('/')[-1]\n"
        f"    information['url'] = '{corpus_host.url}/nsmc/' + name\n"
    )
    return os.environ | {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "hf"),
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
    }
