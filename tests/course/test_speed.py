"""The speed benchmarks run, at a tiny size, and README shows what they measured."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.speed import __main__ as command
from benchmarks.speed import report
from benchmarks.speed.contenders import HELPERS, RATSNLP, Bench, in_turn
from benchmarks.speed.results import RESULTS, read_results
from benchmarks.speed.workers import with_helpers
from helpers.scales import MINI_BERT


def measure_here(bench: Bench, contender: str, job: str, **settings: Any) -> dict[str, Any]:
    """Do a job of a worker in this process, which has imported everything already."""
    return with_helpers.JOBS[job](**json.loads(json.dumps(settings, default=str)))


@pytest.mark.parametrize("table", sorted(command.TABLES))
def test_every_table_is_measured_and_reported(
    table: str, small_nsmc: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    readme, results = small_nsmc / "README.md", small_nsmc / "speed.json"
    readme.write_text("<!-- speed -->\nold\n<!-- end of speed -->\nrest\n", encoding="utf-8")
    monkeypatch.setattr(report, "READMES", [readme])
    monkeypatch.setattr(Bench, "measure", measure_here)
    words = [table, "--nsmc", small_nsmc, "--model", MINI_BERT, "--rounds", "1", "--rows", "40"]
    words += ["--results", results, "--ratsnlp", "none", "--no-trainer"]
    monkeypatch.setattr("sys.argv", ["speed", *map(str, words)])
    command.main()
    stored = read_results(results)[table]
    assert stored["settings"] == {"threads": 2, "ratsnlp": False}
    assert stored["versions"].keys() >= {"torch", "transformers"} and stored["machine"]["cpu"]
    assert stored["runs"]
    report_of_table = readme.read_text(encoding="utf-8")
    assert f"Without ratsnlp: {table}." in report_of_table and report_of_table.endswith("rest\n")
    assert "ratsnlp is left out" in capsys.readouterr().out


def test_contenders_take_turns() -> None:
    turns = list(in_turn(Bench(threads=1, rounds=2, ratsnlp=Path("python")), [HELPERS, RATSNLP]))
    assert turns == [(0, HELPERS), (0, RATSNLP), (1, RATSNLP), (1, HELPERS)]


def test_a_worker_runs_in_a_process_of_its_own() -> None:
    bench = Bench(threads=1, rounds=1, ratsnlp=None)
    assert bench.measure(HELPERS, "matrix_rate", tokens=64, inner=64, outer=64)["flops"] > 1e6
    with pytest.raises(RuntimeError, match=r"(?s)helpers could not matrix_rate.*ZeroDivision"):
        bench.measure(HELPERS, "matrix_rate", tokens=0, inner=64, outer=64)


def test_readme_shows_the_stored_measurements() -> None:
    table = report.table_of(read_results(RESULTS))
    assert all(table in readme.read_text(encoding="utf-8") for readme in report.READMES)
