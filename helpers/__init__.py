"""What the lessons build, ready to import: ``from helpers import ClassificationDataset``.

Every name below is defined in full in a lesson, or in a notebook that goes further. A module is
loaded when one of its names is first used, so that ``import helpers`` stays quick; all it does by
itself is to make the bundled corpus known to Korpora.
"""

from importlib import import_module
from typing import Any

_NAMES_IN = {
    "arguments": "ClassificationTrainArguments TrainArguments set_seed",
    "corpus": "ClassificationExample NsmcCorpus hold_out read_nsmc split_validation",
    "download": "fetch_corpus",
    "model": "load_config load_model load_tokenizer quiet_loading",
    "encoding": "encode_reviews",
    "data": "ClassificationDataset data_collator eval_dataloader make_dataloader train_dataloader",
    "task": "ClassificationTask FineTuningTask adamw_with_schedule parameter_groups",
    "trainer": "ProgressLines get_trainer read_log",
    "checkpoints": "load_fine_tuned read_checkpoint",
    "evaluation": "accuracy_interval predict_probabilities",
    "export": "export_model load_exported",
    "inference": "Prediction predict predict_chunk predict_file predict_stream",
    "attribution": "Attribution attribute log_odds mask_text",
    "page": "make_page",
    "own_data": "LabelledText OwnDataArguments TableCorpus check_classes check_test read_labelled",
    "fine_tuning": "fine_tune",
    "notebook": "check use_korean_font",
}
_MODULE_OF = {name: module for module, names in _NAMES_IN.items() for name in names.split()}
__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'helpers' has no attribute {name!r}; it has {__all__}")
    return getattr(import_module(f"helpers.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__


import_module("helpers.scales").register_mini_reviews()
