"""What can I build? The registry: ``@register_model`` adds a builder, three calls read them.

A builder is a function that returns an uncompiled `keras.Model`. A package of someone else's joins
through the entry-point group ``zoo.models``, whose module registers its builders when it is imported.
"""

from __future__ import annotations

import fnmatch
import inspect
import re
import warnings
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zoo import pretrained as _pretrained
from zoo._lazy import keras
from zoo._table import TASKS, Entry, all_entries, register_model
from zoo.arguments import check_arguments
from zoo.errors import InputError, UnknownModelError, UnknownNameError, did_you_mean


@dataclass(frozen=True)
class ModelInfo:
    """What `model_info` tells of a model.

    Attributes:
        name: ``cnn``, or ``cnn.digits`` with pretrained weights.
        summary: the first line of the builder's docstring.
        signature: the builder's, as text.
        defaults: the arguments that have one.
        example: the arguments that ``parameter_count`` was counted with.
        presets: arguments that have a name, for ``create_model(name, preset=...)``.
        task: what it is for.
        tags: words to search by.
        source: the file that holds the builder.
        pretrained: the names with finished weights.
        weights: the manifest's record, where the name is one with weights.
    """

    name: str
    summary: str
    signature: str
    defaults: dict[str, Any]
    example: dict[str, Any]
    presets: dict[str, dict[str, Any]]
    task: str
    tags: tuple[str, ...]
    source: str
    pretrained: tuple[str, ...]
    weights: _pretrained.Weights | None

    @property
    def parameter_count(self) -> int:
        """Number of weights with the ``example`` arguments; builds the model to count them."""
        if self.weights is not None:
            return self.weights.parameter_count
        return int(create_model(self.name, **self.example).count_params())


__all__ = [
    "ModelInfo",
    "create_model",
    "list_models",
    "load_pretrained",
    "made_with",
    "model_info",
    "register_model",
]

_OF_HEADS = {"num_classes", "num_outputs"}

_made_with: weakref.WeakKeyDictionary[keras.Model, tuple[str, dict[str, Any]]] = weakref.WeakKeyDictionary()


def create_model(
    name: str,
    *,
    preset: str | None = None,
    pretrained: bool = False,
    seed: int | None = None,
    **arguments: Any,
) -> keras.Model:
    """Build a model by name: a plain, uncompiled `keras.Model`.

    Args:
        name: a builder (``"cnn"``), or finished weights (``"cnn.digits"``), whose own arguments are
            then the defaults.
        preset: a name for some of the arguments (``"rings"`` of ``mlp``); `model_info` lists them. Those
            given beside it go before it.
        pretrained: load the finished weights of ``name``, their checksum verified. Another ``num_classes`` or
            ``num_outputs`` keeps the body and makes a new head, and a warning says so.
        seed: sets the seed of Python, NumPy and Keras before the weights are drawn. ``None`` leaves
            the random state as it is.
        **arguments: the builder's own; `model_info` shows them.

    Returns:
        The model, uncompiled.

    Raises:
        UnknownModelError: no model or no weights of that name; names the nearest ones.
        UnknownNameError: no preset of that name; names the nearest one.
        InputError: an argument is misspelt, missing, or out of its range.
        MissingFileError: the weights' file is not there.
        BrokenModelError: the weights' file is not the one in the manifest.

    Examples:
        >>> model = create_model("mlp", input_shape=(64,), num_classes=10, hidden=(32,), seed=0)
        >>> model.output_shape, model.count_params()
        ((None, 10), 2410)
        >>> create_model("mlp", preset="rings").count_params()
        751
    """
    entry = _find(name)
    weights = _weights_of(name, pretrained)
    if preset is not None:
        arguments = _preset(entry, preset) | arguments
    if weights is not None:
        arguments = _from_json(weights.arguments) | arguments
        other = {key for key in arguments if _to_json(arguments[key]) != weights.arguments.get(key)}
        if pretrained and other - _OF_HEADS:
            raise InputError(
                f"The weights {name!r} fit {_call(entry.name, _from_json(weights.arguments))} and no other "
                f"arguments but {' and '.join(sorted(_OF_HEADS))}; got {_call(entry.name, arguments)}. Leave the "
                "arguments out, or pretrained=False."
            )
    check_arguments(entry.builder, arguments, name=entry.name)
    if seed is not None:
        keras.utils.set_random_seed(seed)
    model = entry.builder(**arguments)
    _made_with[model] = (entry.name, dict(arguments))
    if weights is not None and pretrained:
        # Architecture from our code, numbers from the file: nothing in the file is ever run.
        file = _pretrained.weights_file(weights)
        if not other:
            model.load_weights(file)
        else:
            whole = entry.builder(**_from_json(weights.arguments))
            whole.load_weights(file)
            _take_body(model, whole, name)
    return model


def load_pretrained(name: str, **arguments: Any) -> keras.Model:
    """Return finished weights as a model: ``create_model(name, pretrained=True)``.

    Args:
        name: one of ``list_models(pretrained=True)``.
        **arguments: ``num_classes`` or ``num_outputs``, for a new head on the trained body.

    Raises:
        UnknownModelError: there are no such weights; names the nearest.
        MissingFileError: their file is not there.
        BrokenModelError: their file is not the one in the manifest.

    Examples:
        >>> load_pretrained("mlp.digits").output_shape
        (None, 10)
    """
    return create_model(name, pretrained=True, **arguments)


def list_models(pattern: str = "*", *, task: str | None = None, pretrained: bool | None = None) -> list[str]:
    """List the names that `create_model` takes, in natural order (``mlp2`` before ``mlp10``).

    Args:
        pattern: a name with the wildcards ``*``, ``?`` and ``[...]``.
        task: only models for this task.
        pretrained: ``True`` lists the names with finished weights (``cnn.digits``), ``False`` the
            builders that have none, ``None`` every builder.

    Examples:
        >>> list_models("*regression")
        ['logistic_regression', 'softmax_regression']
        >>> list_models("cnn.*", pretrained=True)
        ['cnn.digits', 'cnn.mnist']
    """
    if task is not None and task not in TASKS:
        raise InputError(f"No task {task!r}.{did_you_mean(task, TASKS)} There are {', '.join(TASKS)}.")
    entries = all_entries()
    ready = {name: weights.architecture for name, weights in _pretrained.all_weights().items()}
    if pretrained:
        names = [name for name, architecture in ready.items() if architecture in entries]
    elif pretrained is False:
        names = [name for name in entries if name not in ready.values()]
    else:
        names = list(entries)
    return [
        name
        for name in sorted(names, key=_natural)
        if fnmatch.fnmatchcase(name, pattern) and task in (None, entries[name.partition(".")[0]].task)
    ]


def model_info(name: str) -> ModelInfo:
    """Tell what there is to know of a model without building it.

    Args:
        name: a builder, or finished weights (``"cnn.digits"``).

    Raises:
        UnknownModelError: no model of that name; names the nearest ones.

    Examples:
        >>> info = model_info("mlp")
        >>> info.task, info.defaults["dropout"]
        ('classification', 0.0)
    """
    entry = _find(name)
    weights = _weights_of(name, pretrained=False)
    signature = inspect.signature(entry.builder)
    return ModelInfo(
        name=name,
        summary=(inspect.getdoc(entry.builder) or "").partition("\n")[0],
        signature=f"{entry.name}{signature}",
        defaults={k: p.default for k, p in signature.parameters.items() if p.default is not p.empty},
        example=_from_json(weights.arguments) if weights else dict(entry.example),
        presets={preset: dict(arguments) for preset, arguments in entry.presets.items()},
        task=entry.task,
        tags=entry.tags,
        source=inspect.getsourcefile(entry.builder) or "",
        pretrained=tuple(n for n, w in _pretrained.all_weights().items() if w.architecture == entry.name),
        weights=weights,
    )


def made_with(model: keras.Model) -> tuple[str, dict[str, Any]] | None:
    """Return the builder's name and the arguments that `create_model` made ``model`` with."""
    return _made_with.get(model)


def _take_body(model: keras.Model, whole: keras.Model, name: str) -> None:
    """Give a model all the weights of another one but those of its head, which is of another size."""
    heads = {tensor._keras_history.operation for tensor in model.outputs}
    fresh = []
    for layer, theirs in zip(model.layers, whole.layers, strict=True):
        if [weight.shape for weight in layer.weights] == [weight.shape for weight in theirs.weights]:
            layer.set_weights(theirs.get_weights())
        elif layer in heads:
            fresh.append(layer.name)
        else:
            raise InputError(f"The layer {layer.name!r} of {name!r} is no head, and would change with it.")
    warnings.warn(
        f"{name}: the head {', '.join(map(repr, fresh))} is new and untrained; all else is from the finished weights.",
        stacklevel=3,
    )


def _find(name: str) -> Entry:
    entries = all_entries()
    architecture = str(name).partition(".")[0]
    if architecture not in entries:
        hint = did_you_mean(architecture, entries)
        raise UnknownModelError(f"No model {name!r}.{hint} `zoo list` shows all {len(entries)}.")
    return entries[architecture]


def _preset(entry: Entry, preset: str) -> dict[str, Any]:
    if preset not in entry.presets:
        known = ", ".join(entry.presets) or "none"
        hint = did_you_mean(preset, entry.presets)
        raise UnknownNameError(f"{entry.name} has no preset {preset!r}.{hint} There are {known}.")
    return dict(entry.presets[preset])


def _weights_of(name: str, pretrained: bool) -> _pretrained.Weights | None:
    if "." in name:
        return _pretrained.find_weights(name)
    if pretrained:
        ready = [n for n, w in _pretrained.all_weights().items() if w.architecture == name]
        raise UnknownModelError(
            f"pretrained=True needs the weights' full name, one of {', '.join(map(repr, ready))}; got {name!r}."
            if ready
            else f"There are no pretrained weights for {name!r}. `zoo list --pretrained` shows those there are."
        )
    return None


def _natural(name: str) -> list[tuple[int, int | str]]:
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name) if part]


def _from_json(value: Any) -> Any:
    """Turn JSON's lists back into the tuples that builders take."""
    if isinstance(value, dict):
        return {key: _from_json(item) for key, item in value.items()}
    return tuple(map(_from_json, value)) if isinstance(value, list) else value


def _to_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _to_json(item) for key, item in value.items()}
    return list(map(_to_json, value)) if isinstance(value, tuple | list) else value


def _call(name: str, arguments: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
