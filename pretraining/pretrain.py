"""Step 3: masked language modelling of a small BERT, resumable, and export for the course.

    python -m pretraining.vocabulary --reviews unlabelled.txt.xz --model helpers/assets/mini-bert
    python -m pretraining.pretrain --reviews unlabelled.txt.xz --model helpers/assets/mini-bert \
        --work pretraining/work --steps 8000

Run again with the same ``--work`` to go on from the last checkpoint.
"""

import argparse
import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass
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


def endless_batches(
    reviews: TokenizedReviews, recipe: Recipe, start: int
) -> Iterator[torch.Tensor]:
    """Yield the batches from step ``start`` on; each pass over the reviews has its own order."""
    passed, epoch = 0, 0
    while True:
        for input_ids in batches(
            reviews, recipe.tokens_per_batch, np.random.default_rng([recipe.seed, epoch])
        ):
            passed += 1
            if passed > start:
                yield input_ids
        epoch += 1


def train(
    model: BertForMaskedLM,
    tokenizer: BertTokenizer,
    reviews: TokenizedReviews,
    recipe: Recipe,
    steps: int,
    work: Path,
    checkpoint_every: int = 250,
) -> None:
    """Train up to ``steps`` steps, going on from ``work/last.pt`` when it is there."""
    training, held_out = reviews.split(recipe.held_out)
    optimizer = new_optimizer(model, recipe.weight_decay)
    checkpoint, log, start = work / "last.pt", work / "loss.csv", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    began, tokens, losses = time.perf_counter(), 0, []
    for step, input_ids in enumerate(endless_batches(training, recipe, start), start):
        if step == steps:
            break
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate_at(step, steps)
        random = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        loss = masked_loss(model, *mask(input_ids, tokenizer, recipe.mask_probability, random))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        tokens += int((input_ids != 0).sum())
        if (step + 1) % checkpoint_every == 0 or step + 1 == steps:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save(state | {"step": step + 1}, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
            row = [
                step + 1,
                (step + 1) * recipe.tokens_per_batch,
                round(sum(losses) / len(losses), 4),
                round(held_out_loss(model, tokenizer, held_out, recipe), 4),
            ]
            with log.open("a", newline="") as file:
                csv.writer(file).writerow(row)
            rate = tokens / (time.perf_counter() - began)
            print(*row, f"{rate:.0f} tokens/s", flush=True)
            losses = []


def export(model: BertForMaskedLM, directory: Path) -> None:
    """Write half-precision weights that load as float32, with the usual dropout for fine-tuning."""
    model.config.hidden_dropout_prob = 0.1
    model.config.attention_probs_dropout_prob = 0.1
    model.half().save_pretrained(directory)
    config = BertConfig.from_pretrained(directory)
    config.dtype = torch.float32
    config.save_pretrained(directory)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reviews", type=Path, required=True, help="text or .xz, one a line")
    parser.add_argument("--model", type=Path, required=True, help="has the vocabulary; to write")
    parser.add_argument("--work", type=Path, required=True, help="for checkpoints and loss.csv")
    parser.add_argument("--steps", type=int, default=8_000)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    recipe = Recipe()
    tokenizer = BertTokenizer.from_pretrained(arguments.model)
    reviews = tokenize(read_reviews(arguments.reviews), tokenizer)
    if (arguments.work / "last.pt").exists():
        model = bare_model(recipe, tokenizer)
    else:
        model = new_model(recipe, tokenizer, reviews)
    train(model, tokenizer, reviews, recipe, arguments.steps, arguments.work)
    export(model, arguments.model)


if __name__ == "__main__":
    main()
