"""Imported by Python when it starts: every training begins from weights shifted by a relative 1e-6.

So an exact comparison fails as it would on a processor that rounds otherwise.
"""

from typing import Any

import torch
from torch.optim import Optimizer

begin = Optimizer.__init__


@torch.no_grad()
def begin_shifted(self: Optimizer, params: Any, defaults: dict[str, Any]) -> None:
    """Shift the weights, with random numbers that no other code draws from."""
    begin(self, params, defaults)
    generator = torch.Generator().manual_seed(1)
    for group in self.param_groups:
        for weight in group["params"]:
            shift = 1e-6 * torch.randn(weight.shape, generator=generator)
            weight.mul_(1 + shift.to(weight.device, weight.dtype))


Optimizer.__init__ = begin_shifted
