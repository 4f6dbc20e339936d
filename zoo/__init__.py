"""A model zoo on Keras 3: builders, recipes that can be read aloud, and pretrained models.

The names are listed in ``__init__.pyi`` and loaded when they are first used, so ``import zoo`` takes no
time.
"""

import lazy_loader

from zoo._version import __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ = [*__all__, "__version__"]
