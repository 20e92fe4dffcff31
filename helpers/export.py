"""A fine-tuned model in a folder of its own, which anybody's ``from_pretrained`` can load."""

from collections.abc import Sequence
from pathlib import Path

from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from helpers.model import quiet_loading
from helpers.support.machine import best_device
from helpers.support.model_files import stand_in


def export_model(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    label_names: Sequence[str],
    folder: str | Path,
) -> Path:
    """Write a model with its tokenizer and the names of its labels; ``from_pretrained`` loads it.

    The model, too, knows the names from now on. ValueError: the names do not fit its labels.
    """
    if not len(label_names) == len(set(label_names)) == model.config.num_labels:
        raise ValueError(
            f"The model has {model.config.num_labels} labels, and each needs a name of its own; "
            f"given: {list(label_names)}."
        )
    Path(folder).mkdir(parents=True, exist_ok=True)
    model.config.id2label = dict(enumerate(label_names))
    model.config.label2id = {name: number for number, name in enumerate(label_names)}
    with quiet_loading():
        model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for weights in Path(folder).glob("*.safetensors"):  # written for nobody but their owner
        weights.chmod((Path(folder) / "config.json").stat().st_mode)
    return Path(folder)


def load_exported(folder: str | Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load what ``export_model`` wrote, ready to answer, on a GPU where one is.

    No code out of the folder is run.

    FileNotFoundError: parts of it are missing or damaged.
    """
    advice = (
        f"There is no whole exported model in {folder}: write one with export_model (lesson 9)."
    )
    if not Path(folder).is_dir():  # from_pretrained would look for such a name on the hub
        raise FileNotFoundError(advice)
    try:
        with quiet_loading():
            model, report = AutoModelForSequenceClassification.from_pretrained(
                folder, use_safetensors=True, trust_remote_code=False, output_loading_info=True
            )
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except Exception as error:  # damaged files can make the libraries stumble in any way
        raise FileNotFoundError(stand_in(Path(folder)) or advice) from error
    # Missing weights would be random, and a missing vocabulary empty, without an error.
    if report["missing_keys"] or len(tokenizer) != model.config.vocab_size:
        raise FileNotFoundError(stand_in(Path(folder)) or advice)
    return model.to(best_device()).eval(), tokenizer


def label_names(model: PreTrainedModel) -> list[str]:
    """Return the names of a model's labels in the order of its logits."""
    return [model.config.id2label[number] for number in range(model.config.num_labels)]


def longest_input(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    """Return how many word pieces, [CLS] and [SEP] among them, model and tokenizer can take."""
    return min(tokenizer.model_max_length, model.config.max_position_embeddings)
