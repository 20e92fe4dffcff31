"""What a training is recognized by when it goes on, wherever its files lie by then."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader, Subset

NUMBER = "number of reviews"
MODEL_TEXTS = ("config.json", "vocab.txt", "tokenizer.json")


def digest(texts: Iterable[str]) -> str:
    """Return a short text that changes with any of many texts, or with their order."""
    joined = "\0".join(texts).encode(errors="surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:16]


def model_fingerprint(name: str) -> str:
    """Return what a model is recognized by: its name on the hub, or what its folder holds."""
    folder = Path(name)
    if not folder.is_dir():
        return name
    texts = [folder / text for text in MODEL_TEXTS if (folder / text).is_file()]
    # As texts, since Git for Windows writes other line ends.
    parts = [text.read_text(encoding="utf-8", errors="replace") for text in texts]
    for weights in sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin")):
        with weights.open("rb") as file:
            parts.append(hashlib.file_digest(file, "sha256").hexdigest())
    return digest(parts)


def data_fingerprint(loader: DataLoader | None) -> dict[str, int | str]:
    """Return the number of a loader's reviews and, where it can be had, what they are.

    Texts and labels can be had of a ClassificationDataset, or a Subset of one; the names of the
    labels, of a data set that has ``label_names``. Of any other, only the number is known.
    """
    dataset = getattr(loader, "dataset", ())
    places: Sequence[int] = range(len(dataset))
    while isinstance(dataset, Subset):
        places, dataset = [dataset.indices[place] for place in places], dataset.dataset
    known: dict[str, int | str] = {NUMBER: len(places)}
    examples: Any = getattr(dataset, "examples", None)
    if isinstance(examples, Sequence) and len(examples) == len(dataset):
        for what in ("text", "label"):
            known[f"{what}s"] = digest(str(getattr(examples[i], what, "")) for i in places)
    if hasattr(dataset, "label_names"):
        known["names of labels"] = digest(map(str, dataset.label_names))
    return known


def data_changes(was: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> str:
    """Say for each part, "train" and "val", in what its fingerprint has changed; "" for nothing."""
    changes = []
    for part in now:
        before, after = was[part], now[part]
        others = [what for what in before | after if before.get(what) != after.get(what)]
        if NUMBER in others:
            changes.append(f"{part} had {before[NUMBER]:,} reviews, now {after[NUMBER]:,}")
        elif others:
            changes.append(f"{part} had other {' and '.join(others)}")
    return "; ".join(changes)
