"""Predictions in the right order, and figures that agree with published or independent ones."""

import pytest
import torch
from torch import Tensor
from torch.utils.data import Subset
from torchmetrics.classification import MulticlassCalibrationError

from helpers.arguments import ClassificationTrainArguments
from helpers.data import ClassificationDataset, eval_dataloader, train_dataloader
from helpers.evaluation import (
    accuracy_interval,
    calibration_bins,
    paired_bootstrap,
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


@pytest.mark.parametrize(("num_right", "num_reviews"), [(0, 0), (3, 2), (-1, 5)])
def test_impossible_counts(num_right: int, num_reviews: int) -> None:
    with pytest.raises(
        ValueError, match=f"^{num_right} right answers of {num_reviews} .*cannot be"
    ):
        accuracy_interval(num_right, num_reviews)


def test_bins_give_the_calibration_error_of_torchmetrics() -> None:
    generator = torch.Generator().manual_seed(3)
    probabilities = torch.randn(400, 2, generator=generator).mul(2).softmax(dim=1)
    labels = torch.randint(2, (400,), generator=generator)
    confidences, answers = probabilities.max(dim=1)
    bins = calibration_bins(confidences, answers == labels)
    assert sum(one.count for one in bins) == 400
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)
    error = sum(one.count / 400 * abs(one.accuracy - one.confidence) for one in bins)
    theirs = MulticlassCalibrationError(num_classes=2, n_bins=10, norm="l1")
    assert error == pytest.approx(theirs(probabilities, labels).item(), abs=1e-5)


def test_full_confidence_is_in_the_last_bin() -> None:
    (one,) = calibration_bins(torch.tensor([0.95, 1.0]), torch.tensor([True, True]))
    assert one == (pytest.approx(0.975), 1.0, 2)


def test_bootstrap_is_the_same_as_drawing_the_reviews_one_by_one() -> None:
    right_a, right_b = random_right(0.8, 300, 0), random_right(0.7, 300, 1)
    drawn = torch.randint(300, (10_000, 300), generator=torch.Generator().manual_seed(2))
    one_by_one = (right_a.double() - right_b.double())[drawn].mean(dim=1)
    quick = paired_bootstrap(right_a, right_b)
    assert quick.shape == (10_000,)
    assert quick.mean().item() == pytest.approx(one_by_one.mean().item(), abs=0.002)
    assert quick.std().item() == pytest.approx(one_by_one.std().item(), rel=0.05)
    assert torch.equal(quick, paired_bootstrap(right_a, right_b))


@pytest.mark.parametrize(("num_a", "num_b"), [(3, 4), (0, 0)])
def test_bootstrap_wants_the_same_reviews(num_a: int, num_b: int) -> None:
    with pytest.raises(ValueError, match="compare the same reviews"):
        paired_bootstrap(torch.ones(num_a).bool(), torch.ones(num_b).bool())
