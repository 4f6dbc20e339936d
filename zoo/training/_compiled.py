"""What a model was compiled with, by output."""

from __future__ import annotations

from typing import Any

import keras


def metrics_of(model: keras.Model) -> dict[str, list[Any]]:
    """Return the metrics of a model with one output, under that output's name."""
    written = getattr(getattr(model, "_compile_metrics", None), "_user_metrics", None)
    names = list(getattr(model, "output_names", None) or [])
    return {names[0]: list(keras.tree.flatten(written or []))} if len(names) == 1 else {}
