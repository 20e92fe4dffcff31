"""The benchmarks run, at a tiny size, and README shows what they found."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import bundled_reviews, label_curve, label_curve_report
from benchmarks.fine_tuning import finished
from helpers.corpus import FILES, read_nsmc
from tests.conftest import MINI_REVIEWS


def test_label_curve_measures_what_is_missing_and_reports(
    small_nsmc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results, readme, figure = tmp_path / "curve.jsonl", tmp_path / "README.md", tmp_path / "c.svg"
    readme.write_text("<!-- label curve -->\nold\n<!-- end of label curve -->\nrest\n")
    monkeypatch.setattr(label_curve, "EPOCHS", {20: 1, 60: 1})
    monkeypatch.setattr(label_curve_report, "DOCUMENTS", (readme,))
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
    assert "| mini-bert | pretrained weights | ." in readme.read_text()
    assert readme.read_text().endswith("rest\n")
    assert figure.read_text().startswith("<?xml")


def test_bundled_reviews_are_judged_on_other_ones(
    small_nsmc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    shutil.copytree(small_nsmc, tmp_path / "mini_reviews")
    monkeypatch.setattr(bundled_reviews, "ASSETS", tmp_path)
    monkeypatch.setattr(bundled_reviews, "SEEDS", (1, 2))
    results = tmp_path / "bundled.jsonl"
    monkeypatch.setattr("sys.argv", ["x", "--nsmc", str(small_nsmc), "--results", str(results)])
    bundled_reviews.main()
    assert [(run["labels"], run["test_reviews"]) for run in finished(results)] == [(60, 40)] * 2
    assert re.search(r"accuracy 0\.\d+ ± 0\.\d+ \(2 seeds\)", capsys.readouterr().out)


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
