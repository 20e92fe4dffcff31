"""The speed benchmarks run, at a tiny size, and README shows what they measured."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.readme import put_into
from benchmarks.speed import __main__ as command
from benchmarks.speed import report
from benchmarks.speed.contenders import HELPERS, RATSNLP, Bench, in_turn
from benchmarks.speed.padding import measure_padding
from benchmarks.speed.results import RESULTS, read_results
from benchmarks.speed.workers import with_helpers
from helpers.scales import MINI_BERT
from tests.conftest import MINI_REVIEWS


def measure_here(bench: Bench, contender: str, job: str, **settings: Any) -> dict[str, Any]:
    """Do a job of a worker in this process, which has imported everything already."""
    return with_helpers.JOBS[job](**json.loads(json.dumps(settings, default=str)))


def run_command(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> None:
    """Measure a table of the bundled model, without the old package and Trainer, one round."""
    always = ["--nsmc", str(folder), "--model", str(MINI_BERT), "--rounds", "1"]
    results = ["--results", str(folder / "speed.json"), "--ratsnlp", "none", "--no-trainer"]
    monkeypatch.setattr(Bench, "measure", measure_here)
    monkeypatch.setattr("sys.argv", ["speed", *words, *always, *results])
    readme = folder / "README.md"
    readme.write_text("<!-- speed -->\nold\n<!-- end of speed -->\nrest\n", encoding="utf-8")
    monkeypatch.setattr(report, "READMES", [readme])
    command.main()


@pytest.mark.parametrize("table", sorted(command.TABLES))
def test_every_table_is_measured_and_reported(
    table: str, small_nsmc: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    run_command(monkeypatch, small_nsmc, table, "--rows", "40")
    stored = read_results(small_nsmc / "speed.json")[table]
    assert stored["settings"] == {"threads": 2, "ratsnlp": False}
    assert stored["versions"].keys() >= {"torch", "transformers"} and stored["machine"]["cpu"]
    assert stored["runs"]
    readme = (small_nsmc / "README.md").read_text(encoding="utf-8")
    assert f"Without ratsnlp: {table}." in readme and readme.endswith("rest\n")
    assert "ratsnlp is left out" in capsys.readouterr().out


def test_batches_by_length_pay_little_and_are_new_each_epoch() -> None:
    runs = measure_padding(MINI_REVIEWS, MINI_BERT, batch_size=8)
    padded, in_random_order, by_length = (
        [run for run in runs if run["contender"] == name]
        for name in (RATSNLP, "random order", HELPERS)
    )
    for one, other in zip(by_length, in_random_order, strict=True):
        assert one["rows"] == other["rows"] == 1500
        assert one["real"] < one["paid"] < other["paid"] < padded[0]["paid"]
        assert one["paid"] < 1.1 * one["real"]
        assert one["longest_first"]
        assert one["batches_as_before"] < 5


def test_rounds_are_added(small_nsmc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in ([], ["--add"], ["--add"]):
        run_command(monkeypatch, small_nsmc, "predicting", "--rows", "2", *words)
    runs = read_results(small_nsmc / "speed.json")["predicting"]["runs"]
    assert [run["round"] for run in runs] == [0, 1, 2]


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


def test_a_document_without_a_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("no comments")
    with pytest.raises(ValueError, match=r"a\.md has no line <!-- speed -->"):
        put_into(tmp_path / "a.md", "speed", "table")
