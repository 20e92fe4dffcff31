"""A data loader that can be put back to where it was, together with all random numbers."""

import hashlib
import random
from collections.abc import Iterator
from copy import copy
from itertools import islice
from typing import Any, Self

import numpy as np
import torch
from torch import Generator, Tensor
from torch.utils.data import DataLoader


def random_state(generators: list[Generator]) -> dict[str, Any]:
    """Return the state of all generators of random numbers: the global ones, and these.

    It consists of tensors and plain values, so that a checkpoint with it loads without running
    code. Those of Apple's and other accelerators are not in it, only those of NVIDIA's.
    """
    kind, numbers, *rest = np.random.get_state()  # noqa: NPY002 (what set_seed has seeded)
    return {
        "python": random.getstate(),
        "numpy": (kind, numbers.tolist(), *rest),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "own": [generator.get_state() for generator in generators],
    }


def restore_random_state(state: dict[str, Any], generators: list[Generator]) -> None:
    """Put all generators back into a state that ``random_state`` returned."""
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])  # noqa: NPY002
    torch.set_rng_state(state["torch"])
    if len(state["cuda"]) == torch.cuda.device_count():  # the training may go on elsewhere
        torch.cuda.set_rng_state_all(state["cuda"])
    for generator, own in zip(generators, state["own"], strict=True):
        generator.set_state(own)


def fingerprint(batch: dict[str, Tensor]) -> str:
    """Return a short text that tells this batch from any other."""
    digest = hashlib.sha256()
    for values in batch.values():
        digest.update(values.numpy().tobytes())
    return digest.hexdigest()[:16]


class ResumableDataLoader(DataLoader):
    """A data loader that can be put back to any batch of an epoch.

    The order of an epoch follows from the random state at its beginning. So what has to be kept is
    that state, how many batches have been given since, and the random state now.
    """

    state_to_load: dict[str, Any] | None = None

    @classmethod
    def from_loader(cls, loader: DataLoader) -> Self:
        """Return a loader of the same batches."""
        same = copy(loader)
        same.__class__ = cls
        return same

    @property
    def generators(self) -> list[Generator]:
        """The generators of its own that the order is drawn from."""
        candidates = (self.generator, getattr(self.sampler, "generator", None))
        return [generator for generator in candidates if generator is not None]

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        state, self.state_to_load = self.state_to_load, None
        num_done = state["num_given"] % len(self) if state else 0
        if state:
            moment = "epoch_began" if num_done else "now"
            restore_random_state(state[moment], self.generators)
        self.epoch_began, self.num_given = random_state(self.generators), 0
        batches = super().__iter__()
        for batch in islice(batches, num_done):
            self.count(batch)
        if num_done:
            self.check_last_batch(state["last_batch"])
            restore_random_state(state["now"], self.generators)
        for batch in batches:
            self.count(batch)
            yield batch

    def count(self, batch: dict[str, Tensor]) -> None:
        """Keep in mind that a batch was given."""
        self.last_batch, self.num_given = batch, self.num_given + 1

    def check_last_batch(self, wanted: str) -> None:
        """Raise ValueError when the batch before the interruption was another one."""
        if fingerprint(self.last_batch) != wanted:
            raise ValueError(
                f"Batch {self.num_given:,} of the epoch is not the one that the training had seen "
                "there before it stopped: the reviews or their order have changed. Bring the data "
                "back, or delete last.ckpt to begin anew."
            )

    def state_dict(self) -> dict[str, Any]:
        """Return where in the epoch the loader is; between two batches only."""
        return {
            "num_batches": len(self),
            "num_given": self.num_given,
            "last_batch": fingerprint(self.last_batch),
            "epoch_began": self.epoch_began,
            "now": random_state(self.generators),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there when the loader is iterated next.

        Raises:
            ValueError: the epoch has another number of batches.
        """
        if state["num_batches"] != len(self):
            raise ValueError(
                f"An epoch has {len(self):,} batches now, and had {state['num_batches']:,} in the "
                "training that stopped: the data has changed, or the number of devices. Bring it "
                "back, or delete last.ckpt to begin anew."
            )
        self.state_to_load = state
