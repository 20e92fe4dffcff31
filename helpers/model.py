"""Loading the pretrained model and its tokenizer, with errors that say what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from transformers import BertConfig, BertForSequenceClassification, BertTokenizer
from transformers.utils import logging

from helpers.arguments import ClassificationTrainArguments, check_sequence_length
from helpers.model_files import check_whole, refusing_damage


def load_tokenizer(args: ClassificationTrainArguments) -> BertTokenizer:
    """Load the tokenizer that the model was pretrained with; case is kept, for Hangul's sake.

    Raises:
        ConnectionError: the model is not on this machine and the hub cannot be reached.
        ValueError: the tokenizer is damaged, or it and the model do not belong together.
    """
    config = load_config(args)
    name = args.pretrained_model_name
    with refusing_damage("tokenizer", name):
        tokenizer = BertTokenizer.from_pretrained(name, do_lower_case=False)
    # Without its vocab.txt, from_pretrained returns five special tokens and no error.
    if len(tokenizer) != config.vocab_size:
        raise ValueError(
            f"The tokenizer of {name!r} has {len(tokenizer):,} word pieces, "
            f"its model {config.vocab_size:,}: vocab.txt is missing or cut. Put it back, or delete "
            "this model from the hub's cache, and run again."
        )
    return tokenizer


def load_model(
    args: ClassificationTrainArguments, num_labels: int = 2
) -> BertForSequenceClassification:
    """Load the pretrained network and put a new, random classification head on it.

    Raises:
        ConnectionError: the model is not on this machine and the hub cannot be reached.
        ValueError: ``args.max_seq_length`` is more than the model has positions, or its weights
            are missing, damaged, of another network, or more than numbers.
    """
    config = load_config(args, num_labels=num_labels)
    check_sequence_length(args.max_seq_length, config.max_position_embeddings)
    with quiet_loading(), refusing_damage("weights", args.pretrained_model_name):
        model, report = BertForSequenceClassification.from_pretrained(
            args.pretrained_model_name, config=config, weights_only=True, output_loading_info=True
        )
        check_whole(report["missing_keys"])
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


def load_config(args: ClassificationTrainArguments, **changes: Any) -> BertConfig:
    """Load the model's configuration, the first thing that is asked of the hub."""
    try:
        return BertConfig.from_pretrained(args.pretrained_model_name, **changes)
    except OSError as error:
        raise ConnectionError(
            f"The model {args.pretrained_model_name!r} could not be loaded from the hub. Check the "
            "name and the network and run this cell again, or go on without a network: "
            'SCALE = "mini".'
        ) from error
