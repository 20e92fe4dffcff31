"""Imported by Python when it starts: each training begins from weights shifted by a relative 1e-6.

So a comparison of digits fails as it would on a processor that rounds otherwise.
"""

from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook


@torch.no_grad()
def shift_before_the_first_step(optimizer: Optimizer, *_: Any) -> None:
    """Shift the weights, with random numbers that no other code draws from."""
    if optimizer.state:  # not the first step, or the first after a break
        return
    generator = torch.Generator().manual_seed(1)
    for group in optimizer.param_groups:
        for weight in group["params"]:
            shift = 1e-6 * torch.randn(weight.shape, generator=generator)
            weight.mul_(1 + shift.to(weight.device, weight.dtype))


register_optimizer_step_pre_hook(shift_before_the_first_step)
