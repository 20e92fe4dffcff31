"""What the contenders are given: the same rows in a folder, the same weights in another."""

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification

from helpers.corpus import FILES, HEADER, ClassificationExample
from helpers.model import quiet_loading


def write_corpus(examples: Sequence[ClassificationExample], folder: Path) -> Path:
    """Write examples as a train file in NSMC's format, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILES[0]).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerows([HEADER, *([one.id, one.text, one.label] for one in examples)])
    return folder


def copy_train_file(nsmc: Path, folder: Path) -> Path:
    """Copy NSMC's train file, byte for byte, to where a contender may put a cache beside it."""
    folder.mkdir(parents=True)
    shutil.copy(nsmc / FILES[0], folder)
    return folder


def typical_batches(batches: Sequence[list[int]], number: int) -> list[int]:
    """Return the positions of the reviews in some batches of an epoch grouped by length.

    The sampler sorts 100 batches at a time: from the longest to the shortest of these, every
    (100 / ``number``)th is taken. Grouping so few reviews anew would pad far more.
    """
    sorted_ones = batches[100:200] or batches  # not the first 100, which have the very longest
    middles = [int((i + 0.5) * len(sorted_ones) / number) for i in range(number)]
    return [position for middle in middles for position in sorted_ones[middle]]


def write_model(source: Path, folder: Path, seed: int) -> Path:
    """Write a classifier with its weights, so that all contenders begin with the same.

    The body has the weights that lie in ``source``; random ones when it has a ``config.json`` and
    a ``vocab.txt`` alone. The head is random.
    """
    torch.manual_seed(seed)
    config = BertConfig.from_pretrained(source, num_labels=2)
    with quiet_loading():
        if (source / "model.safetensors").is_file():
            model = BertForSequenceClassification.from_pretrained(source, config=config)
        else:
            model = BertForSequenceClassification(config)
        model.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")  # what transformers 4.28 reads
    shutil.copy(source / "vocab.txt", folder)
    settings = '{"tokenizer_class": "BertTokenizer", "do_lower_case": false}\n'
    (folder / "tokenizer_config.json").write_text(settings, encoding="utf-8")
    return folder
