"""Predictions in the right order, and figures that agree with published or independent ones."""

import pytest
import torch
from torch import Tensor
from torch.utils.data import Subset

from helpers.arguments import ClassificationTrainArguments
from helpers.data import ClassificationDataset, eval_dataloader, train_dataloader
from helpers.evaluation import (
    accuracy_interval,
    predict_probabilities,
)
from tests.stand_ins.small_model import tiny_model


def random_right(share: float, num_reviews: int, seed: int) -> Tensor:
    return torch.rand(num_reviews, generator=torch.Generator().manual_seed(seed)) < share


def test_probabilities_are_in_file_order(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    model = tiny_model().train()  # with dropout, which must not show
    probabilities = predict_probabilities(model, eval_dataloader(args, Subset(dataset, range(70))))
    assert probabilities.shape == (70, 2) and not probabilities.requires_grad
    with torch.no_grad():
        for index in (0, 33, 69):
            alone = model(dataset[index]["input_ids"][None]).logits.softmax(dim=1)[0]
            assert torch.allclose(probabilities[index], alone, atol=1e-5)


def test_a_shuffling_loader_is_refused(
    args: ClassificationTrainArguments, dataset: ClassificationDataset
) -> None:
    with pytest.raises(ValueError, match="shuffles; make it with eval_dataloader"):
        predict_probabilities(tiny_model(), train_dataloader(args, dataset))


@pytest.mark.parametrize(
    ("num_right", "num_reviews", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_interval_agrees_with_published_ones(
    num_right: int, num_reviews: int, low: float, high: float
) -> None:
    """Newcombe (1998), Statistics in Medicine 17, table I, method 3."""
    assert accuracy_interval(num_right, num_reviews) == pytest.approx((low, high), abs=5e-5)
