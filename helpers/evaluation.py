"""How good is a fine-tuned model? Asking it, and judging its answers."""

import torch
from scipy.stats import binomtest
from torch import Tensor, nn
from torch.utils.data import DataLoader, RandomSampler


@torch.inference_mode()
def predict_probabilities(model: nn.Module, dataloader: DataLoader) -> Tensor:
    """Ask a model about all reviews: probabilities of shape [reviews, labels], on the CPU.

    The order is the data loader's; one that shuffles is refused. The model is put in eval mode.
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

    >>> low, high = accuracy_interval(40, 50)
    >>> f"{low:.3f} to {high:.3f}"
    '0.670 to 0.888'
    """
    if not 0 <= num_right <= num_reviews or num_reviews < 1:
        raise ValueError(f"{num_right} right answers of {num_reviews} reviews cannot be.")
    interval = binomtest(num_right, num_reviews).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)
