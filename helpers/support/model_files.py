"""What can be told of a model's files before they are loaded."""

from collections.abc import Iterable
from pathlib import Path

from helpers.support.json_files import read_object

NEW_PARTS = ("classifier.", "bert.pooler.")  # pretraining needs none of them


def known_positions(model_name: str) -> int | None:
    """Return how many positions a model knows, without asking the network; None: not known yet.

    Raises:
        ValueError: ``model_name`` can be neither a folder with a BERT nor a name on the hub.
    """
    config = config_file(model_name)
    if config is None:
        return None
    try:
        settings = read_object(config)
    except ValueError:
        if Path(model_name).is_dir():
            raise
        return None  # damaged in the hub's cache; load_config mends it
    if settings.get("model_type", "bert") != "bert":
        raise ValueError(
            f"pretrained_model_name must be a BERT; {model_name!r} is one of the type "
            f"{settings['model_type']!r}, as {config} says."
        )
    positions = settings.get("max_position_embeddings")
    if positions is not None and (type(positions) is not int or positions < 1):
        raise ValueError(
            f"{config}: max_position_embeddings must be a whole number, at least 1; it is "
            f"{positions!r}. Copy the model again from where it came from."
        )
    return positions


def config_file(model_name: str) -> Path | None:
    """Return a model's ``config.json`` in its folder or in the hub's cache; None: not there yet."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.utils import HFValidationError

    try:
        if not Path(model_name).exists():
            cached = try_to_load_from_cache(model_name, "config.json")
            return Path(cached) if isinstance(cached, str) else None
    except (OSError, HFValidationError) as error:  # OSError: too long for a path
        raise ValueError(
            "pretrained_model_name must be an existing folder or a hub name such as "
            f"'beomi/kcbert-base'; it is {model_name!r}."
        ) from error
    config = Path(model_name) / "config.json"
    if not config.is_file():
        raise ValueError(
            f"pretrained_model_name is {model_name!r} on this machine, which has no config.json; "
            "name a folder that save_pretrained wrote."
        )
    return config


def check_whole(missing: Iterable[str]) -> None:
    """Raise ValueError when weights were missing, and so random, that pretraining should give."""
    unexpected = [name for name in missing if not name.startswith(NEW_PARTS)]
    if unexpected:
        raise ValueError(f"{len(unexpected)} weights are missing, {unexpected[0]} among them.")
