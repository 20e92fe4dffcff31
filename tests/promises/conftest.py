"""A short training that can be broken off and run again, and what it ends with undisturbed."""

from pathlib import Path

import pytest
from torch.utils.data import Subset

from helpers.arguments import ClassificationTrainArguments
from tests.stand_ins.short_trainings import SHORT, ShortTraining, bundled_reviews


@pytest.fixture(scope="session")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Subset:
    """As many of the bundled reviews as five batches of a short training have."""
    folder = tmp_path_factory.mktemp("corpus")
    args = ClassificationTrainArguments.for_scale("mini", downstream_corpus_root_dir=folder)
    return Subset(bundled_reviews(args)[0], range(80))


@pytest.fixture
def training(reviews: Subset, tmp_path: Path) -> ShortTraining:
    """Ten steps in two epochs, with a checkpoint every second step."""
    folder = tmp_path / "checkpoints"
    args = ClassificationTrainArguments.for_scale("mini", downstream_model_dir=folder, **SHORT)
    return ShortTraining(args, reviews)
