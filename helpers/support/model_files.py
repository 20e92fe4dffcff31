"""A model's files: fetched by the hub's client, and looked at before and after they are loaded."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import (
    constants,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.errors import HFValidationError, RemoteEntryNotFoundError

from helpers.support import network
from helpers.support.files import impostor
from helpers.support.settings import read_object

CONFIG = ("config.json",)
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
VOCABULARY = ("vocab.txt", "tokenizer.json")
TOKENIZER_SETTINGS = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
NEW_PARTS = ("classifier.", "bert.pooler.")  # pretraining needs none of them


def fetch_files(name: str, one_of: Sequence[str], if_any: Sequence[str] = ()) -> None:
    """Let the hub's client fetch files of a model, unless they are on this machine.

    Args:
        name: the model's name on the hub; a folder has its files already.
        one_of: the first of these that the hub has; without any, the model is of no use.
        if_any: those of these that it has. They come first: where one of ``one_of`` is in the
            cache, these are, too, and nobody is asked.
    """
    if Path(name).is_dir() or any(in_cache(name, file) for file in one_of):
        return
    with network.explained(f"The model {name!r}"):
        for file in if_any:
            download(name, file)
        if not any(download(name, file) for file in one_of):
            raise FileNotFoundError(f"the hub has no {' or '.join(one_of)} under this name")


def download(name: str, file: str) -> bool:
    """Let the hub's client fetch one file; False: the hub has no such file."""

    def fetch() -> None:
        # Asked first since that fails at once, where the client tries again for minutes.
        get_hf_file_metadata(hf_hub_url(name, file), timeout=network.SILENCE)
        hf_hub_download(name, file)

    try:
        network.patiently(fetch)
    except RemoteEntryNotFoundError:
        return False
    return True


def in_cache(name: str, file: str) -> Path | None:
    """Return where a file of a model lies in the hub's cache; None: not there."""
    path = try_to_load_from_cache(name, file)
    return Path(path) if isinstance(path, str) else None  # else None, or "the hub has none"


@contextmanager
def readable(part: str, name: str) -> Iterator[None]:
    """Turn any failure to read a part of a model that is there into a ValueError that names it."""
    try:
        yield
    except Exception as error:  # the libraries below transformers raise kinds of their own
        raise ValueError(
            f"The {part} of the model {name!r} cannot be read: {network.first_sentence(error)}. "
            f"{how_to_renew(name)}"
        ) from error


def stand_in(folder: Path) -> str | None:
    """Say which file of a folder is something else in a model's file's place; None: none is."""
    for file in (".", *CONFIG, *WEIGHTS, *VOCABULARY, *TOKENIZER_SETTINGS):
        path = folder / file
        if path.exists() and not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK):
            return f"You may not read {path}: its owner can allow it (chmod -R a+rX)."
        if not path.is_file():
            continue
        if not path.stat().st_size:
            return f"{path} is empty: copy it again, to a disk that has room."
        if fault := impostor(path):
            return fault
    return None


def how_to_renew(name: str) -> str:
    """Say what helps when the files of a model are damaged."""
    if Path(name).is_dir():
        return stand_in(Path(name)) or "Copy or export its folder again."
    folder = Path(constants.HF_HUB_CACHE) / f"models--{name.replace('/', '--')}"
    return f"Delete the folder {folder} and run this again: the model is then fetched anew."


def known_positions(model_name: str) -> int | None:
    """Return how many positions a model knows, without asking the network; None: not known yet.

    ValueError: the name can be neither a folder with a BERT nor a name on the hub.
    """
    config = config_file(model_name)
    if config is None:
        return None
    with readable("configuration", model_name):
        settings = read_object(config)
    if settings.get("model_type", "bert") != "bert":
        raise ValueError(
            f"pretrained_model_name must be a BERT; {model_name!r} is one of the type "
            f"{settings['model_type']!r}, as {config} says."
        )
    positions = settings.get("max_position_embeddings")
    if positions is not None and (type(positions) is not int or positions < 1):
        raise ValueError(
            f"{config}: max_position_embeddings must be a whole number, at least 1; it is "
            f"{positions!r}. {how_to_renew(model_name)}"
        )
    return positions


def config_file(model_name: str) -> Path | None:
    """Return a model's ``config.json`` in its folder or in the hub's cache; None: not there yet."""
    try:
        if not Path(model_name).exists():
            return in_cache(model_name, CONFIG[0])
    except (OSError, HFValidationError) as error:  # OSError: too long for a path
        raise ValueError(
            "pretrained_model_name must be an existing folder or a hub name such as "
            f"'beomi/kcbert-base'; it is {model_name!r}."
        ) from error
    config = Path(model_name) / CONFIG[0]
    if not config.is_file():
        raise ValueError(
            f"pretrained_model_name is {model_name!r} on this machine, which has no config.json; "
            "name a folder that save_pretrained wrote."
        )
    return config


def check_complete(name: str, report: dict[str, Any]) -> None:
    """Raise ValueError when other weights than a head's are random: missing, or of another size."""
    resized = [weight for weight, *_ in report["mismatched_keys"]]
    unexpected = [w for w in [*report["missing_keys"], *resized] if not w.startswith(NEW_PARTS)]
    if unexpected:
        raise ValueError(
            f"{len(unexpected)} weights are missing or of another size, {unexpected[0]} among them"
        )
    if resized:
        print(f"{name} was fine-tuned for other labels: its head begins anew")
