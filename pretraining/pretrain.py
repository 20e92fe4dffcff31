"""Step 3: masked language modelling of a small BERT, resumable, and export for the course.

    python -m pretraining.vocabulary --reviews unlabelled.txt.xz --model helpers/assets/mini-bert
    python -m pretraining.pretrain --reviews unlabelled.txt.xz --model helpers/assets/mini-bert \
        --work pretraining/work --steps 8000

Run again with the same ``--work`` to go on from the last checkpoint.
"""

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertForMaskedLM, BertTokenizer

from pretraining.embeddings import skip_gram_embeddings
from pretraining.reviews import TokenizedReviews, batches, read_reviews, tokenize
from pretraining.vocabulary import MAX_POSITIONS

IGNORED = -100  # cross_entropy's label for "no answer wanted here"


@dataclass(frozen=True)
class Recipe:
    """All that decides the outcome, besides the reviews."""

    hidden_size: int = 192
    layers: int = 3
    heads: int = 3
    tokens_per_batch: int = 4_096
    mask_probability: float = 0.2
    learning_rate: float = 1.5e-3
    warmup_steps: int = 300
    decay_share: float = 0.3  # of all steps, at the end, down to zero
    weight_decay: float = 0.01
    held_out: int = 2_000
    checkpoint_every: int = 250
    seed: int = 7

    def learning_rate_at(self, step: int, steps: int) -> float:
        """Warm up, stay, then decay to zero: the end may be moved while a run is under way."""
        remaining = (steps - step) / max(1, steps * self.decay_share)
        return self.learning_rate * min(1.0, (step + 1) / self.warmup_steps, remaining)


def mask(
    input_ids: torch.Tensor, tokenizer: BertTokenizer, probability: float, random: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Hide word pieces as BERT does: of the chosen, 80 % [MASK], 10 % random, 10 % unchanged.

    Args:
        input_ids: ``[reviews, pieces]``.
    Returns:
        the corrupted ids and the labels, ``IGNORED`` where nothing was chosen, both of that shape.
    """
    special = torch.isin(input_ids, torch.tensor(tokenizer.all_special_ids))
    chosen = (torch.rand(input_ids.shape, generator=random) < probability) & ~special
    labels = input_ids.masked_fill(~chosen, IGNORED)
    dice = torch.rand(input_ids.shape, generator=random)
    noise = torch.randint(len(tokenizer), input_ids.shape, generator=random)
    corrupted = input_ids.masked_fill(chosen & (dice < 0.8), tokenizer.mask_token_id)
    return torch.where(chosen & (dice >= 0.9), noise, corrupted), labels


def masked_loss(
    model: BertForMaskedLM, input_ids: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy in nats; the vocabulary-wide output is computed at masked places alone."""
    hidden = model.bert(input_ids, attention_mask=(input_ids != 0).long()).last_hidden_state
    wanted = labels != IGNORED
    return cross_entropy(model.cls(hidden[wanted]), labels[wanted])


def bare_model(recipe: Recipe, tokenizer: BertTokenizer) -> BertForMaskedLM:
    """Build the network with random weights."""
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=recipe.hidden_size,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        intermediate_size=4 * recipe.hidden_size,
        max_position_embeddings=MAX_POSITIONS,
        hidden_dropout_prob=0.0,  # a few passes over much data do not overfit
        attention_probs_dropout_prob=0.0,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(recipe.seed)
    return BertForMaskedLM(config)


def new_model(
    recipe: Recipe, tokenizer: BertTokenizer, reviews: TokenizedReviews
) -> BertForMaskedLM:
    """Start from word2vec embeddings and, as the output bias, from log frequencies."""
    model = bare_model(recipe, tokenizer)
    embeddings = skip_gram_embeddings(reviews, len(tokenizer), recipe.hidden_size, recipe.seed)
    counts = np.bincount(reviews.pieces, minlength=len(tokenizer)) + 1
    with torch.no_grad():
        model.bert.embeddings.word_embeddings.weight.copy_(torch.from_numpy(embeddings))
        model.cls.predictions.bias.copy_(torch.from_numpy(np.log(counts / counts.sum())))
    return model


def new_optimizer(model: BertForMaskedLM, weight_decay: float) -> torch.optim.AdamW:
    matrices = [weight for weight in model.parameters() if weight.ndim > 1]
    others = [weight for weight in model.parameters() if weight.ndim <= 1]
    return torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": weight_decay},
            {"params": others, "weight_decay": 0.0},
        ],
        betas=(0.9, 0.98),
        eps=1e-6,
    )


@torch.no_grad()
def held_out_loss(
    model: BertForMaskedLM, tokenizer: BertTokenizer, reviews: TokenizedReviews, recipe: Recipe
) -> float:
    """Mean loss over the held-out reviews, with the same places masked each time."""
    random = torch.Generator().manual_seed(recipe.seed)
    order = np.random.default_rng(recipe.seed)
    losses = [
        masked_loss(model, *mask(input_ids, tokenizer, recipe.mask_probability, random)).item()
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
    state = torch.load(path, weights_only=True)
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
        writer = csv.DictWriter(file, fieldnames=list(row))
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def export(model: BertForMaskedLM, directory: Path) -> None:
    """Write half-precision weights that load as float32, with the usual dropout for fine-tuning."""
    model.config.hidden_dropout_prob = 0.1
    model.config.attention_probs_dropout_prob = 0.1
    model.half().save_pretrained(directory)
    config = BertConfig.from_pretrained(directory)
    config.dtype = torch.float32
    config.save_pretrained(directory)


def pretrain(
    reviews_file: Path, model_folder: Path, work: Path, steps: int, recipe: Recipe
) -> None:
    """Pretrain with the vocabulary in ``model_folder`` and write the model there."""
    work.mkdir(parents=True, exist_ok=True)
    tokenizer = BertTokenizer.from_pretrained(model_folder)
    reviews = tokenize(read_reviews(reviews_file), tokenizer)
    if (work / "last.pt").exists():
        model = bare_model(recipe, tokenizer)
    else:
        model = new_model(recipe, tokenizer, reviews)
    train(model, tokenizer, reviews, recipe, steps, work)
    export(model, model_folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reviews", type=Path, required=True, help="text or .xz, one a line")
    parser.add_argument("--model", type=Path, required=True, help="has the vocabulary; to write")
    parser.add_argument("--work", type=Path, required=True, help="for checkpoints and loss.csv")
    parser.add_argument("--steps", type=int, required=True, help="of about 4,096 word pieces each")
    words = parser.parse_args()
    pretrain(words.reviews, words.model, words.work, words.steps, Recipe())


if __name__ == "__main__":
    main()
