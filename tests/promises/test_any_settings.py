"""Settings by hypothesis: of whatever fields there are, any wrong value is refused at once, and
whatever is let through trains."""

import json
import math
import re
import types
from dataclasses import asdict, fields
from operator import ge, gt, le, lt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import Phase, example, given, reject
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from helpers.export import load_exported
from helpers.fine_tuning import fine_tune
from helpers.own_data import OwnDataArguments
from helpers.support.machine import HARDWARE
from helpers.support.settings import Limits
from tests.helpers.test_own_data import three_classes, write_csv

# The same examples in every run: a test that fails by chance helps nobody.
hypothesis_settings.register_profile("ours", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("ours")
NAMES = [one.name for one in fields(OwnDataArguments)]  # those it inherits, too
HINTS = get_type_hints(OwnDataArguments, include_extras=True)
ANY_TYPE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(), st.none(), max_size=1),
)  # fmt: skip
NO_WORD = st.sampled_from(["", " ", "\t\n", "\u3000", "a\0b", "\ud800", "a\udc80"])


def kind_and_limits(name: str) -> tuple[Any, Limits]:
    hint = HINTS[name]
    return get_args(hint) if get_origin(hint) is Annotated else (hint, Limits())


def types_of(kind: Any) -> tuple[type, ...]:
    if get_origin(kind) is Literal:
        return (str,)
    return get_args(kind) if get_origin(kind) is types.UnionType else (kind,)


def right_values(name: str) -> st.SearchStrategy[Any]:
    kind, limits = kind_and_limits(name)
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    lowest = limits.at_least if limits.above is None else limits.above
    highest = limits.at_most if limits.below is None else limits.below
    ends = {"exclude_min": limits.above is not None, "exclude_max": limits.below is not None}
    of_type = {
        int: lambda: st.integers(lowest, highest),
        float: lambda: st.floats(lowest, highest, **ends),
        str: lambda: st.from_regex(limits.matching or r"(?s).+", fullmatch=True),
        bool: st.booleans,
        types.NoneType: st.none,
    }
    any_of_them = st.one_of([of_type[one]() for one in types_of(kind)])
    return any_of_them.filter(lambda value: is_right(name, value))


def fits_type(name: str, value: Any) -> bool:
    accepted = types_of(kind_and_limits(name)[0])
    return type(value) in accepted or (type(value) is int and float in accepted)


def within(value: Any, limits: Limits) -> bool:
    if isinstance(value, str):
        return limits.matching is None or re.fullmatch(limits.matching, value) is not None
    bounds = ((limits.at_least, ge), (limits.above, gt), (limits.below, lt), (limits.at_most, le))
    return all(bound is None or holds(value, bound) for bound, holds in bounds)


def near_the_bounds(limits: Limits) -> list[float]:
    bounds = (limits.at_least, limits.above, limits.below, limits.at_most)
    return [bound + step for bound in bounds if bound is not None for step in (-1, 0, 1)]


def is_right(name: str, value: Any) -> bool:
    kind, limits = kind_and_limits(name)
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if isinstance(value, str) and (not value.strip() or set(value) & set("\0\ud800\udc80")):
        return False
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return fits_type(name, value) and (value is None or within(value, limits))


def is_one_sentence(said: str) -> bool:
    return "\n" not in said and said.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_any_wrong_value_is_refused_with_field_value_and_what_is_allowed(name: str) -> None:
    near = st.sampled_from([*near_the_bounds(kind_and_limits(name)[1]), None])

    @given((ANY_TYPE | NO_WORD | near).filter(lambda value: not is_right(name, value)))
    @hypothesis_settings(max_examples=40)
    def check(value: Any) -> None:
        with pytest.raises(ValueError) as caught:
            OwnDataArguments(**{name: value})
        said = str(caught.value)
        assert is_one_sentence(said) and said.startswith((f"{name} must be ", f"{name} is an emp"))
        assert f"; it is {value!r}" in said or (isinstance(value, str) and not value.strip()), said

    check()


TAKEN_ANYWHERE = {
    name: right_values(name)
    for name in NAMES
    if name not in HARDWARE and "dir" not in name and "model" not in name
}


DEPEND_ON_OTHERS = ("train_file and test_file must differ", "text_column and label_column must")


@given(st.fixed_dictionaries({}, optional=TAKEN_ANYWHERE))
@hypothesis_settings(max_examples=100)
def test_right_values_are_taken_from_everywhere(values: dict[str, Any]) -> None:
    values["pretrained_model_name"] = "nobody/has-it-yet"  # so that any length may fit
    try:
        args = OwnDataArguments(**values)
    except ValueError as error:
        assert is_one_sentence(str(error)) and str(error).startswith(DEPEND_ON_OTHERS), error
        return
    assert asdict(args).items() >= values.items()
    words = [f"--{name}={value}" for name, value in values.items() if value is not None]
    assert OwnDataArguments.from_command_line(words) == args
    with TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        path.write_text(json.dumps(asdict(args)), encoding="utf-8")
        assert OwnDataArguments.from_json(path) == args


# Training


# What would need other files, another machine or hours; tests above and elsewhere try the rest.
KEPT_SMALL = {
    "pretrained_model_name", "train_file", "test_file", "text_column", "label_column",
    "downstream_corpus_root_dir", "downstream_model_dir", "epochs", "cpu_workers", *HARDWARE,
}  # fmt: skip
DRAWN = {name: right_values(name) for name in NAMES if name not in KEPT_SMALL} | {
    "max_seq_length": st.integers(3, 128),
    "epochs": st.integers(1, 2),
    "precision": st.sampled_from(["32-true", "bf16-mixed"]),
    "test_mode": st.just(False),
    "encoding": st.just("utf-8"),
}


@given(st.fixed_dictionaries(DRAWN))
@example({"learning_rate": 1.0, "warmup_ratio": 0.0, "weight_decay": 0.99, "epochs": 1})
@example({"batch_size": 1_000_000, "group_by_length": True, "max_seq_length": 3, "epochs": 1})
@example({"test_mode": True})
@hypothesis_settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
def test_what_is_let_through_trains(kcbert_like: Path, values: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        places = {
            "pretrained_model_name": kcbert_like,
            "train_file": write_csv(Path(folder) / "train.csv", three_classes(12)),
            "downstream_corpus_root_dir": Path(folder) / "Korpora",
            "downstream_model_dir": Path(folder) / "checkpoints",
        }
        try:
            args = OwnDataArguments(**places, **values, accelerator="cpu", devices="1")
        except ValueError:
            reject()  # other tests look at what is not let through
        try:
            exported = fine_tune(args)
        except ValueError as error:
            reason = "Nothing is kept to export" if args.test_mode else "val_fraction="
            assert is_one_sentence(str(error)) and str(error).startswith(reason), error
        else:
            assert load_exported(exported)[0].config.num_labels == 3
