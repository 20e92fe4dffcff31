"""The settings of a pretraining."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """All that decides the outcome, besides the reviews."""

    hidden_size: int = 192
    layers: int = 3
    heads: int = 3
    tokens_per_batch: int = 4_096
    mask_probability: float = 0.3
    pair_share: float = 0.3  # of all batches: two segments, and whether both are of one review
    joined_share: float = 0.15  # of all batches: several reviews in a row, for the late positions
    learning_rate: float = 1.5e-3
    warmup_steps: int = 300
    decay_share: float = 0.3  # of all steps, at the end, down to zero
    weight_decay: float = 0.01
    held_out: int = 2_000
    held_out_mask_probability: float = 0.2  # fixed, so that losses of all recipes compare
    checkpoint_every: int = 250
    seed: int = 7

    def learning_rate_at(self, step: int, steps: int) -> float:
        """Warm up, stay, then decay to zero: the end may be moved while a run is under way."""
        remaining = (steps - step) / max(1, steps * self.decay_share)
        return self.learning_rate * min(1.0, (step + 1) / self.warmup_steps, remaining)
