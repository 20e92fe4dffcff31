"""Masked language modelling of a small BERT: the training loop, resumable, and its checkpoints."""

import csv
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import numpy as np
import torch
from transformers import BertForPreTraining, BertTokenizer

from pretraining.masking import losses, mask
from pretraining.network import bare_model, export, new_model, new_optimizer, pretrained
from pretraining.recipe import Recipe
from pretraining.reviews import (
    Batch,
    TokenizedReviews,
    batches,
    mixed_batches,
    read_reviews,
    tokenize,
)
from pretraining.vocabulary import MAX_POSITIONS, save_tokenizer, train_vocabulary


@torch.no_grad()
def held_out_loss(
    model: BertForPreTraining, tokenizer: BertTokenizer, reviews: TokenizedReviews, recipe: Recipe
) -> float:
    """Mean loss over the held-out single reviews, with the same places masked each time."""
    probability = recipe.held_out_mask_probability
    random = torch.Generator().manual_seed(recipe.seed)
    order = np.random.default_rng(recipe.seed)
    found: list[float] = []
    for batch in batches(reviews, recipe.tokens_per_batch, order):
        corrupted, labels = mask(batch.input_ids, tokenizer, probability, random)
        found.append(losses(model, batch._replace(input_ids=corrupted), labels)[0].item())
    return sum(found) / len(found)


def endless_batches(reviews: TokenizedReviews, recipe: Recipe) -> Iterator[Batch]:
    """Yield batches for ever; each pass over the reviews has its own order."""
    for epoch in count():
        yield from mixed_batches(
            reviews,
            recipe.tokens_per_batch,
            recipe.pair_share,
            recipe.joined_share,
            longest=MAX_POSITIONS,
            generator=np.random.default_rng([recipe.seed, epoch]),
        )


def training_step(
    model: BertForPreTraining,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    labels: torch.Tensor,
    learning_rate: float,
) -> float:
    """Change the weights once and return the loss of the hidden pieces before that."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    with torch.autocast(model.device.type, dtype=torch.bfloat16):
        masked_loss, pair_loss = losses(model, batch, labels)
    (masked_loss + pair_loss).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return masked_loss.item()


def save_checkpoint(
    path: Path, model: BertForPreTraining, optimizer: torch.optim.Optimizer, step: int
) -> None:
    """Write under another name first, so that a killed process leaves the old one whole."""
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def load_checkpoint(path: Path, model: BertForPreTraining, optimizer: torch.optim.Optimizer) -> int:
    """Load the state of a checkpoint, if there is one, and return the steps already taken."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True, map_location=model.device)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"]


def train(
    model: BertForPreTraining,
    tokenizer: BertTokenizer,
    reviews: TokenizedReviews,
    recipe: Recipe,
    steps: int,
    work: Path,
) -> None:
    """Train up to ``steps`` steps, going on from ``work/last.pt`` when it is there."""
    training, held_out = reviews.split(recipe.held_out)
    optimizer = new_optimizer(model, recipe.weight_decay)
    start = load_checkpoint(work / "last.pt", model, optimizer)
    found: list[float] = []
    batches_left = islice(endless_batches(training, recipe), start, steps)
    for step, batch in enumerate(batches_left, start):
        random = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        corrupted, labels = mask(batch.input_ids, tokenizer, recipe.mask_probability, random)
        batch = batch._replace(input_ids=corrupted)
        rate = recipe.learning_rate_at(step, steps)
        found.append(training_step(model, optimizer, batch, labels, rate))
        if (step + 1) % recipe.checkpoint_every == 0 or step + 1 == steps:
            save_checkpoint(work / "last.pt", model, optimizer, step + 1)
            report(
                work / "loss.csv",
                step=step + 1,
                tokens=(step + 1) * recipe.tokens_per_batch,
                train_loss=sum(found) / len(found),
                held_out_loss=held_out_loss(model, tokenizer, held_out, recipe),
            )
            found.clear()


def report(path: Path, **values: float) -> None:
    """Print the values and append them to a CSV file, with a header when it is new."""
    row = {name: round(value, 4) for name, value in values.items()}
    print(*(f"{name} {value:,}" for name, value in row.items()), flush=True)
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(row), lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def pretrain(
    reviews_file: Path,
    model_folder: Path,
    work: Path,
    steps: int,
    recipe: Recipe,
    start: Path | None = None,
) -> None:
    """Write a pretrained model to ``model_folder``, with its vocabulary there or a new one.

    Args:
        start: a model whose weights and vocabulary the training goes on from.
    """
    work.mkdir(parents=True, exist_ok=True)
    texts = read_reviews(reviews_file)
    if start is not None:
        vocabulary = BertTokenizer.from_pretrained(start).get_vocab()
        save_tokenizer(sorted(vocabulary, key=vocabulary.__getitem__), model_folder)
    elif not (model_folder / "vocab.txt").exists():
        save_tokenizer(train_vocabulary(texts), model_folder)
    tokenizer = BertTokenizer.from_pretrained(model_folder)
    reviews = tokenize(texts, tokenizer)
    if (work / "last.pt").exists():
        model = bare_model(recipe, tokenizer)
    elif start is not None:
        model = pretrained(start, recipe)
    else:
        model = new_model(recipe, tokenizer, reviews)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    train(model, tokenizer, reviews, recipe, steps, work)
    export(model, model_folder)
