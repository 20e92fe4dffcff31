"""How good is a fine-tuned model? Asking it, and judging its answers."""

from typing import NamedTuple

import numpy as np
import torch
from scipy.stats import binomtest
from torch import Tensor, nn
from torch.utils.data import DataLoader, RandomSampler


@torch.inference_mode()
def predict_probabilities(model: nn.Module, dataloader: DataLoader) -> Tensor:
    """Ask a model about all reviews: probabilities of shape [reviews, labels], on the CPU.

    The order is the data loader's. The model is switched to eval mode.

    Raises:
        ValueError: the loader shuffles, so nobody could say which row is which review.
    """
    if isinstance(dataloader.sampler, RandomSampler):
        raise ValueError("This data loader shuffles; make it with eval_dataloader.")
    model.eval()
    device = next(model.parameters()).device
    rows = []
    for batch in dataloader:
        inputs = {name: batch[name].to(device) for name in batch if name != "labels"}
        rows.append(model(**inputs).logits.softmax(dim=1).cpu())
    return torch.cat(rows)


def accuracy_interval(num_right: int, num_reviews: int, level: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval of an accuracy, by Wilson's formula (1927).

    Raises:
        ValueError: there is no review, or more right answers than reviews.

    >>> low, high = accuracy_interval(40, 50)
    >>> f"{low:.3f} to {high:.3f}"
    '0.670 to 0.888'
    """
    if not 0 <= num_right <= num_reviews or num_reviews < 1:
        raise ValueError(f"{num_right} right answers of {num_reviews} reviews cannot be.")
    interval = binomtest(num_right, num_reviews).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


class CalibrationBin(NamedTuple):
    """Answers of about the same confidence: its mean, the share of right ones, how many."""

    confidence: float
    accuracy: float
    count: int


def calibration_bins(
    confidences: Tensor, right: Tensor, num_bins: int = 10
) -> list[CalibrationBin]:
    """Sort answers into bins of equal width between 0 and 1 by their confidence; see Guo, 2017.

    Args:
        confidences: probability of the answer that was given, shape [reviews].
        right: whether the answer was right, bool of shape [reviews].
    Returns:
        one entry a bin, by rising confidence; empty bins are left out.

    >>> confidences, right = torch.tensor([0.75, 0.75, 1.0]), torch.tensor([True, False, True])
    >>> for one in calibration_bins(confidences, right):
    ...     print(*one)
    0.75 0.5 2
    1.0 1.0 1
    """
    places = (confidences * num_bins).long().clamp(max=num_bins - 1)
    bins = []
    for place in places.unique(sorted=True):
        inside = places == place
        means = (values[inside].double().mean().item() for values in (confidences, right))
        bins.append(CalibrationBin(*means, int(inside.sum())))
    return bins


def paired_bootstrap(
    right_a: Tensor, right_b: Tensor, num_samples: int = 10_000, seed: int = 0
) -> Tensor:
    """Draw the reviews anew many times: by how much is model A more accurate than model B?

    A drawn review counts +1 where only A is right, -1 where only B is, else 0; so it is enough to
    draw how often each of the three comes up. After Efron (1979) and Koehn (2004).

    Args:
        right_a, right_b: whether each model was right, bool of shape [reviews], same order.
    Returns:
        accuracy of A minus accuracy of B in each sample, float64 of shape [num_samples].

    >>> right_a, right_b = torch.arange(10) < 9, torch.arange(10) < 5
    >>> differences = paired_bootstrap(right_a, right_b)
    >>> f"{differences.mean():.1f}, below 0 in {(differences < 0).sum()}"
    '0.4, below 0 in 0'
    """
    if len(right_a) != len(right_b) or len(right_a) == 0:
        raise ValueError(
            f"A has {len(right_a)} answers, B {len(right_b)}; compare the same reviews."
        )
    n = len(right_a)
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    shares = np.array([only_a, only_b, n - only_a - only_b]) / n
    drawn = np.random.default_rng(seed).multinomial(n, shares, size=num_samples)
    return torch.from_numpy((drawn[:, 0] - drawn[:, 1]) / n)
