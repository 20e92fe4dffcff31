"""Asking a fine-tuned model about texts: one, many, or a file of any size."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import tee
from pathlib import Path
from typing import NamedTuple

import torch
from torch.utils.data import DataLoader
from tqdm import tqdm
from transformers import DataCollatorWithPadding, PreTrainedModel, PreTrainedTokenizerBase

from helpers.encoding import encode_reviews, in_chunks
from helpers.evaluation import predict_probabilities
from helpers.export import label_names, longest_input
from helpers.support.files import whole_file
from helpers.support.tables import cell, read_rows
from helpers.support.texts import composed

CHUNK = 2_000  # texts that are sorted by length together; more would only cost memory
SECONDS_WITHOUT_BAR = 3
FORMULA = re.compile(r"[\s']*[=+\-@＝＋－＠]")  # also after what a spreadsheet may take away
NUMBER = re.compile(r"[+-]?[0-9.,]+%?")


class Prediction(NamedTuple):
    """The most probable label of a text, and the probability of every label."""

    label: str
    probabilities: dict[str, float]


def predict_chunk(
    texts: Sequence[str],
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    batch_size: int = 64,
) -> tuple[list[Prediction], int]:
    """Return a prediction for each text, in their order, and how many texts had to be cut.

    Texts of about the same length go into one batch, so that little is padded.
    """
    if not texts:
        return [], 0
    input_ids, num_cut = encode_reviews(texts, tokenizer, longest_input(model, tokenizer))
    order = sorted(range(len(texts)), key=lambda position: len(input_ids[position]))
    dataloader = DataLoader(
        [{"input_ids": input_ids[position]} for position in order],
        batch_size=batch_size,
        collate_fn=DataCollatorWithPadding(tokenizer),
    )
    probabilities = torch.empty(len(texts), model.config.num_labels)
    probabilities[order] = predict_probabilities(model, dataloader)
    names = label_names(model)
    predictions = [
        Prediction(names[row.index(max(row))], dict(zip(names, row, strict=True)))
        for row in probabilities.tolist()
    ]
    return predictions, num_cut


def predict_stream(
    texts: Iterable[str],
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    num_texts: int | None = None,
) -> Iterator[Prediction]:
    """Yield one prediction for each text, in their order, reading only some texts ahead.

    A progress bar appears when it takes longer than a few seconds; ``num_texts``, when known, tells
    it where the end is. At the end the number of texts that had to be cut is printed, if any had.
    """
    total_cut = 0
    with tqdm(total=num_texts, unit=" texts", delay=SECONDS_WITHOUT_BAR) as bar:
        for chunk in in_chunks(composed(texts), CHUNK):
            predictions, num_cut = predict_chunk(chunk, model, tokenizer)
            yield from predictions
            total_cut += num_cut
            bar.update(len(chunk))
    if total_cut:
        print(f"too long, so that only the beginning was read: {total_cut:,} of the texts")


def predict(
    texts: str | Sequence[str], model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> list[Prediction]:
    """Return one prediction for each text, in their order; a single text may be given as it is.

    ValueError, TypeError: a text has half of a character, or is no text; see ``composed``.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    return list(predict_stream(texts, model, tokenizer, len(texts)))


def predict_file(
    source: str | Path,
    target: str | Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    text_column: str = "text",
) -> None:
    """Ask about every text of a file of any size, and write the answers to a CSV file.

    Args:
        source: see ``read_rows`` for the formats; empty texts are answered like any other.
        target: gets a row for each row of ``source``, in its order: line, text, predicted label,
            and the probability of each label. A cell that spreadsheets would take for a formula
            gets a ' in front. The file appears under this name when it is whole.
        text_column: where the texts are; in a ``.txt`` file, "text".
    Raises:
        FileNotFoundError, ValueError: ``source`` cannot be read, or would be overwritten.
    """
    if Path(source).resolve() == Path(target).resolve():
        raise ValueError(f"{target} is the file with the texts; name another one for the answers.")
    rows, rows_ahead = tee((row.line, cell(row, text_column, source)) for row in read_rows(source))
    texts = (text for _, text in rows_ahead)
    # With its byte order mark ("sig"), Excel takes the file for UTF-8.
    with whole_file(target, encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header_of(label_names(model)))
        for (label, probabilities), (line, text) in zip(
            predict_stream(texts, model, tokenizer), rows, strict=True
        ):
            shares = (f"{share:.4f}" for share in probabilities.values())
            writer.writerow([line, no_formula(text), no_formula(label), *shares])


def header_of(labels: Sequence[str]) -> list[str]:
    """Return the names of the columns of answers, each a name of its own.

    >>> header_of(["text", "image"])
    ['line', 'text', 'predicted_label', 'probability of text', 'image']
    """
    first = ["line", "text", "predicted_label"]
    of_labels = [f"probability of {label}" if label in first else label for label in labels]
    return [no_formula(name) for name in first + of_labels]


def no_formula(text: str) -> str:
    """Put a ' before what spreadsheets would take for a formula, and perhaps compute.

    >>> no_formula("=_= 잠 옴"), no_formula("-1.5")
    ("'=_= 잠 옴", '-1.5')
    """
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text
