"""The deck's own CSV files, which lie on a personal page: fetched when asked for, never by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from zoo._files import atomic_path, sha256, write_text
from zoo._lazy import np
from zoo.datasets._files import cache_folder
from zoo.datasets._registry import Samples
from zoo.errors import InputError, MissingFileError, UnknownNameError, did_you_mean

PAGE = "https://thomasinfor.github.io/train-data"
COLUMNS = {
    "linear_regression1": ("x", "y"),
    "linear_regression2": ("x", "y"),
    "logistic_regression1": ("x", "y", "class"),
    "feature_extraction1": ("x", "y", "class"),
    "feature_extraction2": ("x", "y", "class"),
    "feature_extraction3": ("x", "y", "class"),
}
_MOST_BYTES = 10_000_000


def pull(names: Sequence[str] = (), *, page: str = PAGE) -> Iterator[str]:
    """Fetch the deck's files into the cache, and say of each what came.

    Nobody has published a checksum of them. So what comes is read as a table of numbers and nothing else, and
    its SHA-256 is written beside it: a later pull that brings another file is refused.

    Args:
        names: which of `COLUMNS`; all by default.
        page: where they lie.

    Yields:
        A line a file.

    Raises:
        UnknownNameError: the deck has no such file.
        MissingFileError: the page does not answer.
        InputError: what came is not that table, or not the one that came before.
    """
    for name in names:
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS)
            raise UnknownNameError(f"The deck has no file {name!r}.{hint} There are {', '.join(COLUMNS)}.")
    for name in names or COLUMNS:
        file = _place(name)
        with atomic_path(file) as temporary:
            temporary.write_bytes(_fetch(f"{page}/{name}.csv"))
            table, found = _read(temporary, name), sha256(temporary)
            pin = file.with_suffix(".sha256")
            if pin.is_file() and pin.read_text(encoding="utf-8").strip() != found:
                raise InputError(
                    f"{page}/{name}.csv is another file than the one pulled before: its SHA-256 is {found}, "
                    f"expected {pin.read_text(encoding='utf-8').strip()}. To take it all the same, remove {pin}."
                )
        write_text(pin, found + "\n")
        yield f"{name}: {len(table):,} rows, SHA-256 {found}, in {file}"


def original(name: str) -> Samples:
    """Return the rows of one of the deck's files that has been pulled.

    Raises:
        MissingFileError: it has not been.
    """
    file = _place(name)
    if not file.is_file():
        raise MissingFileError(
            f"The file {name}.csv is missing.\nIt was looked for in {file.parent}.\n"
            f"Fetch it with `zoo data pull {name}`, or leave out original=True for the generated rows."
        )
    table = _read(file, name)
    if "class" not in COLUMNS[name]:
        return Samples(table[:, :1].astype("float32"), table[:, 1].astype("float32"), feature_names=("x",))
    return Samples(
        table[:, :2].astype("float32"),
        table[:, 2].astype("int64"),
        class_names=("class 0", "class 1"),
        feature_names=("x", "y"),
    )


def _place(name: str) -> Path:
    return cache_folder() / "originals" / f"{name}.csv"


def _fetch(url: str) -> bytes:
    import requests

    try:
        with requests.get(url, timeout=20, stream=True) as answer:
            answer.raise_for_status()
            content = bytearray()
            for piece in answer.iter_content(2**16):  # unpacked, and no more of it than the table may hold
                content += piece
                if len(content) > _MOST_BYTES:
                    raise InputError(
                        f"{url} is larger than {_MOST_BYTES:,} bytes, which the deck's file is not."
                    )
    except (requests.RequestException, OSError) as error:
        raise MissingFileError(
            f"{url} cannot be had.\n{type(error).__name__}: {error}\n"
            "The generated rows under the same name need no network: zoo.load_dataset."
        ) from error
    return bytes(content)


def _read(file: Path, name: str) -> np.ndarray:
    """Read the columns of a file, ``(rows, columns)``."""
    import pandas as pd

    try:
        frame = pd.read_csv(file)
        table: np.ndarray = frame[list(COLUMNS[name])].to_numpy("float64")
    except (KeyError, ValueError, UnicodeDecodeError) as error:
        wanted = ", ".join(COLUMNS[name])
        raise InputError(f"{name}.csv is no table of numbers with the columns {wanted}: {error}") from error
    labels = table[:, 2:]
    if not len(table) or not np.isfinite(table).all() or not np.isin(labels, (0, 1)).all():
        raise InputError(f"{name}.csv holds no rows, or values that are not finite or no class 0 or 1.")
    return table
