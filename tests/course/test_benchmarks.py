"""The benchmarks run, at a tiny size, and docs show what they found."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks import bundled_reviews, label_curve, label_curve_report, which_epoch
from benchmarks.fine_tuning import finished
from benchmarks.speed import __main__ as speed
from benchmarks.speed import report
from benchmarks.speed.contenders import Bench
from benchmarks.speed.results import RESULTS, read_results
from benchmarks.speed.workers import with_helpers
from helpers.arguments import ClassificationTrainArguments
from helpers.corpus import FILES, read_nsmc
from helpers.scales import MINI_BERT
from tests.conftest import MINI_REVIEWS


@pytest.fixture
def small_nsmc(tmp_path: Path) -> Path:
    """A folder with the first reviews of both bundled files: 60 to learn from, 40 to test."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, count in zip(FILES, (60, 40), strict=True):
        lines = (MINI_REVIEWS / name).read_text(encoding="utf-8").split("\n")
        (folder / name).write_text("\n".join(lines[: count + 1]) + "\n", encoding="utf-8")
    return folder


def test_label_curve_measures_what_is_missing_and_reports(
    small_nsmc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results, page, figure = tmp_path / "curve.jsonl", tmp_path / "page.md", tmp_path / "c.svg"
    page.write_text("<!-- label curve -->\nold\n<!-- end of label curve -->\nrest\n")
    monkeypatch.setattr(label_curve, "EPOCHS", {20: 1, 60: 1})
    monkeypatch.setattr(label_curve_report, "DOCUMENTS", (page,))
    monkeypatch.setattr(label_curve_report, "FIGURE", figure)
    words = ["label_curve", "--nsmc", str(small_nsmc), "--results", str(results), "--seeds", "1"]
    monkeypatch.setattr("sys.argv", [*words, "--labels", "20", "60"])
    label_curve.main()
    label_curve.main()  # repeats nothing
    runs = finished(results)
    assert [(run["labels"], run["start"]) for run in runs] == [
        (20, "pretrained"), (20, "random"), (60, "pretrained"), (60, "random"),
    ]  # fmt: skip
    assert all(run["test_reviews"] == 40 and 0 <= run["accuracy"] <= 1 for run in runs)
    assert "| mini-bert | pretrained weights | ." in page.read_text()
    assert page.read_text().endswith("rest\n")
    assert figure.read_text().startswith("<?xml")


def test_drawn_labels_are_balanced_and_seeded() -> None:
    examples = read_nsmc(MINI_REVIEWS / FILES[0])
    drawn = label_curve.draw(examples, 100, seed=1)
    assert Counter(example.label for example in drawn) == {0: 50, 1: 50}
    assert label_curve.draw(examples, 100, seed=1) == drawn != label_curve.draw(examples, 100, 2)
    with pytest.raises(ValueError, match="2,000 labels were asked for; the train file has 1,500"):
        label_curve.draw(examples, 2_000, seed=1)


@pytest.mark.parametrize("path", label_curve_report.DOCUMENTS, ids=lambda path: path.parent.name)
def test_documents_show_the_stored_runs(path: Path) -> None:
    runs = finished(label_curve.RESULTS)
    table = label_curve_report.table(label_curve_report.group(runs))
    assert table in path.read_text(encoding="utf-8")


def test_the_bundled_model_is_measured_beside_the_bag(
    small_nsmc: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = ClassificationTrainArguments.for_scale("mini", epochs=1)
    monkeypatch.setattr(ClassificationTrainArguments, "for_scale", lambda scale: settings)
    monkeypatch.setattr(bundled_reviews, "TRAIN", small_nsmc / FILES[0])
    words = ["bundled_reviews", "--nsmc", str(small_nsmc), "--seeds", "1", "2"]
    monkeypatch.setattr("sys.argv", [*words, "--results", str(tmp_path / "runs.jsonl")])
    bundled_reviews.main()
    bundled_reviews.main()  # repeats nothing
    runs = finished(tmp_path / "runs.jsonl")
    assert [(run["seed"], run["model"]) for run in runs] == [
        (seed, model) for seed in (1, 2) for model in bundled_reviews.MODELS
    ]
    assert all(0 <= run[test] <= 1 for run in runs for test in ("bundled", "real"))
    assert "real     ahead by" in capsys.readouterr().out


def test_each_rule_chooses_its_epoch_and_is_judged_by_the_other_half() -> None:
    generator = torch.Generator().manual_seed(1)
    right = (torch.rand(3, 40, generator=generator) < 0.7).double()
    right[1] = 1.0  # the second epoch is always right, and the first one has the lowest loss
    losses = torch.stack([torch.full((40,), 0.1), torch.ones(40), torch.ones(40)])
    epochs = {"lowest loss": 0, "highest accuracy": 1, "last epoch": 2}
    assert which_epoch.by_rule(losses, right) == epochs
    found = which_epoch.accuracies(losses, right)
    assert found["highest accuracy"] == (1.0, 1.0)
    for rule, epoch in epochs.items():
        assert sum(found[rule]) / 2 == pytest.approx(right[epoch].mean().item())


def measure_here(bench: Bench, contender: str, job: str, **settings: Any) -> dict[str, Any]:
    """Do a job of a worker in this process, which has imported everything already."""
    return with_helpers.JOBS[job](**json.loads(json.dumps(settings, default=str)))


@pytest.mark.parametrize("table", sorted(speed.TABLES))
def test_every_table_of_speed_is_measured_and_reported(
    table: str, small_nsmc: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    page, results = small_nsmc / "page.md", small_nsmc / "speed.json"
    page.write_text("<!-- speed -->\nold\n<!-- end of speed -->\nrest\n", encoding="utf-8")
    monkeypatch.setattr(report, "DOCUMENTS", [page])
    monkeypatch.setattr(Bench, "measure", measure_here)
    words = [table, "--nsmc", small_nsmc, "--model", MINI_BERT, "--rounds", "1", "--rows", "40"]
    words += ["--results", results, "--ratsnlp", "none", "--no-trainer"]
    monkeypatch.setattr("sys.argv", ["speed", *map(str, words)])
    speed.main()
    stored = read_results(results)[table]
    assert stored["settings"] == {"threads": 2, "ratsnlp": False}
    assert stored["versions"].keys() >= {"torch", "transformers"} and stored["machine"]["cpu"]
    assert stored["runs"]
    report_of_table = page.read_text(encoding="utf-8")
    assert f"Without ratsnlp: {table}." in report_of_table and report_of_table.endswith("rest\n")
    assert "ratsnlp is left out" in capsys.readouterr().out


def test_documents_show_the_stored_speed() -> None:
    table = report.table_of(read_results(RESULTS))
    assert all(table in page.read_text(encoding="utf-8") for page in report.DOCUMENTS)
