"""Formulas that one notebook alone has, against independent computations."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor
from torchmetrics.classification import MulticlassCalibrationError

from tests.course.notebooks import FURTHER_PATHS, Notebook, definitions

Formula = Callable[..., Any]
DEFINED = {"CalibrationBin", "calibration_bins", "paired_bootstrap"}


@pytest.fixture(scope="module")
def lesson() -> dict[str, Formula]:
    """What the notebook defines in these cells, by name."""
    names: dict[str, Any] = {"NamedTuple": NamedTuple, "Tensor": Tensor, "np": np, "torch": torch}
    (path,) = (path for path in FURTHER_PATHS if path.stem == "how_far_to_trust_a_number")
    for cell in Notebook(path).code_cells:
        if definitions(cell.source).keys() & DEFINED:
            exec(cell.source, names)
    return names


def random_right(share: float, num_reviews: int, seed: int) -> Tensor:
    return torch.rand(num_reviews, generator=torch.Generator().manual_seed(seed)) < share


def test_bins_give_the_calibration_error_of_torchmetrics(lesson: dict[str, Formula]) -> None:
    generator = torch.Generator().manual_seed(3)
    probabilities = torch.randn(400, 2, generator=generator).mul(2).softmax(dim=1)
    labels = torch.randint(2, (400,), generator=generator)
    confidences, answers = probabilities.max(dim=1)
    bins = lesson["calibration_bins"](confidences, answers == labels)
    assert sum(one.count for one in bins) == 400
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)
    error = sum(one.count / 400 * abs(one.accuracy - one.confidence) for one in bins)
    theirs = MulticlassCalibrationError(num_classes=2, n_bins=10, norm="l1")
    assert error == pytest.approx(theirs(probabilities, labels).item(), abs=1e-5)


def test_bootstrap_is_the_same_as_drawing_the_reviews_one_by_one(
    lesson: dict[str, Formula],
) -> None:
    right_a, right_b = random_right(0.8, 300, 0), random_right(0.7, 300, 1)
    drawn = torch.randint(300, (10_000, 300), generator=torch.Generator().manual_seed(2))
    one_by_one = (right_a.double() - right_b.double())[drawn].mean(dim=1)
    quick = lesson["paired_bootstrap"](right_a, right_b)
    assert quick.shape == (10_000,)
    assert quick.mean().item() == pytest.approx(one_by_one.mean().item(), abs=0.002)
    assert quick.std().item() == pytest.approx(one_by_one.std().item(), rel=0.05)
    assert torch.equal(quick, lesson["paired_bootstrap"](right_a, right_b))
