"""The network: how it starts, what trains it, how it is exported for the course."""

from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertForPreTraining, BertTokenizer

from helpers.model import quiet_loading
from helpers.task import parameter_groups
from pretraining.embeddings import skip_gram_embeddings
from pretraining.recipe import Recipe
from pretraining.reviews import TokenizedReviews
from pretraining.vocabulary import MAX_POSITIONS


def bare_model(recipe: Recipe, tokenizer: BertTokenizer) -> BertForPreTraining:
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
        attn_implementation="eager",  # PyTorch's fused attention is slower for rows this short
    )
    torch.manual_seed(recipe.seed)
    return BertForPreTraining(config)


def new_model(
    recipe: Recipe, tokenizer: BertTokenizer, reviews: TokenizedReviews
) -> BertForPreTraining:
    """Start from word2vec embeddings and, as the output bias, from log frequencies."""
    model = bare_model(recipe, tokenizer)
    embeddings = skip_gram_embeddings(reviews, len(tokenizer), recipe.hidden_size, recipe.seed)
    counts = np.bincount(reviews.pieces, minlength=len(tokenizer)) + 1
    with torch.no_grad():
        model.bert.embeddings.word_embeddings.weight.copy_(torch.from_numpy(embeddings))
        model.cls.predictions.bias.copy_(torch.from_numpy(np.log(counts / counts.sum())))
    return model


def pretrained(folder: Path, recipe: Recipe) -> BertForPreTraining:
    """Load the weights of a pretrained model; a head for pairs that it lacks is random."""
    torch.manual_seed(recipe.seed)
    with quiet_loading():
        return BertForPreTraining.from_pretrained(
            folder,
            dtype=torch.float32,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            attn_implementation="eager",  # as in ``bare_model``
        )


def new_optimizer(model: BertForPreTraining, weight_decay: float) -> torch.optim.AdamW:
    return torch.optim.AdamW(
        parameter_groups(model, weight_decay), betas=(0.9, 0.98), eps=1e-6, fused=True
    )


def export(model: BertForPreTraining, directory: Path) -> None:
    """Write half-precision weights that load as float32, with the usual dropout for fine-tuning."""
    model.config.hidden_dropout_prob = 0.1
    model.config.attention_probs_dropout_prob = 0.1
    with quiet_loading():
        model.cpu().half().save_pretrained(directory)
    config = BertConfig.from_pretrained(directory)
    config.dtype = torch.float32
    config.save_pretrained(directory)
    (directory / "model.safetensors").chmod((directory / "config.json").stat().st_mode)
