"""Would the file come back as what was saved? Asked before it takes its place."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from zoo._randomness import untouched_randomness
from zoo.errors import InputError
from zoo.saving._arrays import check_arrays, is_small
from zoo.saving._own_things import (
    Difference,
    arguments,
    differences,
    is_own,
    lambdas,
    own_objects,
    parts,
    unwritten_arguments,
)
from zoo.saving._sample import alike, sample_predictions

_WAY_OUT = "check=False writes the file as it is."


def check_keepable(model: keras.Model, suffix: str, name: str) -> None:
    """Refuse what is known to be lost before anything is written: code, and two things that Keras' files drop.

    Args:
        model: to be saved.
        suffix: of the file.
        name: of the file, for messages.

    Raises:
        InputError: names the layer and the way out.
    """
    for layer, argument in lambdas(model):
        raise _holds_code(layer, argument, name)
    for layer in model._flatten_layers():
        if isinstance(layer, keras.Sequential):
            twice = [one.name for one, count in Counter(layer.layers).items() if count > 1]
            if twice:
                raise InputError(
                    f"{name} was not written: the layer {twice[0]!r} stands twice in the Sequential {layer.name!r}, "
                    "and a file keeps it once. Call it twice in a functional model, keras.Model(inputs, outputs)."
                    f" {_WAY_OUT}"
                )
        learned = getattr(layer, "get_vocabulary", None)
        if (
            suffix != ".keras"
            and learned
            and layer.get_config().get("vocabulary") is None
            and len(learned()) > 2
        ):
            raise InputError(
                f"{name} was not written: an .h5 does not keep the vocabulary that the layer {layer.name!r} learned "
                f"with adapt. Save the model as .keras. {_WAY_OUT}"
            )


def check_round_trip(model: keras.Model, file: Path, read: Callable[..., keras.Model], name: str) -> None:
    """Open what was written and hold it against the model: attributes, weights, and predictions.

    Keras saves a layer as what its ``get_config`` returns. What is left out comes back as its default, without a
    word. So a model with a class or function of the user's own is opened again, whatever its size, and so is every
    small one. Of a large model of Keras' own layers, which takes seconds to build, the arrays are read again. The
    model stays as it is: no weight, seed or state of it changes.

    Args:
        model: as it was saved.
        file: what was written.
        read: the reader of the file's format.
        name: of the file, for messages.

    Raises:
        InputError: it would come back otherwise, or not at all; names the class, the layer and the argument, and
            shows the lines that mend it.
    """
    own = own_objects(model)
    if not (own or is_small(model)):
        check_arrays(model, file, name)
        return
    with untouched_randomness():
        loaded = _reopened(model, file, read, name, own)
        if loaded is None:
            return
        pairs = list(zip(parts(model), parts(loaded), strict=False))
        for before, after in pairs:
            if is_own(type(before)) and type(before) is type(after) and hasattr(before, "get_config"):
                for difference in differences(before, after):
                    raise _told(difference, name)
        _compare_weights(model, loaded, name)
        _compare_predictions(model, loaded, name)


def explain_unwritable(model: keras.Model, error: Exception, name: str) -> InputError:
    """Return the error of a model that Keras could not write, with the lines that mend it."""
    for part in parts(model):
        if not (is_own(type(part)) and hasattr(part, "get_config")):
            continue
        try:
            part.get_config()
        except NotImplementedError:
            lacking = list(arguments(type(part)))
            return InputError(
                f"{name} was not written: {_called(part)} has no get_config, and Keras cannot write its arguments "
                f"({', '.join(lacking)}) by itself. Add to the class {type(part).__name__}:\n"
                f"{_lines(lacking)}"
            )
        except Exception as reason:  # code of the user's own
            return InputError(f"{name} was not written: get_config of {_called(part)} fails: {reason}")
    return InputError(f"{name} was not written: {_short(error)}")


def _reopened(
    model: keras.Model, file: Path, read: Callable[..., keras.Model], name: str, own: dict[str, Any]
) -> keras.Model | None:
    """Return the model in the file; None where only a name is missing, which is told whoever opens it."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(file, custom_objects=own, compile=bool(own and model.compiled))
    except Exception as error:
        for part in parts(model):
            lacking = unwritten_arguments(part) if is_own(type(part)) and hasattr(part, "get_config") else []
            if lacking:
                raise InputError(
                    f"{name} was not written: it could not be opened again. get_config of {_called(part)} does not "
                    f"return {', '.join(map(repr, lacking))} as given. Add to the class {type(part).__name__}:\n"
                    f"{_lines(_needed(part, lacking))}\n{_WAY_OUT}"
                ) from error
        if "Could not locate" in str(error) or "Unknown" in str(error):
            return None
        more = ""
        if "unexpected keyword" in str(error):
            more = " Let __init__ take **kwargs and pass them on, super().__init__(**kwargs)."
        elif not getattr(model, "inputs", None) and file.suffix != ".keras":
            more = " An .h5 keeps functional and Sequential models; save this one as .keras."
        raise InputError(
            f"{name} was not written: it could not be opened again ({_short(error)}).{more} {_WAY_OUT}"
        ) from error
    finally:
        logger.setLevel(level)


def _compare_weights(model: keras.Model, loaded: keras.Model, name: str) -> None:
    ours, theirs = model.weights, loaded.weights
    if len(ours) != len(theirs):
        raise InputError(
            f"{name} was not written: the model has {len(ours)} weights and comes back with {len(theirs)}. Make all "
            f"weights in __init__ or build of their layer, with self.add_weight. {_WAY_OUT}"
        )
    for weight, other in zip(ours, theirs, strict=True):
        one, two = (keras.ops.convert_to_numpy(w.value) for w in (weight, other))
        if one.shape != two.shape or not np.array_equal(one, two, equal_nan=True):
            raise InputError(
                f"{name} was not written: the weight {weight.path!r} {one.shape} comes back otherwise "
                f"{two.shape}. Make it in __init__ or build of its layer, with self.add_weight. {_WAY_OUT}"
            )


def _compare_predictions(model: keras.Model, loaded: keras.Model, name: str) -> None:
    predictions = sample_predictions([model, loaded])
    if predictions is None or alike(*predictions):
        return
    most = max(
        (float(np.nanmax(np.abs(a - b))) for a, b in zip(*predictions, strict=True) if a.shape == b.shape),
        default=float("inf"),
    )
    classes = sorted({type(part).__name__ for part in parts(model) if is_own(type(part))} - {"function"})
    if not classes:
        raise InputError(
            f"{name} was not written: it would come back with other predictions, up to {most:.3g} apart on random "
            f"inputs. The disk, or Keras' writer or reader of {name.rpartition('.')[2]} files, is at fault. {_WAY_OUT}"
        )
    raise InputError(
        f"{name} was not written: it would come back with other predictions, up to {most:.3g} apart on random "
        f"inputs. Something that {', '.join(classes)} computes with is neither in get_config nor a "
        "weight: make it an argument of __init__ that get_config returns, or keep it with self.add_weight(..., "
        f"trainable=False). {_WAY_OUT}"
    )


# -- sentences -----------------------------------------------------------------------------------------


def _told(difference: Difference, name: str) -> InputError:
    thing, argument, attribute = difference.thing, difference.argument, difference.attribute
    cls = type(thing).__name__
    before, after = _value(difference.before), _value(difference.after)
    if after == before:
        after += " of other values"
    if argument:
        default = arguments(type(thing)).get(argument)
        shown = f"self.{attribute}"
        known = attribute.lstrip("_") == argument
        told = f"{argument} is {before}" if known else f"{shown} is {before}"
        why = f"its default {_value(default)}" if known and after == _value(default) else after
        fault = "leaves out" if argument not in thing.get_config() else "gives another value of"
        return InputError(
            f"{name} was not written: get_config of {_called(thing)} {fault} {argument!r}. {told} here and would "
            f"come back as {why}. Add to the class {cls}:\n"
            f"{_lines(_needed(thing, [argument]), {argument: shown})}\n{_WAY_OUT}"
        )
    return InputError(
        f"{name} was not written: self.{attribute} of {_called(thing)} is {before} here and would come back as "
        f"{after}. No file keeps a plain attribute that is set later: make it an argument of __init__ that "
        f"get_config returns, or a weight, self.add_weight(..., trainable=False). {_WAY_OUT}"
    )


def _holds_code(layer: keras.Layer, argument: str, name: str) -> InputError:
    kind = type(layer).__name__
    if kind == "Lambda":
        instead = "class Twice(keras.layers.Layer):\n        def call(self, x):\n            return 2 * x"
        what = f"the Lambda layer {layer.name!r} holds code. A layer of your own does not"
    else:
        instead = "def twice(x):\n        return 2 * x"
        what = f"{argument} of the layer {layer.name!r} ({kind}) is a lambda, which is code. A named function is not"
    return InputError(
        f"{name} was not written: {what}, and no file with code in it is opened again. Such as:\n"
        f'    @keras.saving.register_keras_serializable("mine")\n    {instead}\n{_WAY_OUT}'
    )


def _called(thing: Any) -> str:
    cls = type(thing).__name__
    for kind, base in (("model", keras.Model), ("layer", keras.Layer)):
        if isinstance(thing, base):
            return f"the {kind} {thing.name!r} ({cls})"
    bases = {"loss ": keras.Loss, "metric ": keras.Metric, "optimizer ": keras.Optimizer}
    return f"the {next((kind for kind, base in bases.items() if isinstance(thing, base)), '')}{cls}"


def _needed(thing: Any, lacking: list[str]) -> list[str]:
    """Return what a ``get_config`` to be written returns: all arguments where the class has none of its own yet."""
    return lacking if is_own(type(thing).get_config) else list(arguments(type(thing)))


def _lines(names: list[str], shown: dict[str, str] | None = None) -> str:
    pairs = "".join(f', "{name}": {(shown or {}).get(name, f"self.{name}")}' for name in names)
    return f"    def get_config(self):\n        return {{**super().get_config(){pairs}}}"


def _value(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else f"a {type(value).__name__}"


def _short(error: Exception) -> str:
    """Return the end of Keras' message, where the reason stands behind the whole configuration."""
    text = " ".join(str(error).split())
    for before_it in ("Error encountered during deserialization:", "Exception encountered:"):
        text = text.rpartition(before_it)[2].strip()
    return text[:200]
