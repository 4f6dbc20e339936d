"""Where the top-level folders are, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(name: str) -> Path:
    """Return the folder ``recipes`` or ``saved_models``.

    In a checkout it stands at the top level, where its source is; a wheel carries a copy inside the
    package under ``zoo/_<name>``.
    """
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    return _PACKAGE / f"_{name}"
