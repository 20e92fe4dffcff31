"""The task of the pretraining: hide some word pieces, guess them."""

import torch
from torch.nn.functional import cross_entropy
from transformers import BertForMaskedLM, BertTokenizer

IGNORED = -100  # cross_entropy's label for "no answer wanted here"


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
    input_ids, labels = input_ids.to(model.device), labels.to(model.device)
    hidden = model.bert(input_ids, attention_mask=(input_ids != 0).long()).last_hidden_state
    wanted = labels != IGNORED
    return cross_entropy(model.cls(hidden[wanted]), labels[wanted])
