"""An old file's documents in the words of Keras 3: JSON in, JSON out, one rule for each difference.

`_keras_1`, `_layers`, `_recurrent` and `_words` hold the rules of single layers, `_models`, `_graph` and `_channels`
those of whole models, `_operations` functions of TensorFlow that stood in models, and `_training` what a model was
compiled with; `_backends` is of Keras 3. Keras itself is not imported.
"""

from __future__ import annotations

import dataclasses

from zoo.saving.documents import Documents
from zoo.saving.upgrade._backends import for_any_backend
from zoo.saving.upgrade._models import Upgrade
from zoo.saving.upgrade._names import GONE
from zoo.saving.upgrade._rules import Writer, writer_of
from zoo.saving.upgrade._training import training

__all__ = ["GONE", "Writer", "upgraded", "writer_of"]

_MOST_NAMES = 3


def upgraded(documents: Documents) -> tuple[Documents, list[str]]:
    """Say a file's documents in the words of Keras 3; also the sentences on what was changed.

    Documents of Keras 3 stay as they are, so what was upgraded once is not changed again.

    Examples:
        >>> model = [{"class_name": "Dense", "config": {"name": "d", "output_dim": 2, "input_dim": 3}}]
        >>> documents, sentences = upgraded(Documents("h5", model, None, "1.2.2", "tensorflow"))
        >>> [layer["class_name"] for layer in documents.model["config"]["layers"]]
        ['InputLayer', 'Dense']
        >>> documents.model["config"]["layers"][1]["config"]
        {'name': 'd', 'units': 2}
    """
    documents = for_any_backend(documents)
    writer = writer_of(documents.keras_version, documents.backend, documents.model)
    if writer.is_current or not isinstance(documents.model, dict | list):
        return documents, []
    upgrade = Upgrade(writer)
    model = upgrade.model(documents.model)
    said, compiled = training(documents.training, writer, documents.form)
    if documents.form == "keras" and said is not None:
        model["compile_config"] = said
    sentences = [f"{words} ({_some(names)})" for words, names in upgrade.applied.items()]
    now = dataclasses.replace(documents, model=model, training=said, keras_version="3.0.0", upgraded=True)
    return now, [*sentences, *compiled]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
