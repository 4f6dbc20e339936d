"""A model zoo on Keras 3: builders, recipes that can be read aloud, and pretrained models.

The names are listed in ``__init__.pyi`` and loaded when they are first used, so ``import zoo`` takes no
time.
"""

import os

import lazy_loader

from zoo._version import __version__

# A graphics card's memory is taken as it is needed, not all at once, so that two programs can share it.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ = [*__all__, "__version__"]
