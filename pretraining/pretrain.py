"""Masked language modelling of a small BERT: the training loop, resumable, and its checkpoints."""

import csv
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import numpy as np
import torch
from transformers import BertForMaskedLM, BertTokenizer

from pretraining.masking import mask, masked_loss
from pretraining.network import bare_model, export, new_model, new_optimizer
from pretraining.recipe import Recipe
from pretraining.reviews import TokenizedReviews, batches, read_reviews, tokenize
from pretraining.vocabulary import save_tokenizer, train_vocabulary


@torch.no_grad()
def held_out_loss(
    model: BertForMaskedLM, tokenizer: BertTokenizer, reviews: TokenizedReviews, recipe: Recipe
) -> float:
    """Mean loss over the held-out reviews, with the same places masked each time."""
    probability = recipe.held_out_mask_probability
    random = torch.Generator().manual_seed(recipe.seed)
    order = np.random.default_rng(recipe.seed)
    losses = [
        masked_loss(model, *mask(input_ids, tokenizer, probability, random)).item()
        for input_ids in batches(reviews, recipe.tokens_per_batch, order)
    ]
    return sum(losses) / len(losses)


def endless_batches(reviews: TokenizedReviews, recipe: Recipe) -> Iterator[torch.Tensor]:
    """Yield batches for ever; each pass over the reviews has its own order."""
    for epoch in count():
        order = np.random.default_rng([recipe.seed, epoch])
        yield from batches(reviews, recipe.tokens_per_batch, order)


def training_step(
    model: BertForMaskedLM,
    optimizer: torch.optim.Optimizer,
    input_ids: torch.Tensor,
    labels: torch.Tensor,
    learning_rate: float,
) -> float:
    """Change the weights once and return the loss before that."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    loss = masked_loss(model, input_ids, labels)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def save_checkpoint(
    path: Path, model: BertForMaskedLM, optimizer: torch.optim.Optimizer, step: int
) -> None:
    """Write under another name first, so that a killed process leaves the old one whole."""
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def load_checkpoint(path: Path, model: BertForMaskedLM, optimizer: torch.optim.Optimizer) -> int:
    """Load the state of a checkpoint, if there is one, and return the steps already taken."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True, map_location=model.device)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"]


def train(
    model: BertForMaskedLM,
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
    losses: list[float] = []
    batches_left = islice(endless_batches(training, recipe), start, steps)
    for step, input_ids in enumerate(batches_left, start):
        random = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        corrupted, labels = mask(input_ids, tokenizer, recipe.mask_probability, random)
        rate = recipe.learning_rate_at(step, steps)
        losses.append(training_step(model, optimizer, corrupted, labels, rate))
        if (step + 1) % recipe.checkpoint_every == 0 or step + 1 == steps:
            save_checkpoint(work / "last.pt", model, optimizer, step + 1)
            report(
                work / "loss.csv",
                step=step + 1,
                tokens=(step + 1) * recipe.tokens_per_batch,
                train_loss=sum(losses) / len(losses),
                held_out_loss=held_out_loss(model, tokenizer, held_out, recipe),
            )
            losses.clear()


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
    reviews_file: Path, model_folder: Path, work: Path, steps: int, recipe: Recipe
) -> None:
    """Write a pretrained model to ``model_folder``, with its vocabulary there or a new one."""
    work.mkdir(parents=True, exist_ok=True)
    texts = read_reviews(reviews_file)
    if not (model_folder / "vocab.txt").exists():
        save_tokenizer(train_vocabulary(texts), model_folder)
    tokenizer = BertTokenizer.from_pretrained(model_folder)
    reviews = tokenize(texts, tokenizer)
    if (work / "last.pt").exists():
        model = bare_model(recipe, tokenizer)
    else:
        model = new_model(recipe, tokenizer, reviews)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    train(model, tokenizer, reviews, recipe, steps, work)
    export(model, model_folder)
