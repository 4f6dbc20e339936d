"""Wide and deep: a table's columns by name, one linear path and one through hidden layers."""

from __future__ import annotations

from typing import Literal

from zoo._lazy import keras
from zoo.arguments import Activation, Count, NamePair, Names, Scales, Vocabularies, Widths
from zoo.errors import InputError, did_you_mean
from zoo.registry import register_model


@register_model(
    task="multi-output",
    tags=("table", "functional", "multi-input", "text", "regression"),
    example={
        "numeric": {"area": (70.0, 25.0), "age": (60.0, 35.0)},
        "categorical": {"district": ("harbour", "park"), "kind": ("flat", "house", "loft")},
        "targets": ("rent", "weeks"),
        "cross": ("district", "kind"),
        "hidden": (8,),
    },
)
def wide_and_deep(
    numeric: Scales,
    categorical: Vocabularies,
    targets: Names = ("target",),
    *,
    cross: NamePair | None = None,
    paths: Literal["both", "wide", "deep"] = "both",
    embedding: Count = 4,
    hidden: Widths = (64, 32),
    activation: Activation = "relu",
    output_activation: Activation = "linear",
) -> keras.Model:
    """Wide and deep: a table goes a linear path that remembers and a deep path that generalises.

    Each column is an input of its own name, numbers as they are and categories as text; scaling, lookup and
    encoding are layers, so the file takes the table as it came. The wide path is every number, a 0 or 1 for
    each word, and a 0 or 1 for each pair of words of the ``cross`` columns: the products of their one-hot
    vectors, which is the paper's cross-product transformation, exact and without hashing. The deep path is
    the numbers and an embedding of each word, through hidden layers. A target is a weighted sum of both.

    Args:
        numeric: columns of numbers, each with the mean and the standard deviation to scale it by.
        categorical: columns of text, each with its words. A word that is not among them is "unknown".
        targets: names of the outputs.
        cross: two of the categorical columns, whose pairs of words the wide path sees.
        paths: ``"both"``, or one of them alone, to compare with.
        embedding: numbers that stand for a word in the deep path.
        hidden: units of each layer of the deep path.
        activation: of the hidden layers.
        output_activation: ``"linear"`` for numbers, ``"sigmoid"`` for yes or no.

    Returns:
        An uncompiled model from ``{column: (batch, 1)}``, float32 or text, to ``{target: (batch, 1)}``,
        float32. Text needs the TensorFlow backend. `zoo.fit` and `zoo.evaluate` take NumPy's text; Keras' own
        `predict` wants ``keras.ops.convert_to_tensor(column)``.

    Raises:
        InputError: no column at all, a name that stands twice, or ``cross`` names a column that is not categorical.

    Examples:
        >>> model = wide_and_deep({"area": (70.0, 25.0)}, {"kind": ("flat", "loft")}, ("rent",), hidden=(8,))
        >>> sorted(model.input), sorted(model.output), model.count_params()
        (['area', 'kind'], ['rent'], 73)

    Source: Cheng et al., "Wide & deep learning for recommender systems" (2016), which trains the paths with
    two optimizers, here one; the deck, "functional API".
    """
    if not numeric and not categorical:
        raise InputError("wide_and_deep needs at least one column, numeric or categorical; got none.")
    if unknown := [name for name in cross or () if name not in categorical]:
        raise InputError(
            f"cross={cross!r}: {unknown[0]!r} is no categorical column; there are "
            f"{', '.join(categorical) or 'none'}.{did_you_mean(unknown[0], categorical)}"
        )
    names = [*numeric, *categorical, *targets]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InputError(
            f"{twice[0]!r} is named twice; a column is numeric or categorical, and a target is no column. "
            f"Leave it out of one of numeric, categorical and targets."
        )
    layers = keras.layers
    inputs = {name: keras.Input((1,), name=name) for name in numeric}
    wide, deep, one_hot = [], [], {}
    if numeric:
        means, deviations = zip(*numeric.values(), strict=True)
        scaled = layers.Normalization(
            mean=means, variance=[deviation**2 for deviation in deviations], name="numbers_scaled"
        )(layers.Concatenate(name="numbers")(list(inputs.values())))
        wide, deep = [scaled], [scaled]
    for name, words in categorical.items():
        inputs[name] = keras.Input((1,), dtype="string", name=name)
        index = layers.StringLookup(vocabulary=list(words), name=f"{name}_index")(inputs[name])
        size = len(words) + 1  # 0 is for words that are not in the vocabulary
        one_hot[name] = layers.CategoryEncoding(size, "one_hot", name=f"{name}_one_hot")(index)
        vector = layers.Embedding(size, embedding, name=f"{name}_embedding")(index)
        deep.append(layers.Flatten(name=f"{name}_vector")(vector))
    wide += one_hot.values()
    if cross:
        columns = [layers.Reshape((-1, 1), name=f"{name}_column")(one_hot[name]) for name in cross]
        pairs = layers.Dot(axes=2, name=f"{cross[0]}_and_{cross[1]}")(columns)
        wide.append(layers.Flatten(name="pairs")(pairs))
    parts = []
    if paths != "deep":
        parts.append(layers.Concatenate(name="wide_columns")(wide))
    if paths != "wide":
        inside = layers.Concatenate(name="deep_columns")(deep)
        for number, units in enumerate(hidden, start=1):
            inside = layers.Dense(units, activation=activation, name=f"hidden_{number}")(inside)
        parts.append(inside)
    joined = layers.Concatenate(name="wide_and_deep")(parts)
    last = {"activation": output_activation, "dtype": keras.config.floatx()}
    outputs = {name: layers.Dense(1, name=name, **last)(joined) for name in targets}
    return keras.Model(inputs, outputs, name="wide_and_deep")
