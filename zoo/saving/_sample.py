"""A few random inputs for any model, and its predictions without leaving a trace in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from zoo._ends import packed

_ROWS = 2
OPEN_SIDES = (8, 32, 96)  # for an axis of no fixed length: the first that the model takes
_WORDS = ("a", "b", "the")


def sample_predictions(models: list[keras.Model]) -> list[list[np.ndarray]] | None:
    """Return what each of some models makes of the same random inputs, with the weights of the first.

    Nothing in the models changes: no weight, no seed, no state of a recurrent layer.

    Args:
        models: the first one gives inputs and weights.

    Returns:
        The outputs of each, or None where no inputs can be made up, or where one model gives two answers.
    """
    first = models[0]
    for side in OPEN_SIDES:
        inputs = _inputs(first, side)
        if inputs is None:
            return None
        try:
            one, again = (_predict(first, first, *inputs) for _ in range(2))
        except Exception:  # the inputs are made up, so any complaint is about them
            continue
        if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, again, strict=True)):
            return None
        return [one, *(_predict(other, first, *inputs) for other in models[1:])]
    return None


def sample_inputs(model: keras.Model, *, zeros: bool = False) -> Any:
    """Return inputs that a model takes, random numbers or zeros; None where none can be made up.

    Args:
        model: whose inputs have names and shapes, as a Sequential's or functional model's have.
        zeros: whether all are 0.
    """
    for side in OPEN_SIDES:
        found = _inputs(model, side)
        if found is None or not found[0]:
            return None
        given = found[0][0]
        if zeros:
            given = keras.tree.map_structure(
                lambda one: one if "string" in str(one.dtype) else keras.ops.zeros_like(one), given
            )
        try:
            model(given, training=False)
        except Exception:  # the inputs are made up, so any complaint is about them
            continue
        return given
    return None


def alike(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    """Whether two models' outputs are equal up to rounding."""
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-3, atol=1e-5 * _size(a), equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )


def _predict(
    model: keras.Model, weights_of: keras.Model, args: tuple[Any, ...], kwargs: Any
) -> list[np.ndarray]:
    variables = [
        [variable.value for variable in getattr(owner, kind)]
        for kind in ("trainable_variables", "non_trainable_variables")
        for owner in [weights_of if _match(weights_of, model, kind) else model]
    ]
    try:
        outputs, _ = model.stateless_call(*variables, *args, training=False, **kwargs)
    except TypeError:  # a model of one's own whose call knows no `training`
        outputs, _ = model.stateless_call(*variables, *args, **kwargs)
    return [keras.ops.convert_to_numpy(output) for output in keras.tree.flatten(outputs)]


def _match(one: keras.Model, other: keras.Model, kind: str) -> bool:
    a, b = ([tuple(variable.shape) for variable in getattr(model, kind)] for model in (one, other))
    return a == b


def random_rows(model: keras.Model, rows: int, side: int) -> list[np.ndarray]:
    """Return random rows for each of a model's inputs, with words that it knows and numbers that it has a place for.

    Args:
        model: one that knows its inputs.
        rows: how many, unless an input has a fixed number of them.
        side: for an axis of no fixed length.
    """
    array = _drawer(model, rows, side)
    return [array(tensor.shape, str(tensor.dtype)) for tensor in model.inputs]


def outputs_of(model: keras.Model, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Return a model's outputs for an array an input, in a row, without leaving a trace in it."""
    tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
    return _predict(model, model, (packed(model, tensors),), {})


def _drawer(model: keras.Model, rows: int, side: int) -> Callable[[Any, str], np.ndarray]:
    draw = np.random.default_rng(0)
    # Where one input has a fixed number of rows, all have that number.
    rows = next(
        (end.shape[0] for end in getattr(model, "inputs", None) or () if end.shape and end.shape[0]), rows
    )
    most, words = _fewest_words(model), _known_words(model)

    def array(shape: Any, dtype: str) -> np.ndarray:
        whole = (shape[0] or rows, *(side if length is None else length for length in tuple(shape)[1:]))
        if dtype == "string":
            return draw.choice(words, whole)
        if most or "int" in dtype or dtype == "bool":
            return draw.integers(0, most or 2, whole).astype(_numpy_name(dtype))
        return draw.normal(size=whole).astype(_numpy_name(dtype))

    return array


def _inputs(model: keras.Model, side: int) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """Return random arguments for a call, or None where the model does not say what it takes."""
    drawn = _drawer(model, _ROWS, side)

    def array(shape: Any, dtype: str) -> Any:
        return keras.ops.convert_to_tensor(
            drawn(tuple(shape) or (None,), dtype), dtype=None if dtype == "string" else dtype
        )

    if getattr(model, "inputs", None):
        ends = model.inputs[0] if isinstance(model, keras.Sequential) else model.input
        return (keras.tree.map_structure(lambda end: array(end.shape, str(end.dtype)), ends),), {}
    built = model.get_build_config() or {}
    dtype = model.compute_dtype or "float32"
    if "input_shape" in built:
        return (_map_shapes(built["input_shape"], lambda shape: array(shape, dtype)),), {}
    shapes = built.get("shapes_dict")
    if not shapes:
        return None
    return (), {
        name.removesuffix("_shape"): _map_shapes(shape, lambda shape: array(shape, dtype))
        for name, shape in shapes.items()
    }


def _map_shapes(shapes: Any, make: Any) -> Any:
    """Apply ``make`` to each shape in a nesting of them; a shape is a row of lengths."""
    if isinstance(shapes, dict):
        return {name: _map_shapes(shape, make) for name, shape in shapes.items()}
    if shapes and all(length is None or isinstance(length, int) for length in shapes):
        return make(shapes)
    return type(shapes)(_map_shapes(shape, make) for shape in shapes)


def _fewest_words(model: keras.Model) -> int:
    """Return how many words the smallest embedding knows: no input may be larger; 0 where there is none."""
    sizes = [
        int(getattr(layer, "input_dim", 0) or getattr(layer, "num_tokens", 0) or 0)
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.Embedding | keras.layers.CategoryEncoding)
    ]
    return min([size for size in sizes if size > 0], default=0)


def _known_words(model: keras.Model) -> list[str]:
    """Return words to draw from: some that no layer knows, and the first ones that a layer does."""
    known = []
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.StringLookup | keras.layers.TextVectorization):
            known += [str(word) for word in layer.get_vocabulary()[: len(_WORDS) + 7]]
    return [*_WORDS, *known]


def _numpy_name(dtype: str) -> str:
    return "float32" if dtype == "bfloat16" else dtype


def _size(array: np.ndarray) -> float:
    finite = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    return max(1.0, float(np.abs(finite).max())) if finite.size and finite.dtype.kind in "fiu" else 1.0
