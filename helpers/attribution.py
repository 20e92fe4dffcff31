"""Which word pieces pushed a decision: integrated gradients."""

from typing import NamedTuple

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.encoding import encode_reviews
from helpers.export import longest_input

STEPS = 64  # of the way from nothing to the text
STEPS_AT_ONCE = 8  # a large model needs a gigabyte for these already


class Attribution(NamedTuple):
    """A word piece, and by how much it raised (or lowered) the log-odds of a label."""

    piece: str
    contribution: float


def log_odds(logits: Tensor, label: int) -> Tensor:
    """Return log(p / (1 - p)) of one label, from logits of shape [batch, labels].

    >>> log_odds(torch.tensor([[0.0, 2.0]]), label=1).tolist()
    [2.0]
    """
    others = [number for number in range(logits.shape[1]) if number != label]
    return logits[:, label] - logits[:, others].logsumexp(dim=1)


def mask_text(input_ids: Tensor, tokenizer: PreTrainedTokenizerBase) -> Tensor:
    """Put [MASK] in the place of every word piece; [CLS] and [SEP] stay."""
    masked = torch.full_like(input_ids, tokenizer.mask_token_id)
    masked[:, 0], masked[:, -1] = input_ids[:, 0], input_ids[:, -1]
    return masked


def attribute(
    text: str, label: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> list[Attribution]:
    """Divide the log-odds of a label among a text's word pieces (Sundararajan et al., 2017).

    The text fades in, in equal steps from a row of [MASK] to the embeddings of its pieces. On the
    way, the gradient tells what each piece adds. Together, the contributions are nearly the
    log-odds for the text minus those for the row of [MASK]. The model is switched to eval mode.

    Raises:
        ValueError: the model has no such label.
    """
    if label not in model.config.label2id:
        known = ", ".join(map(repr, model.config.label2id))
        raise ValueError(f"The model has no label {label!r}; it has {known}.")
    encoded, _ = encode_reviews([text], tokenizer, longest_input(model, tokenizer))
    model.eval()
    input_ids = torch.tensor(encoded, device=model.device)
    embed = model.get_input_embeddings()
    start = embed(mask_text(input_ids, tokenizer)).detach()
    way = embed(input_ids).detach() - start
    shares = (torch.arange(STEPS, device=model.device) + 0.5) / STEPS
    gradients = torch.zeros_like(way[0])
    for some in shares.split(STEPS_AT_ONCE):
        points = (start + some[:, None, None] * way).requires_grad_()
        odds = log_odds(model(inputs_embeds=points).logits, model.config.label2id[label])
        gradients += torch.autograd.grad(odds.sum(), points)[0].sum(dim=0)
    contributions = (gradients / STEPS * way[0]).sum(dim=1)
    pieces = tokenizer.convert_ids_to_tokens(input_ids[0])
    return [Attribution(*pair) for pair in zip(pieces, contributions.tolist(), strict=True)][1:-1]
