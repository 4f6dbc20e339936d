"""Heavy libraries, imported when they are first used.

Keras and its backend take seconds to import and NumPy a tenth of one, so `zoo list` must answer
without them. ``from zoo._lazy import keras`` gives the ordinary module, loaded at its first attribute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import igraph as igraph
    import keras as keras
    import numpy as np
else:
    import lazy_loader

    igraph = lazy_loader.load("igraph")
    keras = lazy_loader.load("keras")
    np = lazy_loader.load("numpy")

__all__ = ["igraph", "keras", "np"]
