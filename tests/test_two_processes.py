"""Two processes that share an epoch, started by torchrun as README says."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.conftest import ROOT
from tests.two_processes_worker import train

BATCH_SIZE = 16
TORCHRUN = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]


def train_in_two_processes(folder: Path, settings: dict[str, Any]) -> None:
    """Run the worker in two processes, which find each other by torchrun."""
    folder.mkdir()
    words = ["tests.two_processes_worker", str(folder), json.dumps(settings)]
    subprocess.run([sys.executable, "-m", *TORCHRUN, *words], cwd=ROOT, check=True, timeout=180)


def batches(folder: Path, rank: int) -> list[list[int]]:
    """Return what a process trained on, batch by batch."""
    return json.loads((folder / f"batches-{rank}.json").read_text())


@pytest.mark.parametrize("group_by_length", [False, True])
def test_two_processes_divide_each_epoch_and_learn_what_one_learns(
    tmp_path: Path, group_by_length: bool
) -> None:
    two, one = tmp_path / "two", tmp_path / "one"
    settings = {
        "batch_size": BATCH_SIZE,
        "devices": "2",
        "strategy": "ddp",
        "group_by_length": group_by_length,
    }
    train_in_two_processes(two, settings)
    pairs = [a + b for a, b in zip(batches(two, 0), batches(two, 1), strict=True)]
    half = len(pairs) // 2
    epochs = [[index for pair in part for index in pair] for part in (pairs[:half], pairs[half:])]
    assert epochs[0] != epochs[1]
    reviews = sorted(json.loads((two / "reviews.json").read_text()))
    assert [sorted(epoch) for epoch in epochs] == [reviews, reviews]  # disjoint and complete

    one.mkdir()
    train(one, {"batch_size": 2 * BATCH_SIZE, "devices": "1"}, epochs)
    assert [sorted(batch) for batch in batches(one, 0)] == [sorted(pair) for pair in pairs]
    weights = [torch.load(path) for path in (two / "weights-0.pt", two / "weights-1.pt")]
    alone = torch.load(one / "weights-0.pt")
    for name, weight in alone.items():
        assert torch.equal(weights[0][name], weights[1][name]), name
        torch.testing.assert_close(weights[0][name], weight, atol=1e-8, rtol=0, msg=name)
