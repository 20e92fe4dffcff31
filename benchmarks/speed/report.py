"""The table of speeds in docs/speed.md, from the stored measurements."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmarks.documents import both_editions, put_into
from benchmarks.speed.contenders import HELPERS, RATSNLP, TRAINER
from benchmarks.speed.results import Run, ratios, values, with_spread

HEADER = ["", "helpers", "ratsnlp 1.0.53", "Trainer", "× ratsnlp", "× Trainer"]
DOCUMENTS = both_editions("speed.md")


class Quantity(NamedTuple):
    """A row of the table: what it is, the name it is stored under, how to write it."""

    text: str
    name: str
    digits: int
    less_is_better: bool = False
    has_ratio: bool = True


PREPARING = [
    Quantity("Preparing NSMC, seconds", "seconds", 1, True),
    Quantity("… peak memory, MB", "peak_mb", 0, True),
    Quantity("… of it above the imports, MB", "above_imports_mb", 0, True),
]
PADDING = [Quantity("Word pieces paid per review, padding included", "paid", 1, True)]
SPEED = Quantity("reviews a second", "reviews_per_second", 0)
SHARE = Quantity("… share of the machine's matrix product", "share_of_machine", 2, has_ratio=False)
ACCURACY = Quantity("… validation accuracy", "val_accuracy", 3, has_ratio=False)
LARGE_SPEED = SPEED._replace(digits=2)
TABLES: dict[str, tuple[str, list[Quantity]]] = {
    "preparing": ("", PREPARING),
    "padding": ("", PADDING),
    "training": ("Training mini-bert, ", [SPEED, SHARE, ACCURACY]),
    "training_large": ("Training kcbert-base's shape, ", [LARGE_SPEED, SHARE]),
    "predicting": ("Prediction, mini-bert, ", [SPEED]),
    "predicting_large": ("Prediction, kcbert-base's shape, ", [LARGE_SPEED]),
}


def with_shares(runs: list[Run]) -> list[Run]:
    """Add the share that real word pieces got of the fastest matrix product of all rounds.

    >>> with_shares([{"useful_gflops": 10, "matrix_gflops": 40}])[0]["share_of_machine"]
    0.25
    """
    fastest = max((run.get("matrix_gflops", 0) for run in runs), default=0)
    if not fastest:
        return runs
    return [run | {"share_of_machine": run["useful_gflops"] / fastest} for run in runs]


def row(what: str, quantity: Quantity, runs: list[Run]) -> list[str]:
    """Write one quantity of all contenders."""
    by_name = {name: values(runs, name, quantity.name) for name in (HELPERS, RATSNLP, TRAINER)}
    cells = [
        with_spread(list(found.values()), quantity.digits) if found else "–"
        for found in by_name.values()
    ]
    ours = by_name[HELPERS]
    against = [times(quantity, ours, by_name[name]) for name in (RATSNLP, TRAINER)]
    return [what, *cells, *against]


def times(quantity: Quantity, ours: dict[int, float], theirs: dict[int, float]) -> str:
    """Write how many times better ours is, as far as both were measured."""
    if not (quantity.has_ratio and ours and theirs):
        return "–"
    return with_spread(ratios(theirs, ours) if quantity.less_is_better else ratios(ours, theirs))


def start_up_rows(runs: list[Run]) -> Iterator[list[str]]:
    """Write what the helpers add to importing the three libraries, in percent."""
    what = {
        "lazy": "`import helpers`, added to torch, transformers and pytorch_lightning, %",
        "every name": "… and every name of it used, %",
    }
    none = values(runs, "none", "seconds")
    for name, text in what.items():
        added = [100 * (ratio - 1) for ratio in ratios(values(runs, name, "seconds"), none)]
        yield [text, with_spread(added), *["–"] * 4]


def rows(results: dict[str, Any]) -> Iterator[list[str]]:
    """Write every row that was measured, and the header."""
    yield HEADER
    yield ["---", *["---:"] * 5]
    for table, (text, quantities) in TABLES.items():
        runs = with_shares(results.get(table, {}).get("runs", []))
        for quantity in quantities if runs else []:
            begins = "" if quantity.text.startswith("…") else text
            yield row(begins + quantity.text, quantity, runs)
    if "start_up" in results:
        yield from start_up_rows(results["start_up"]["runs"])


def conditions(results: dict[str, Any]) -> str:
    """Say on what machine and with which versions all was measured, and what is missing."""
    machines = sorted({f"{one['cpu']}, {one['cores']} cores" for one in each(results, "machine")})
    threads = sorted({str(one["threads"]) for one in each(results, "settings")})
    days = sorted({one["date"] for one in each(results, "machine")})
    torch = sorted({one["torch"] for one in each(results, "versions")})
    transformers = sorted({one["transformers"] for one in each(results, "versions")})
    sentences = [
        f"Median (smallest–largest). {'; '.join(machines)}, {' and '.join(threads)} threads, "
        f"{' and '.join(days)}; torch {', '.join(torch)}, transformers {', '.join(transformers)}."
    ]
    missing = [table for table in [*TABLES, "start_up"] if table not in results]
    if missing:
        sentences.append(f"Not measured yet: {', '.join(missing)}.")
    without = [name for name, one in results.items() if not one["settings"]["ratsnlp"]]
    if without:
        sentences.append(f"Without ratsnlp: {', '.join(without)}.")
    return " ".join(sentences)


def each(results: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return one part of every table."""
    return [table[name] for table in results.values()]


def table_of(results: dict[str, Any]) -> str:
    """Return the Markdown table, and the conditions under it."""
    lines = [f"| {' | '.join(cells)} |" for cells in rows(results)]
    return "\n".join([*lines, "", conditions(results)])


def write_report(results: dict[str, Any]) -> None:
    """Put the table where both editions have their place for it, and print it."""
    for document in DOCUMENTS:
        put_into(document, "speed", table_of(results))
    print(table_of(results))
