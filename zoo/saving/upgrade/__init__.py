"""A file's documents in the words of Keras 3."""

from __future__ import annotations

from zoo.saving.documents import Documents


def upgraded(documents: Documents) -> tuple[Documents, list[str]]:
    """Say a file's documents in the words of Keras 3; also the sentences on what was changed."""
    return documents, []
