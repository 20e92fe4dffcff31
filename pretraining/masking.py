"""The tasks of the pretraining: guess hidden pieces, and whether two segments are of one review.

As BERT's (Devlin et al., 2019, arXiv:1810.04805), with parts of reviews instead of sentences.
"""

import torch
from torch.nn.functional import cross_entropy
from transformers import BertForPreTraining, BertTokenizer

from pretraining.reviews import Batch

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


def losses(
    model: BertForPreTraining, batch: Batch, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the cross-entropy, in nats, of the hidden pieces and of "are both of one review?".

    The vocabulary-wide output is computed at hidden places alone. Of single reviews the second
    loss is 0.

    Args:
        batch: with hidden pieces in ``input_ids``.
        labels: as ``mask`` returns them.
    """
    input_ids, labels = batch.input_ids.to(model.device), labels.to(model.device)
    output = model.bert(
        input_ids,
        attention_mask=(input_ids != 0).long(),
        token_type_ids=batch.token_type_ids.to(model.device),
    )
    wanted = labels != IGNORED
    guesses = model.cls.predictions(output.last_hidden_state[wanted])
    masked_loss = cross_entropy(guesses, labels[wanted])
    if batch.same_review is None:
        return masked_loss, torch.zeros_like(masked_loss)
    answers = model.cls.seq_relationship(output.pooler_output)
    return masked_loss, cross_entropy(answers, batch.same_review.to(model.device))
