"""Two processes that share an epoch, started by torchrun as docs/several_gpus.md says."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.conftest import ROOT
from tests.stand_ins.two_processes_worker import NUM_REVIEWS

REVIEWS = list(range(NUM_REVIEWS))
BATCH_SIZE = 24
TWO = {"batch_size": BATCH_SIZE, "devices": "2", "strategy": "ddp"}
TORCHRUN = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]


def train_in(launcher: list[str], folder: Path, **arguments: Any) -> int:
    """Run the worker in processes of its own, and return their status."""
    folder.mkdir(exist_ok=True)
    words = ["tests.stand_ins.two_processes_worker", str(folder), json.dumps(arguments)]
    return subprocess.run(
        [sys.executable, "-m", *launcher, *words], cwd=ROOT, timeout=180
    ).returncode


def batches(folder: Path, rank: int) -> list[list[int]]:
    """Return what a process trained on, batch by batch."""
    return json.loads((folder / f"batches-{rank}.json").read_text())


@pytest.mark.parametrize("group_by_length", [False, True])
def test_two_processes_divide_each_epoch_and_learn_what_one_learns(
    tmp_path: Path, group_by_length: bool
) -> None:
    two, one = tmp_path / "two", tmp_path / "one"
    settings = TWO | {"group_by_length": group_by_length}
    assert train_in(TORCHRUN, two, settings=settings) == 0
    pairs = [a + b for a, b in zip(batches(two, 0), batches(two, 1), strict=True)]
    half = len(pairs) // 2
    epochs = [[index for pair in part for index in pair] for part in (pairs[:half], pairs[half:])]
    assert epochs[0] != epochs[1]
    assert [sorted(epoch) for epoch in epochs] == [REVIEWS, REVIEWS]  # disjoint and complete

    alone = {"batch_size": 2 * BATCH_SIZE, "devices": "1", "epochs": 1}
    assert train_in([], one, settings=alone, order=epochs[0] + epochs[1]) == 0
    assert [sorted(batch) for batch in batches(one, 0)] == [sorted(pair) for pair in pairs]
    weights = [torch.load(path) for path in (two / "weights-0.pt", two / "weights-1.pt")]
    for name, weight in torch.load(one / "weights-0.pt").items():
        assert torch.equal(weights[0][name], weights[1][name]), name
        torch.testing.assert_close(weights[0][name], weight, atol=1e-8, rtol=0, msg=name)


def test_two_processes_go_on_after_the_last_epoch_that_was_finished(tmp_path: Path) -> None:
    settings = TWO | {"batch_size": 100, "save_every_n_steps": 2}  # an epoch has 6 steps
    assert train_in(TORCHRUN, tmp_path, settings=settings, cut_at=9) != 0
    assert train_in(TORCHRUN, tmp_path, settings=settings) == 0
    second_epoch = [batch for rank in (0, 1) for batch in batches(tmp_path, rank)]
    assert len(second_epoch) == 2 * 6
    assert sorted(index for batch in second_epoch for index in batch) == REVIEWS
    weights = [torch.load(tmp_path / f"weights-{rank}.pt") for rank in (0, 1)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
