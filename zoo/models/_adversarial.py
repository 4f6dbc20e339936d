"""A model that is two networks with opposite aims, and the step that trains both."""

from __future__ import annotations

import importlib
from typing import Any

import keras

from zoo.errors import InputError


@keras.saving.register_keras_serializable(package="zoo")
class GAN(keras.Model):  # type: ignore[misc]
    """A painter and a teacher in a row: noise in, the teacher's score of the painted picture out.

    It is a functional model, so it is saved, loaded and drawn as any other. Only the training is its own:
    ``fit`` takes pictures and no targets. At each step the discriminator learns to score real pictures
    above 0 and painted ones below, and the generator learns to be scored above 0.

    Args:
        inputs: noise, ``(batch, latent)``.
        outputs: scores, ``(batch, 1)``: the probability of being real is their sigmoid. Between them stand
            the two layers ``generator`` and ``discriminator``.
        name: of the model.

    Attributes:
        generator: the painter, noise to pictures.
        discriminator: the teacher, pictures to scores.
        training_shape: of the pictures that ``fit`` takes, without the batch axis.

    Source: the deck, "Generative adversarial network"; Goodfellow and others (2014).
    """

    needs_targets = False  # `zoo.fit` gives the pictures alone

    @property
    def generator(self) -> keras.Model:
        """The painter."""
        return self.get_layer("generator")

    @property
    def discriminator(self) -> keras.Model:
        """The teacher."""
        return self.get_layer("discriminator")

    @property
    def training_shape(self) -> tuple[int, ...]:
        """The shape of the pictures that it learns from."""
        return tuple(self.generator.output_shape[1:])

    @property
    def metrics(self) -> list[keras.Metric]:
        """The two losses, and how often the teacher tells real from painted."""
        return list(getattr(self, "trackers", []))

    def compile(
        self,
        optimizer: Any = 2e-4,
        discriminator_optimizer: Any = None,
        *,
        smoothing: float = 0.1,
        **options: Any,
    ) -> None:
        """Give each network its optimizer.

        Args:
            optimizer: the generator's; a number is the learning rate of Adam with ``beta_1=0.5``, since
                with a longer memory the two swing about each other.
            discriminator_optimizer: the same for the discriminator; ``None`` takes one like the generator's.
            smoothing: how far below 1 the target for real pictures lies, so that the teacher never grows
                too sure to be learned from.
            **options: of `keras.Model.compile`, such as ``jit_compile``.
        """
        super().compile(optimizer=_optimizer(optimizer), **options)
        own = self.optimizer if discriminator_optimizer is None else _optimizer(discriminator_optimizer)
        self.discriminator_optimizer = type(own).from_config(own.get_config())
        # Each for its own network: Keras would build the first for the weights of both, and a file could not
        # give its state back.
        self.optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.smoothing = smoothing
        self.noise = keras.random.SeedGenerator()
        names = ("generator_loss", "discriminator_loss", "discriminator_accuracy")
        self.trackers = [keras.metrics.Mean(name=name) for name in names]

    def get_compile_config(self) -> dict[str, Any]:
        """Return what `compile_from_config` compiles it with again."""
        if not self.compiled:
            return {}
        pair = {"optimizer": self.optimizer, "discriminator_optimizer": self.discriminator_optimizer}
        return {
            **{name: keras.saving.serialize_keras_object(one) for name, one in pair.items()},
            "smoothing": self.smoothing,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile it as it was when it was saved, the optimizers ready to take their state."""
        self.compile(**{name: keras.saving.deserialize_keras_object(value) for name, value in config.items()})

    def make_train_function(self, force: bool = False) -> Any:
        """Refuse another backend before the first step."""
        _check_backend()
        return super().make_train_function(force)

    def make_test_function(self, force: bool = False) -> Any:
        """Refuse another backend before the first step."""
        _check_backend()
        return super().make_test_function(force)

    def train_step(self, data: Any) -> dict[str, Any]:
        """Let both networks learn from one batch of pictures."""
        tensorflow = importlib.import_module("tensorflow")
        with tensorflow.GradientTape(persistent=True) as tape:
            losses = self._judge(data, training=True)
            pairs = [
                (self.generator, self.optimizer),
                (self.discriminator, self.discriminator_optimizer),
            ]
            scaled = [own.scale_loss(loss) for loss, (_, own) in zip(losses, pairs, strict=True)]
        for loss, (network, own) in zip(scaled, pairs, strict=True):
            weights = network.trainable_weights
            own.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return self.get_metrics_result()  # type: ignore[no-any-return]

    def test_step(self, data: Any) -> dict[str, Any]:
        """Measure the same on pictures to judge by."""
        self._judge(data, training=False)
        return self.get_metrics_result()  # type: ignore[no-any-return]

    def _judge(self, data: Any, *, training: bool) -> tuple[Any, Any]:
        """Paint as many pictures as there are real ones; return the losses of painter and teacher."""
        real = data[0] if isinstance(data, tuple) else data
        shape = (keras.ops.shape(real)[0], self.generator.input_shape[-1])
        noise = keras.random.normal(shape, seed=self.noise)
        painted = self.generator(noise, training=training)
        true_score = self.discriminator(real, training=training)
        false_score = self.discriminator(painted, training=training)
        losses = (
            _cross_entropy(1.0, false_score),
            _cross_entropy(1.0 - self.smoothing, true_score) + _cross_entropy(0.0, false_score),
        )
        right = keras.ops.concatenate([true_score > 0, false_score < 0])
        for tracker, value in zip(self.trackers, (*losses, right), strict=True):
            tracker.update_state(value)
        return losses


def _check_backend() -> None:
    if keras.config.backend() != "tensorflow":
        raise InputError(
            f"A GAN is trained on the TensorFlow backend, and this is {keras.config.backend()}: set "
            "KERAS_BACKEND=tensorflow. Building, loading and painting work on every backend."
        )


def _cross_entropy(target: float, score: Any) -> Any:
    """Return the mean cross entropy of scores with one target for all of them."""
    targets = target * keras.ops.ones_like(score)
    return keras.ops.mean(keras.losses.binary_crossentropy(targets, score, from_logits=True))


def _optimizer(given: Any) -> keras.Optimizer:
    """Return an optimizer; a number is the learning rate of Adam with a short memory."""
    if isinstance(given, int | float):
        return keras.optimizers.Adam(given, beta_1=0.5)
    return keras.optimizers.get(given)
