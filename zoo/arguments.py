"""What a builder's argument may be: named types with a rule, checked before Keras sees them.

A builder annotates an argument with one of the names below (``dropout: Rate = 0.0``); `create_model`
holds every value against its rule and refuses it in one sentence, with the builder's signature.
"""

from __future__ import annotations

import contextlib
import inspect
import numbers
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from zoo._lazy import keras
from zoo.errors import InputError, did_you_mean


@dataclass(frozen=True)
class Rule:
    """A sentence that says what a value must be, and the test for it.

    Args:
        expected: completes "must be ...".
        accepts: returns whether a value is right.
        choices: returns the known names, where the value is one, for a nearest-match hint.
    """

    expected: str
    accepts: Callable[[Any], bool]
    choices: Callable[[], list[str]] = list


def _whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _all_counts(value: Any) -> bool:
    return isinstance(value, Sequence) and all(_whole(item) and item >= 1 for item in value)


def _distinct_words(value: Any) -> bool:
    words = list(value)
    return (
        bool(words) and all(isinstance(word, str) and word for word in words) and len({*words}) == len(words)
    )


def _layer_names(value: Any) -> bool:
    return _distinct_words(value) and all("/" not in name for name in value)


def _activations() -> list[str]:
    tools = ("get", "serialize", "deserialize")
    return [name for name in dir(keras.activations) if not name.startswith("_") and name not in tools]


def _is_activation(value: Any) -> bool:
    return callable(value) or (isinstance(value, str) and value in _activations())


Shape = Annotated[
    tuple[int, ...],
    Rule(
        "a tuple of whole numbers of 1 or more, without the batch axis, such as (28, 28, 1)",
        lambda value: _all_counts(value) and len(value) > 0,
    ),
]
ImageShape = Annotated[
    tuple[int, int, int],
    Rule(
        "(height, width, channels), whole numbers of 1 or more, such as (28, 28, 1)",
        lambda value: _all_counts(value) and len(value) == 3,
    ),
]
SignalShape = Annotated[
    tuple[int],
    Rule(
        "(samples,), one whole number of 1 or more, such as (8000,)",
        lambda value: _all_counts(value) and len(value) == 1,
    ),
]
Count = Annotated[int, Rule("a whole number of 1 or more", lambda value: _whole(value) and value >= 1)]
Widths = Annotated[
    Sequence[int], Rule("a list of whole numbers of 1 or more, one a layer, such as (128, 64)", _all_counts)
]
Rate = Annotated[
    float, Rule("a number of at least 0 and below 1", lambda value: _number(value) and 0 <= value < 1)
]
Margin = Annotated[int, Rule("a whole number of 0 or more", lambda value: _whole(value) and value >= 0)]
Penalty = Annotated[
    float, Rule("a number of 0 or more", lambda value: _number(value) and 0 <= value < float("inf"))
]
NamePair = Annotated[
    tuple[str, str],
    Rule(
        "two different layer names without a slash, such as ('price', 'days')",
        lambda value: (
            not isinstance(value, str)
            and isinstance(value, Sequence)
            and len(value) == 2
            and _layer_names(value)
        ),
    ),
]
Names = Annotated[
    Sequence[str],
    Rule(
        "different layer names without a slash, one or more, such as ('rent', 'weeks')",
        lambda value: not isinstance(value, str) and isinstance(value, Sequence) and _layer_names(value),
    ),
]
Scales = Annotated[
    Mapping[str, tuple[float, float]],
    Rule(
        "a mean and a standard deviation above 0 by column name, such as {'area': (70.0, 25.0)}",
        lambda value: (
            isinstance(value, Mapping)
            and (not value or _layer_names(value))
            and all(len(pair) == 2 and all(map(_number, pair)) and pair[1] > 0 for pair in value.values())
        ),
    ),
]
Vocabularies = Annotated[
    Mapping[str, Sequence[str]],
    Rule(
        "different words by column name, such as {'kind': ('flat', 'loft')}",
        lambda value: (
            isinstance(value, Mapping)
            and (not value or _layer_names(value))
            and all(not isinstance(words, str) and _distinct_words(words) for words in value.values())
        ),
    ),
]
Activation = Annotated[
    str | Callable[[Any], Any],
    Rule("the name of a Keras activation, such as 'relu', or a function", _is_activation, _activations),
]


def check_arguments(function: Callable[..., Any], arguments: Mapping[str, Any], *, name: str) -> None:
    """Hold ``arguments`` against the signature and the rules of ``function``.

    Args:
        function: a builder.
        arguments: what it is about to be called with.
        name: how messages call the builder.

    Raises:
        InputError: an argument is unknown, missing, or breaks its rule.
    """
    signature = inspect.signature(function)
    shown = f"The signature is {name}{_readable(signature)}"
    takes_any = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    for argument in arguments:
        if argument not in signature.parameters and not takes_any:
            hint = did_you_mean(argument, signature.parameters)
            raise InputError(f"{name} has no argument {argument!r}.{hint} {shown}")
    for argument, parameter in signature.parameters.items():
        variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        required = parameter.default is parameter.empty and not variadic
        if required and argument not in arguments:
            raise InputError(f"{name} needs the argument {argument!r}. {shown}")

    hints = _parameter_hints(function)
    for argument, value in arguments.items():
        annotation = hints.get(argument)
        by_default = argument in signature.parameters and value is signature.parameters[argument].default
        if by_default or (value is None and type(None) in typing.get_args(annotation)):
            continue
        for rule in _rules(annotation):
            if not rule.accepts(value):
                near = did_you_mean(value, rule.choices()) if isinstance(value, str) else ""
                raise InputError(f"{name}: {argument} must be {rule.expected}; got {value!r}.{near} {shown}")


def _parameter_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of the parameters; one that cannot be resolved goes unchecked."""
    hints = {}
    for argument, annotation in getattr(function, "__annotations__", {}).items():
        holder = type("Holder", (), {"__annotations__": {argument: annotation}})
        with contextlib.suppress(NameError, TypeError, SyntaxError):
            hints.update(typing.get_type_hints(holder, function.__globals__, include_extras=True))
    hints.pop("return", None)
    return hints


def _rules(hint: Any) -> list[Rule]:
    """Return the rules inside a type, also inside ``X | None``."""
    if typing.get_origin(hint) is Annotated:
        return [rule for rule in hint.__metadata__ if isinstance(rule, Rule)]
    if typing.get_origin(hint) is Literal:
        names = [str(choice) for choice in typing.get_args(hint)]
        accepted = typing.get_args(hint)
        expected = " or ".join(repr(choice) for choice in accepted)
        return [Rule(expected, lambda value: any(value is c or value == c for c in accepted), lambda: names)]
    if hint is bool:
        return [Rule("True or False", lambda value: isinstance(value, bool))]
    if type(None) in typing.get_args(hint):
        return [rule for part in typing.get_args(hint) for rule in _rules(part)]
    return []


def _readable(signature: inspect.Signature) -> str:
    """Show a signature without its annotations: ``(input_shape, num_classes, *, dropout=0.0)``."""
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(inspect.Signature(bare))
