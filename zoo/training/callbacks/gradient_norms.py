"""How much of the loss's gradient reaches each layer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._arguments import at_least
from zoo.training._data import as_rows
from zoo.training._gradients import BACKENDS, gradients_at, loss_with
from zoo.training.callbacks._recorder import Recorder


class GradientNorms(Recorder):
    """Measure the gradient of the model's loss at each layer's kernel, every few epochs.

    The loss is the model's own, its penalties among it, on a few rows that stay the same, so that the
    records of two epochs or two models can be compared. Layers are as they are at inference: no dropout,
    and batch normalisation with its running mean. Measuring changes neither weights, metrics nor random
    state. ``zoo.plots.gradient_norms(recorder)`` draws the records. The first is from before the first
    step, the last one from the last epoch. Like Keras' `History`, it begins anew with each training.

    Args:
        probe: rows with ``x`` and ``y``, such as ``data.train``, or ``(x, y)``; several inputs or outputs
            by name.
        every: epochs from one record to the next.
        most: how many rows of the probe to use, the first ones.

    Attributes:
        layers: names of the layers with a kernel that is trained (a weight with two axes or more), from
            the input on. Where a layer has several, the weight's name follows: ``"lstm/kernel"``.
        epochs: how many epochs had passed at each record.
        norms: the root of the sum of the squares of each kernel's gradient, ``(layers,)`` float32 a record.

    Raises:
        InputError: the probe has no targets or comes as a stream, ``every`` or ``most`` cannot be meant, or
            the backend is neither TensorFlow nor JAX.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("two_blobs", n=100)
        >>> model = zoo.create_model("mlp", input_shape=(2,), num_classes=1, hidden=(8, 8), seed=0)
        >>> model.compile("adam", "binary_crossentropy")
        >>> recorder = GradientNorms(data.train, every=2)
        >>> _ = zoo.fit(model, data, epochs=3, callbacks=recorder, verbose=0)
        >>> recorder.layers, recorder.epochs, recorder.norms[0].shape
        (('hidden_1', 'hidden_2', 'probability'), [0, 2, 3], (3,))

    Source: the deck, "gradient vanishing"; Glorot and Bengio (2010).
    """

    def __init__(self, probe: Any, *, every: int = 1, most: int = 256) -> None:
        super().__init__(every=every)
        at_least("most", most)
        rows = as_rows(probe)
        if rows is None:
            raise InputError(
                "The gradient is measured on rows that stay the same; a stream has none. Pass a split or (x, y)."
            )
        if keras.config.backend() not in BACKENDS:
            raise InputError(
                f"GradientNorms works with the backends {' and '.join(BACKENDS)}; Keras runs on "
                f"{keras.config.backend()}. Set KERAS_BACKEND before Keras is imported."
            )
        self._probe = rows.take(np.arange(min(most, len(rows))))

    def _begin(self) -> None:
        super()._begin()
        self.layers: tuple[str, ...] = ()
        self.norms: list[np.ndarray] = []

    def _record(self, epoch: int) -> None:
        super()._record(epoch)
        kernels = [weight for weight in self.model.trainable_variables if len(weight.shape) >= 2]
        # A Sequential model puts its own name before its layers', a functional one does not.
        self.layers = _layer_names([kernel.path.removeprefix(f"{self.model.name}/") for kernel in kernels])
        loss = loss_with(
            self.model, (self._probe.x, self._probe.y, self._probe.sample_weight), training=False
        )
        gradients = gradients_at(loss, kernels)
        norms = [np.linalg.norm(keras.ops.convert_to_numpy(gradient)) for gradient in gradients]
        self.norms.append(np.array(norms, dtype="float32"))


def _layer_names(paths: list[str]) -> tuple[str, ...]:
    """Return what stands before the weight's own name, or all of it where a layer has several."""
    owners = [path.rpartition("/")[0] for path in paths]
    return tuple(
        path if owners.count(owner) > 1 else owner for path, owner in zip(paths, owners, strict=True)
    )
