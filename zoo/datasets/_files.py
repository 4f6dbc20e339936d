"""Finding a dataset's file: a given path, ``$ZOO_DATA_DIR``, the cache, then a pinned download."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from zoo._files import sha256
from zoo.errors import InputError, MissingFileError


def cache_folder() -> Path:
    """Return the folder that downloads are kept in."""
    return Path(platformdirs.user_cache_dir("keras-model-zoo")) / "datasets"


def data_file(
    name: str,
    *,
    checksums: tuple[str, ...] = (),
    url: str | None = None,
    path: str | os.PathLike[str] | None = None,
) -> Path:
    """Return the path of a dataset's file, downloaded if it must be.

    Args:
        name: the file's name.
        checksums: the SHA-256 of every known build of it; the first is the download's.
        url: where it can be downloaded.
        path: where the user says it is.

    Raises:
        MissingFileError: it is nowhere; three lines say what, where, and what to do.
        InputError: a file is there and is another one.
    """
    if path is not None:
        chosen = Path(path).expanduser()
        if not chosen.is_file():
            raise MissingFileError(f"{name} was to be read from {chosen}, and no file is there.")
        return _checked(chosen, checksums)
    for folder in _folders():
        if (folder / name).is_file():
            return _checked(folder / name, checksums)
    if url is not None:
        return _download(url, name, checksums[0])
    raise MissingFileError(_three_lines(name, None))


def _folders() -> list[Path]:
    named = os.environ.get("ZOO_DATA_DIR")
    return [*([Path(named).expanduser()] if named else []), cache_folder()]


def _checked(path: Path, checksums: tuple[str, ...]) -> Path:
    if checksums and (found := sha256(path)) not in checksums:
        raise InputError(
            f"{path} is not the file it should be: its SHA-256 is {found}, expected "
            f"{' or '.join(checksums)}. Remove it, or give the right one with path=."
        )
    return path


def _download(url: str, name: str, checksum: str) -> Path:
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    try:
        got = pooch.retrieve(
            url, known_hash=f"sha256:{checksum}", fname=name, path=cache_folder(), progressbar=False
        )
    except (requests.RequestException, OSError) as error:
        raise MissingFileError(_three_lines(name, url)) from error
    except ValueError as error:  # pooch's word for a wrong checksum; it keeps nothing
        raise InputError(f"What {url} sent is not {name}: {error}") from error
    return Path(got)


def _three_lines(name: str, url: str | None) -> str:
    named = os.environ.get("ZOO_DATA_DIR")
    first = f"ZOO_DATA_DIR ({named})" if named else "ZOO_DATA_DIR (not set)"
    tried = f", and a download from {url} failed" if url else ""
    return (
        f"The file {name} is missing.\n"
        f"It was looked for in {first} and in {cache_folder()}{tried}.\n"
        f"Put {name} into a folder and set ZOO_DATA_DIR to it, or pass path= to load_dataset."
    )
