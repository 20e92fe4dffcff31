"""Loading the pretrained model and its tokenizer, with errors that say what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertPreTrainedModel,
    BertTokenizer,
)
from transformers.utils import logging

from helpers.arguments import TrainArguments, check_sequence_length
from helpers.support.model_files import (
    CONFIG,
    TOKENIZER_SETTINGS,
    VOCABULARY,
    WEIGHTS,
    check_complete,
    fetch_files,
    how_to_renew,
    readable,
)

Net = type[BertPreTrainedModel]  # a class of networks, each with a head of its own


def load_tokenizer(args: TrainArguments) -> BertTokenizer:
    """Load the tokenizer that the model was pretrained with; case is kept, for Hangul's sake.

    ConnectionError, ValueError: as ``load_model``, and if tokenizer and model do not fit together.
    """
    name, config = args.pretrained_model_name, load_config(args)
    fetch_files(name, VOCABULARY, TOKENIZER_SETTINGS)
    with readable("tokenizer", name):
        tokenizer = BertTokenizer.from_pretrained(name, do_lower_case=False, local_files_only=True)
    # Without its vocab.txt, from_pretrained returns five special tokens and no error.
    if len(tokenizer) != config.vocab_size:
        raise ValueError(
            f"The tokenizer of {name!r} has {len(tokenizer):,} word pieces, its model "
            f"{config.vocab_size:,}: vocab.txt is missing or cut. {how_to_renew(name)}"
        )
    return tokenizer


def load_model(
    args: TrainArguments,
    num_labels: int = 2,
    kind: Net = BertForSequenceClassification,
    **config: Any,
) -> BertPreTrainedModel:
    """Load the pretrained network and put a new, random head on it.

    Args:
        num_labels: the number of logits that the head returns.
        kind: the network with the head for a task.
        config: what else differs from the model's configuration.
    Raises:
        ConnectionError: the model is not on this machine and could not be downloaded.
        ValueError: its files are damaged, or ``args.max_seq_length`` is more than it has positions.
    """
    name = args.pretrained_model_name
    model_config = load_config(args, num_labels=num_labels, **config)
    fetch_files(name, WEIGHTS)
    with quiet_loading(), readable("weights", name):
        model, report = kind.from_pretrained(
            name,
            config=model_config,
            weights_only=True,
            local_files_only=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # a head for another number of labels is a new one
        )
        check_complete(name, report)
    return model


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keep transformers' progress bar and its report on new weights off the page for a while."""
    verbosity, had_progress_bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if had_progress_bar:
            logging.enable_progress_bar()


def load_config(args: TrainArguments, **changes: Any) -> BertConfig:
    """Load the model's configuration, the first thing that is asked of the hub, and change it.

    A ValueError says when ``args.max_seq_length`` is more than the model has positions.
    """
    name = args.pretrained_model_name
    fetch_files(name, CONFIG)
    with readable("configuration", name):
        config = BertConfig.from_pretrained(name, local_files_only=True)
    config.update(changes)
    check_sequence_length(args.max_seq_length, config.max_position_embeddings)
    return config
