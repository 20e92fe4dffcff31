"""What was measured, in a small JSON file: one entry a table, with versions and machine."""

import json
import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "results" / "speed.json"
PACKAGES = ("torch", "transformers", "tokenizers", "pytorch-lightning", "numpy")
Run = dict[str, Any]  # of one contender in one round


def read_results(path: Path = RESULTS) -> dict[str, Any]:
    """Return all tables that were measured so far, by name."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def store(path: Path, table: str, settings: dict[str, Any], runs: list[Run]) -> None:
    """Put a table into the file, in the place of what was measured of it before."""
    entry = {"settings": settings, "machine": machine(), "versions": versions(), "runs": runs}
    tables = read_results(path) | {table: entry}
    path.write_text(json.dumps(tables, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Describe this machine and the day."""
    cpu, names = platform.processor() or platform.machine(), Path("/proc/cpuinfo")
    if names.exists():
        lines = names.read_text(encoding="utf-8").splitlines()
        cpu = next((one.split(":")[1].strip() for one in lines if one.startswith("model n")), cpu)
    return {"cpu": cpu, "cores": os.cpu_count(), "date": date.today().isoformat()}


def versions() -> dict[str, str]:
    """Return the versions that the helpers and Trainer ran with."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def rounded(measured: Run) -> Run:
    """Keep four digits of every number that is not whole.

    >>> rounded({"seconds": 1.23456, "rows": 150000})
    {'seconds': 1.235, 'rows': 150000}
    """
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in measured.items()
    }


def values(runs: list[Run], contender: str, name: str) -> dict[int, float]:
    """Return what was measured of a contender, by round."""
    chosen = [run for run in runs if run["contender"] == contender and name in run]
    return {run["round"]: run[name] for run in chosen}


def ratios(above: dict[int, float], below: dict[int, float]) -> list[float]:
    """Divide round by round; a contender measured in one round only serves for all.

    >>> ratios({0: 6.0, 1: 8.0}, {0: 2.0, 1: 2.0}), ratios({0: 6.0}, {0: 2.0, 1: 3.0})
    ([3.0, 4.0], [3.0, 2.0])
    """
    rounds = sorted(above.keys() | below.keys())
    pairs = [
        (above.get(r, median(above.values())), below.get(r, median(below.values()))) for r in rounds
    ]
    return [one / other for one, other in pairs]


def with_spread(numbers: list[float], digits: int = 1) -> str:
    """Write a median and, in brackets, the smallest and the largest.

    >>> with_spread([3.0, 4.0, 8.0]), with_spread([1234.5], 0)
    ('4.0 (3.0–8.0)', '1,234')
    """
    middle, low, high = (f"{f(numbers):,.{digits}f}" for f in (median, min, max))
    return middle if len(numbers) == 1 else f"{middle} ({low}–{high})"
