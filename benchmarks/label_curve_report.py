"""The table and figure of the label curve, in docs and in the model's card, from the runs."""

from collections import defaultdict
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import matplotlib.pyplot as plt

from benchmarks.documents import both_editions, put_into
from helpers.scales import MINI_BERT

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (*both_editions("pretraining.md"), MINI_BERT / "README.md")
FIGURE = ROOT / "benchmarks" / "results" / "label_curve.svg"
Accuracies = dict[tuple[str, str], dict[int, list[float]]]  # (model, start) → labels → by seed


def group(runs: list[dict[str, Any]]) -> Accuracies:
    """Sort the accuracies of all seeds by model, start and number of labels."""
    accuracies: Accuracies = defaultdict(lambda: defaultdict(list))
    for run in sorted(runs, key=lambda run: (run["model"], run["start"], run["labels"])):
        accuracies[run["model"], run["start"]][run["labels"]].append(run["accuracy"])
    return accuracies


def spread(values: list[float]) -> float:
    """Standard deviation over the seeds; 0 for a single one, which has none to show."""
    return stdev(values) if len(values) > 1 else 0.0


def cell(values: list[float]) -> str:
    """Mean, spread and number of seeds, as the table shows them.

    >>> cell([0.80, 0.82])
    '.810 ± .014 (2)'
    >>> cell([0.80])
    '.800 (1)'
    """
    numbers = f"{mean(values):.3f}"
    if len(values) > 1:
        numbers += f" ± {spread(values):.3f}"
    return f"{numbers} ({len(values)})".replace("0.", ".")


def table(accuracies: Accuracies) -> str:
    """Return a Markdown table: a row for each model and start, a column for each amount."""
    amounts = sorted({labels for by_labels in accuracies.values() for labels in by_labels})
    rows = [["model", "start", *(f"{labels:,} labels" for labels in amounts)]]
    rows.append(["---"] * len(rows[0]))
    for (model, start), by_labels in accuracies.items():
        cells = [cell(by_labels[n]) if n in by_labels else "–" for n in amounts]
        rows.append([model, f"{start} weights", *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def draw(accuracies: Accuracies, path: Path) -> None:
    """Draw accuracy over labels (logarithmic), with the spread over seeds as bars."""
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for (model, start), by_labels in accuracies.items():
        axes.errorbar(
            list(by_labels),
            [mean(values) for values in by_labels.values()],
            yerr=[spread(values) for values in by_labels.values()],
            marker="o",
            capsize=4,
            linestyle="-" if start == "pretrained" else "--",
            label=f"{model}, {start} weights",
        )
    axes.axhline(0.5, color="grey", linewidth=0.8)
    axes.annotate(
        "coin toss", (1, 0.5), xycoords=("axes fraction", "data"), ha="right", va="bottom"
    )
    axes.set(xscale="log", xlabel="labelled reviews", ylabel="accuracy on 50,000 test reviews")
    axes.set_title("What pretraining is worth, by number of labels")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.08))
    with plt.rc_context({"svg.hashsalt": "label curve"}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def write_report(runs: list[dict[str, Any]]) -> None:
    """Draw the figure, and put the table where each document has its place for it."""
    accuracies = group(runs)
    draw(accuracies, FIGURE)
    for document in DOCUMENTS:
        put_into(document, "label curve", table(accuracies))
    print(table(accuracies))
