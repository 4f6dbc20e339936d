"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import BinaryIO, Literal

from zoo.errors import BrokenModelError, UnsafeModelError

Form = Literal["keras", "h5"]

FORMS: dict[str, Form] = {".keras": "keras", ".h5": "h5", ".hdf5": "h5"}
_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_OTHERS = (
    (_ZIP, "is a ZIP archive without a model of Keras"),
    (b"\x80", "looks like a pickle, which can run any code when it is opened"),
    (b"\x1f\x8b", "is compressed by gzip; unpack it first"),
    (b"\x93NUMPY", "is a NumPy array"),
    (b"{", "is JSON, at most an architecture; keras.models.model_from_json reads that"),
    (b"<", "is a web page or XML, often what a failed download leaves"),
    (b"version https://git-lfs", "is a pointer of Git LFS, not the file itself; `git lfs pull` fetches that"),
)


def check_form(path: Path) -> Form:
    """Return the format that a file's name says, once its first bytes agree.

    Raises:
        BrokenModelError: the file is empty, or is something else; says what.
    """
    form = FORMS[path.suffix]
    with path.open("rb") as file:
        start = file.read(64)
        found = _form_of(file, start)
    if found == form:
        return form
    if not start:
        raise broken(path, "it is empty")
    if found == "h5":
        raise broken(path, "it is an HDF5 file by its content. Give it the ending .h5")
    if found == "keras":
        raise broken(path, "it is a .keras archive by its content. Give it the ending .keras")
    if form == "keras" and start.startswith(_ZIP):
        if not zipfile.is_zipfile(path):
            raise broken(path, "it is cut off: the list of contents at a ZIP archive's end is missing")
        return form  # an archive of something else: what it lacks is told where it is read
    told = next((words for first, words in _OTHERS if start.startswith(first)), "")
    if start[4:8] == b"TFL3":
        told = "is a LiteRT model"
    wanted = "a ZIP archive" if form == "keras" else "HDF5"
    raise broken(path, f"it {told}" if told else f"it is not {wanted}, as a {path.suffix} file is")


def broken(path: Path, what: str) -> BrokenModelError:
    """Return the error of a file that is damaged or no model."""
    return BrokenModelError(f"{path} cannot be read as a model: {what}.")


def beyond(path: Path, what: str, limit: str) -> UnsafeModelError:
    """Return the error of a file that asks for more than a limit allows."""
    return UnsafeModelError(
        f"{path} was not opened: it {what}. If you know where it comes from, "
        f"zoo.load_model(path, limits=zoo.Limits({limit}=...)) raises that limit."
    )


def _form_of(file: BinaryIO, start: bytes) -> Form | None:
    if start.startswith(_ZIP) and zipfile.is_zipfile(file):
        try:
            with zipfile.ZipFile(file) as archive:
                return "keras" if "config.json" in archive.namelist() else None
        except (
            Exception
        ):  # zipfile raises many kinds for a list of contents that is damaged; told where it is read
            return None
    position, size = 0, file.seek(0, 2)
    while position < size:  # HDF5 may have something before it, up to one of these places
        file.seek(position)
        if file.read(len(_HDF5)) == _HDF5:
            return "h5"
        position = max(512, 2 * position)
    return None
