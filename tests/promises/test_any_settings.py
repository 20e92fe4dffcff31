"""Settings by hypothesis: of whatever fields there are, any wrong value is refused at once, and
whatever is let through trains."""

import json
import math
import re
import shutil
import types
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import Phase, example, given, reject
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from transformers import BertForMaskedLM

from helpers.export import load_exported
from helpers.fine_tuning import fine_tune
from helpers.own_data import OwnDataArguments
from helpers.scales import MINI_BERT
from helpers.support.machine import HARDWARE
from helpers.support.settings import Limits
from tests.helpers.test_own_data import three_classes, write_csv
from tests.stand_ins.small_model import tiny_config

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


def numbers_within(kind: type, limits: Limits) -> st.SearchStrategy[Any]:
    if kind is int:
        most = limits.at_most if limits.below is None else limits.below - 1
        return st.integers(limits.at_least, most)
    lowest = limits.at_least if limits.above is None else limits.above
    highest = limits.at_most if limits.below is None else limits.below
    ends = {"exclude_min": limits.above is not None, "exclude_max": limits.below is not None}
    return st.floats(lowest, highest, **ends)


def numbers_beyond(kind: type, limits: Limits) -> Iterator[st.SearchStrategy[Any]]:
    """The values that are too small, those too large and, for floats, those that are no number."""
    number = st.integers if kind is int else st.floats
    if limits.at_least is not None:
        yield number(max_value=limits.at_least).filter(lambda value: value < limits.at_least)
    if limits.above is not None:
        yield number(max_value=limits.above)
    if limits.below is not None:
        yield number(min_value=limits.below)
    if limits.at_most is not None:
        yield number(min_value=limits.at_most).filter(lambda value: value > limits.at_most)
    if kind is float:
        yield st.sampled_from([math.nan, math.inf, -math.inf])


def right_values(name: str) -> st.SearchStrategy[Any]:
    kind, limits = kind_and_limits(name)
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    return st.one_of([right_values_of(one, limits) for one in types_of(kind)])


def right_values_of(kind: type, limits: Limits) -> st.SearchStrategy[Any]:
    if kind in (int, float):
        return numbers_within(kind, limits)
    if kind is str and limits.matching:
        return st.from_regex(limits.matching, fullmatch=True)
    return {str: st.text(min_size=1), bool: st.booleans(), types.NoneType: st.none()}[kind]


def wrong_values(name: str) -> st.SearchStrategy[Any]:
    kind, limits = kind_and_limits(name)
    accepted = types_of(kind)
    wrong = [
        ANY_TYPE.filter(
            lambda value: (
                type(value) not in accepted and not (type(value) is int and float in accepted)
            )
        )
    ]
    for number in (int, float):
        if number in accepted:
            wrong += numbers_beyond(number, limits)
    if str in accepted:
        wrong.append(NO_WORD)
    if limits.matching:
        wrong.append(st.text().filter(lambda text: not re.fullmatch(limits.matching, text)))
    if get_origin(kind) is Literal:
        wrong.append(st.text().filter(lambda text: text not in get_args(kind)))
    return st.one_of(wrong)


def is_one_sentence(said: str) -> bool:
    return "\n" not in said and said.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_any_wrong_value_is_refused_with_field_value_and_what_is_allowed(name: str) -> None:
    kind, limits = kind_and_limits(name)
    choices = [repr(one) for one in get_args(kind)] if get_origin(kind) is Literal else []

    @given(wrong_values(name))
    @hypothesis_settings(max_examples=40)
    def check(value: Any) -> None:
        with pytest.raises(ValueError) as caught:
            OwnDataArguments(**{name: value})
        said = str(caught.value)
        assert is_one_sentence(said) and said.startswith(f"{name} "), said
        if kind in (str, str | None) and isinstance(value, str) and not value.strip():
            assert "is an empty text; give a value" in said
            return
        assert repr(value) in said
        if choices:
            assert ", ".join(choices) in said
        elif type(value) in types_of(kind) or (type(value) is int and float in types_of(kind)):
            allowed = (str(limits), "a finite number", "whole characters without NUL")
            assert any(f"must be {one};" in said for one in allowed if one), said
        else:
            assert all(one.__name__.removesuffix("Type") in said for one in types_of(kind))

    check()


def is_free_text(name: str) -> bool:
    return kind_and_limits(name)[0] in (str, str | None) and name not in HARDWARE


@pytest.mark.parametrize("name", [name for name in NAMES if not is_free_text(name)])
def test_any_right_value_is_taken(name: str) -> None:
    unknown = {"pretrained_model_name": "nobody/has-it-yet"}  # so that any length may fit

    @given(right_values(name))
    @hypothesis_settings(max_examples=20)
    def check(value: Any) -> None:
        try:
            args = OwnDataArguments(**unknown, **{name: value})
        except ValueError as error:
            assert name in HARDWARE, error  # or it depends on this machine
            assert str(error).startswith(f"{name}=")
        else:
            assert getattr(args, name) == value

    check()


@given(st.fixed_dictionaries({}, optional={name: right_values(name) for name in NAMES}))
@hypothesis_settings(max_examples=100)
def test_values_that_are_right_one_by_one_are_taken_or_refused_in_a_sentence(
    values: dict[str, Any],
) -> None:
    try:
        args = OwnDataArguments(**values)
    except ValueError as error:
        assert is_one_sentence(str(error))
        assert str(error).startswith(tuple(NAMES)), error
    else:
        assert asdict(args).items() >= values.items()


NUMBERS_AND_CHOICES = {
    name: right_values(name)
    for name in NAMES
    if name not in HARDWARE and "dir" not in name and "model" not in name
}


@given(st.fixed_dictionaries({}, optional=NUMBERS_AND_CHOICES))
@hypothesis_settings(max_examples=30)
def test_a_file_and_the_command_line_give_the_same_settings(values: dict[str, Any]) -> None:
    values = {name: value for name, value in values.items() if str(value).strip()}
    try:
        args = OwnDataArguments(**values)
    except ValueError:
        return
    words = [f"--{name}={value}" for name, value in values.items() if value is not None]
    assert OwnDataArguments.from_command_line(words) == args
    with TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        path.write_text(json.dumps(asdict(args)), encoding="utf-8")
        assert OwnDataArguments.from_json(path) == args


# Training


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model of almost no size, and 36 texts of three labels."""
    folder = tmp_path_factory.mktemp("material")
    BertForMaskedLM(tiny_config()).save_pretrained(folder / "model")
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copy(MINI_BERT / name, folder / "model")
    train_file = write_csv(folder / "train.csv", three_classes(12))
    return {"pretrained_model_name": folder / "model", "train_file": train_file}


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
}


@given(st.fixed_dictionaries(DRAWN))
@example({"learning_rate": 1.0, "warmup_ratio": 0.0, "weight_decay": 0.99, "epochs": 1})
@example({"batch_size": 1_000_000, "group_by_length": True, "max_seq_length": 3, "epochs": 1})
@example({"test_mode": True})
@hypothesis_settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
def test_what_is_let_through_trains(material: dict[str, Path], values: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        places = {
            "downstream_corpus_root_dir": Path(folder) / "Korpora",
            "downstream_model_dir": Path(folder) / "checkpoints",
        }
        try:
            args = OwnDataArguments(**material, **places, **values, accelerator="cpu", devices="1")
        except ValueError:
            reject()  # other tests look at what is not let through
        try:
            exported = fine_tune(args)
        except ValueError as error:
            reason = "Nothing is kept to export" if args.test_mode else "val_fraction="
            assert is_one_sentence(str(error)) and str(error).startswith(reason), error
        else:
            assert load_exported(exported)[0].config.num_labels == 3
