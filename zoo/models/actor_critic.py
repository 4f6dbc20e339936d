"""The game player: an actor that moves and a critic that judges, on one body."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Activation, Count, Shape, Widths
from zoo.models._blocks import dense_layers, flatten
from zoo.registry import register_model


@register_model(
    task="reinforcement",
    tags=("games", "functional", "deck"),
    example={"input_shape": (4,), "num_actions": 2},
)
def actor_critic(
    input_shape: Shape, num_actions: Count, *, hidden: Widths = (64, 64), activation: Activation = "tanh"
) -> keras.Model:
    """Actor and critic on one body: what the player sees to a probability for each move, and a value.

    Both heads begin at zero, so an untrained player likes all its moves alike and expects nothing.

    Args:
        input_shape: of one observation, such as ``(4,)``: position, speed, angle and turning of a cart's pole.
        num_actions: how many moves there are to choose from.
        hidden: units of the Dense layers that both heads share.
        activation: of the hidden layers, a Keras name or a function.

    Returns:
        An uncompiled model from ``(batch, *input_shape)`` to ``{"policy": (batch, num_actions), "value":
        (batch, 1)}``, float32. The policy is a softmax, so that it can be read as it is, and so that
        ``sparse_categorical_crossentropy`` fits it; the value is linear.

    Examples:
        >>> model = actor_critic((4,), 2)
        >>> model.output_names, model.count_params()
        (['policy', 'value'], 4675)

    Source: the deck, "Game Robot" and "A3C reinforcement learning"; Mnih and others (2016).
    """
    inputs = keras.Input(tuple(input_shape), name="observation")
    body = inputs
    layers = dense_layers(hidden, activation=activation, dropout=0.0, batch_normalization=False)
    for layer in [*flatten(input_shape), *layers]:
        body = layer(body)
    last = {"kernel_initializer": "zeros", "dtype": keras.config.floatx()}
    actor = keras.layers.Dense(num_actions, activation="softmax", name="policy", **last)
    critic = keras.layers.Dense(1, name="value", **last)
    return keras.Model(inputs, {"policy": actor(body), "value": critic(body)}, name="actor_critic")
