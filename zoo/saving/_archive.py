"""A ``.keras`` archive, checked before anything of it is unpacked."""

from __future__ import annotations

import io
import shutil
import stat
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from zoo.errors import BrokenModelError, UnsafeModelError
from zoo.saving._kinds import beyond, broken
from zoo.saving._limits import Limits, MiB

_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_PIECE = MiB
_IN_MEMORY = 64 * MiB
_HOW = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True)
class Contents:
    """The parts of an archive: two documents as text, and a file that HDF5 can open."""

    config: bytes
    metadata: bytes
    weights: IO[bytes]


def read_archive(path: Path, limits: Limits) -> Contents:
    """Read an archive whose members are all as they should be.

    Each member is read to its end once, counted, and held against its checksum. So what Keras reads later is what
    was looked at, and one wrong byte is found.

    Raises:
        UnsafeModelError: too many members, or one with a name that leads out, twice the same, a link, encrypted,
            or far larger than it should be.
        BrokenModelError: the archive is damaged, or lacks a part.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(path, members, limits)
            names = {member.filename for member in members}
            if _CONFIG not in names:
                raise broken(path, f"the archive has no {_CONFIG}, so it is no model of Keras")
            if _WEIGHTS not in names:
                other = " It has model.weights.npz, which is not read" if "model.weights.npz" in names else ""
                raise broken(
                    path, f"the archive has no {_WEIGHTS}.{other}" if other else f"it has no {_WEIGHTS}"
                )
            for member in members:
                if member.filename != _WEIGHTS:
                    _read_through(archive, member)
            return Contents(
                _document(path, archive, _CONFIG, limits),
                _document(path, archive, _METADATA, limits) if _METADATA in names else b"{}",
                _unpacked(archive, archive.getinfo(_WEIGHTS)),
            )
    except BrokenModelError:
        raise
    except Exception as error:  # zipfile and zlib raise many kinds for bytes that are no archive
        raise broken(path, f"the archive is damaged ({_short(error)})") from None


def _check_members(path: Path, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.members:
        raise beyond(path, f"holds {len(members):,} members, more than {limits.members:,}", "members")
    seen: set[str] = set()
    for member in members:
        fault = _fault(member, seen)
        if fault:
            raise UnsafeModelError(
                f"{path} was not opened: the archive's member {member.filename[:100]!r} {fault}. No program that "
                "saves models writes that; get the file from its source again."
            )
        seen.add(member.filename)
    size = path.stat().st_size
    packed, whole = sum(m.compress_size for m in members), sum(m.file_size for m in members)
    if packed > size:
        raise UnsafeModelError(
            f"{path} was not opened: its members overlap, {packed:,} bytes in a file of {size:,}. No program that "
            "saves models writes that; get the file from its source again."
        )
    if whole > limits.expanded:
        raise beyond(path, f"unpacks to {whole:,} bytes, more than {limits.expanded:,}", "expanded")
    for member in members:
        if member.file_size > max(limits.slack, limits.ratio * member.compress_size):
            raise beyond(
                path,
                f"holds {member.filename!r}, which unpacks from {member.compress_size:,} bytes to "
                f"{member.file_size:,}",
                "ratio",
            )


def _fault(member: zipfile.ZipInfo, seen: set[str]) -> str:
    name = member.filename
    path = PurePosixPath(name)
    if (
        member.orig_filename != name
        or "\\" in name
        or ":" in name
        or path.is_absolute()
        or ".." in path.parts
    ):
        return "has a name that leads out of the archive"
    if name in seen:
        return "stands there twice"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link, or no plain file"
    if member.flag_bits & 1:
        return "is encrypted"
    if member.compress_type not in _HOW:
        return "is packed in a way that Keras never uses"
    if member.compress_type == zipfile.ZIP_STORED and member.file_size != member.compress_size:
        return "has two sizes"
    return ""


def _read_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read a member to its end: zipfile compares its checksum there, and gives no byte more than it declares."""
    with archive.open(member) as file:
        while file.read(_PIECE):
            pass


def _document(path: Path, archive: zipfile.ZipFile, name: str, limits: Limits) -> bytes:
    size = archive.getinfo(name).file_size
    if size > limits.json_bytes:
        raise beyond(path, f"holds a {name} of {size:,} bytes, more than {limits.json_bytes:,}", "json_bytes")
    return archive.read(name)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """Return a member as a file, in memory or on the disk where it is large; deleted when it is closed."""
    if member.file_size <= _IN_MEMORY:
        return io.BytesIO(archive.read(member))
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    with archive.open(member) as packed:
        shutil.copyfileobj(packed, file, _PIECE)
    file.seek(0)
    return file


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:150] or type(error).__name__
