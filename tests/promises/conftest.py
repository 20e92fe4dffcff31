"""A short training that can be broken off and run again, and what it ends with undisturbed."""

from pathlib import Path

import pytest
from torch.utils.data import Subset

from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import NsmcCorpus
from helpers.data import ClassificationDataset
from helpers.download import fetch_corpus
from tests.stand_ins.short_trainings import SHORT, ShortTraining
from tests.stand_ins.small_model import small_tokenizer


@pytest.fixture(scope="session")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Subset:
    """As many of the bundled reviews as five batches of a short training have."""
    folder = tmp_path_factory.mktemp("corpus")
    args = ClassificationTrainArguments.for_scale("mini", downstream_corpus_root_dir=folder)
    fetch_corpus(args)
    dataset = ClassificationDataset(args, NsmcCorpus(), small_tokenizer(), "train")
    return Subset(dataset, range(80))


@pytest.fixture
def training(reviews: Subset, tmp_path: Path) -> ShortTraining:
    """Ten steps in two epochs, with a checkpoint every second step."""
    folder = tmp_path / "checkpoints"
    args = ClassificationTrainArguments.for_scale("mini", downstream_model_dir=folder, **SHORT)
    return ShortTraining(args, reviews)
