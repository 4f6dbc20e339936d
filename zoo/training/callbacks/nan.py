"""What to do when the loss is no number any more."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


class ExplainNaN(keras.callbacks.TerminateOnNaN):  # type: ignore[misc]
    """Stop when the loss is NaN or infinite, and say when, after what, and what usually causes it.

    Keras' own callback, with words.

    Attributes:
        explanation: what was said, or ``""``.

    Examples:
        >>> ExplainNaN().explanation
        ''

    Source: the deck, "gradient explosion" and the logarithm in cross entropy.
    """

    by_epoch = True  # a compiled epoch stops at such a loss by itself
    explanation = ""

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget an earlier training."""
        self.explanation, self._before = "", ""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the epoch."""
        self._epoch = epoch

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Stop at a loss that is not finite, and explain it."""
        loss = (logs or {}).get("loss")
        if loss is None or self.explanation:
            return
        if np.isfinite(loss):
            self._before = f"after a loss of {float(loss):.4g}"
            return
        self.explanation = self._explain(float(loss), batch)
        print(self.explanation, flush=True)
        self.model.stop_training = True

    def _explain(self, loss: float, batch: int) -> str:
        params = self.params or {}
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        of = f" of {params['steps']}" if params.get("steps") else ""
        before = self._before or "at the very first batch"
        return (
            f"\nThe loss is {loss} in epoch {self._epoch + 1}, batch {batch + 1}{of}, {before}: training stops. "
            "Usually it is one of these:\n"
            f"  - The learning rate is too large: it is {rate:g}; try {rate / 10:g}, or the optimizer's "
            "clipnorm=1.0.\n"
            "  - The data holds a NaN or an infinity: np.isfinite(x).all() and np.isfinite(y).all() say so; so "
            'does zoo.fit(..., checks="error") for arrays.\n'
            "  - A logarithm of 0, a division by 0 or an exponential too large, in a loss or a layer of your "
            "own: add keras.config.epsilon(), or give Keras' loss the raw numbers with from_logits=True.\n"
            "zoo.fit gives back the weights from before; plain Keras leaves spoiled ones: build the model anew there."
        )
