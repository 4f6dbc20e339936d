"""The deck's functional model: two inputs, two outputs."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Activation, Count, NamePair
from zoo.registry import register_model


@register_model(task="multi-output", tags=("functional", "multi-input", "regression", "deck"))
def two_in_two_out(
    input1_features: Count = 10,
    input2_features: Count = 8,
    *,
    activation: Activation = "relu",
    output_names: NamePair = ("output1", "output2"),
) -> keras.Model:
    """Two inputs, a branch each, joined and parted again into two outputs.

    What Sequential cannot say: `input1` passes Dense 128, 128, 32, `input2` passes 32, 32, 32; both
    are concatenated into Dense 28, from which one output leaves through 64 units and one through 16.

    Args:
        input1_features: numbers in the first input.
        input2_features: numbers in the second input.
        activation: of every hidden layer. The deck has none, which leaves a linear function.
        output_names: names of the two outputs; losses and metrics are called after them.

    Returns:
        An uncompiled model from ``{"input1": (batch, input1_features), "input2": (batch,
        input2_features)}`` to ``{name: (batch, 1)}`` for the two output names, float32.

    Examples:
        >>> model = two_in_two_out(output_names=("price", "days"))
        >>> model.output_names, model.count_params()
        (['days', 'price'], 28670)

    Source: the deck, "functional API".
    """

    def branch(tensor: keras.KerasTensor, name: str, *widths: int) -> keras.KerasTensor:
        for number, units in enumerate(widths, start=1):
            tensor = keras.layers.Dense(units, activation=activation, name=f"{name}_hidden_{number}")(tensor)
        return tensor

    input1 = keras.Input((input1_features,), name="input1")
    input2 = keras.Input((input2_features,), name="input2")
    sides = [branch(input1, "input1", 128, 128, 32), branch(input2, "input2", 32, 32, 32)]
    joined = branch(keras.layers.Concatenate(name="joined")(sides), "joined", 28)
    outputs = {
        name: keras.layers.Dense(1, name=name, dtype=keras.config.floatx())(branch(joined, name, units))
        for name, units in zip(output_names, (64, 16), strict=True)
    }
    return keras.Model({"input1": input1, "input2": input2}, outputs, name="two_in_two_out")
