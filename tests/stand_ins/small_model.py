"""Tiny networks for quick tests, with the vocabulary of the bundled model."""

from typing import Any

import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from helpers.scales import MINI_BERT

LABELS = ("교환", "배송", "환불")
LONGEST = 64  # word pieces


def small_tokenizer() -> BertTokenizer:
    return BertTokenizer.from_pretrained(MINI_BERT, do_lower_case=False)


def tiny_config(**changes: Any) -> BertConfig:
    """The smallest network that is a BERT, with ``changes`` laid over it."""
    smallest = {
        "vocab_size": 8000,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 128,
    }
    return BertConfig(**(smallest | changes))


def tiny_model() -> BertForSequenceClassification:
    return BertForSequenceClassification(tiny_config())


def small_model(label_names: tuple[str, ...] = LABELS) -> BertForSequenceClassification:
    """Weights are random, but larger than usual, so that the probabilities are far from equal."""
    torch.manual_seed(0)
    config = tiny_config(
        hidden_size=32,
        num_hidden_layers=2,
        intermediate_size=64,
        max_position_embeddings=LONGEST,
        initializer_range=0.3,
        id2label=dict(enumerate(label_names)),
        label2id={name: number for number, name in enumerate(label_names)},
    )
    return BertForSequenceClassification(config).eval()
