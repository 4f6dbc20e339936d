"""Files and folders that are written whole or not at all, and the checksum that pins them."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import platform
import re
import secrets
import shutil
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from zoo.errors import UnwritableFileError

_NO_ROOM = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota of the disk is used up",
    errno.EFBIG: "it grows larger than a file may be here",
}
_NO_ENTRY = {
    errno.EACCES: "nothing may be written in its folder",
    errno.EPERM: "nothing may be written in its folder",
    errno.EROFS: "the disk can only be read",
}
_DAY = 24 * 3600  # after which no writer is still at work, wherever it runs


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it only when the block succeeds.

    The new content is flushed to the disk before the rename, and the folder after it, so a crash at any moment
    leaves either the old file or the new one. What a killed writer leaves beside it, the next one sweeps away.
    Missing folders are made; a link stays one, and the file that it points to is replaced; an old file's
    permissions are kept.

    Args:
        path: the file to write. The temporary one has the same suffix, since writers go by it.

    Raises:
        UnwritableFileError: the disk is full, or the folder is closed to us; the old file is as it was.

    Examples:
        >>> import tempfile, pathlib
        >>> target = pathlib.Path(tempfile.mkdtemp()) / "note.txt"
        >>> with atomic_path(target) as temporary:
        ...     _ = temporary.write_text("whole")
        >>> target.read_text()
        'whole'
    """
    target = Path(os.path.realpath(path))
    with _disk_told(target):
        temporary = _beside(target)
        mode = target.stat().st_mode & 0o777 if target.is_file() else None
        try:
            with _entry_told(target):
                # A private file is private while it is written, too.
                os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode or 0o666))
            yield temporary
            if mode is not None:
                temporary.chmod(mode)
            _sync(temporary)
            temporary.replace(target)
            _sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield an empty folder beside ``path`` that takes its place, with all that is in it, when the block succeeds.

    Args:
        path: the folder to write. One that is there is replaced, with all that is in it.

    Raises:
        UnwritableFileError: as of `atomic_path`.

    Examples:
        >>> import tempfile, pathlib
        >>> target = pathlib.Path(tempfile.mkdtemp()) / "notes"
        >>> with atomic_folder(target) as temporary:
        ...     _ = (temporary / "first.txt").write_text("whole")
        >>> [file.name for file in target.iterdir()]
        ['first.txt']
    """
    target = Path(os.path.realpath(path))
    with _disk_told(target):
        temporary = _beside(target)
        try:
            with _entry_told(target):
                temporary.mkdir()
            yield temporary
            for inside in temporary.rglob("*"):
                _sync_folder(inside) if inside.is_dir() else _sync(inside)
            _sync_folder(temporary)
            if target.exists():
                _trade_places(temporary, target)
            else:
                temporary.rename(target)
            _sync_folder(target.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def no_room(error: BaseException) -> int | None:
    """Return the number of the disk's own error behind an error, where the disk has no room; None of any other.

    Libraries hide it in an error before, or in a sentence of theirs.
    """
    cause: BaseException | None = error
    while cause is not None:
        for number in _NO_ROOM:
            if getattr(cause, "errno", None) == number or os.strerror(number) in str(cause):
                return number
        cause = cause.__cause__ or cause.__context__
    return None


@contextlib.contextmanager
def _disk_told(target: Path) -> Iterator[None]:
    """Turn the error of a disk without room into a sentence."""
    try:
        yield
    except UnwritableFileError:
        raise
    except Exception as error:
        number = no_room(error)
        if number is None:
            raise
        raise _unwritable(target, _NO_ROOM[number], number) from error


@contextlib.contextmanager
def _entry_told(target: Path) -> Iterator[None]:
    """Turn the error of a folder that is closed to us into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ENTRY:
            raise
        raise _unwritable(target, _NO_ENTRY[error.errno], error.errno) from error


def _unwritable(target: Path, reason: str, number: int) -> UnwritableFileError:
    before = " What stood there before is as it was." if target.exists() else ""
    room = f" ({shutil.disk_usage(target.parent).free // 2**20:,} MiB are free)" if number in _NO_ROOM else ""
    way_out = "Make room" if number in _NO_ROOM else "Allow it"
    error = UnwritableFileError(
        f"{target} was not written: {reason}{room}.{before} {way_out}, or write elsewhere."
    )
    error.errno = number
    return error


def _beside(target: Path) -> Path:
    """Return a name beside ``target`` that says who writes, once what dead writers left is swept away."""
    if target.is_file() and not os.access(target, os.W_OK):  # a rename would not ask
        raise _unwritable(target, "it is there, and may only be read", errno.EACCES)
    with _entry_told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    begin, suffix = _ends(target)
    here = f"{zlib.crc32(platform.node().encode()):08x}"
    for leftover, machine, process in leftovers(target):
        _sweep(leftover, process if machine == here else None)
    return target.with_name(f"{begin}{here}-{os.getpid()}-{secrets.token_hex(4)}{suffix}")


def leftovers(target: Path) -> Iterator[tuple[Path, str, int]]:
    """Yield the temporary files or folders of a target, with the machine and the process that write or wrote them."""
    begin, suffix = _ends(target)
    ours = re.compile(rf"{re.escape(begin)}([0-9a-f]{{8}})-(\d+)-[0-9a-f]{{8}}{re.escape(suffix)}")
    for name in os.listdir(target.parent):  # noqa: PTH208 - of many files, the quick way
        if name.startswith(begin) and (found := ours.fullmatch(name)):
            yield target.parent / name, found[1], int(found[2])


def _ends(target: Path) -> tuple[str, str]:
    """Return how the names of a target's temporary files begin and end; writers go by the suffix."""
    suffix = "".join(target.suffixes[-2:]) if target.name.endswith(".weights.h5") else target.suffix
    return f".{target.stem[:40]}~", suffix


def _sweep(leftover: Path, process: int | None) -> None:
    """Remove a temporary file or folder whose writer is dead; of another machine's writer, only its age tells."""
    import psutil

    with contextlib.suppress(OSError):  # another sweeper was quicker
        old = time.time() - leftover.stat().st_mtime > _DAY
        if old or (process is not None and not psutil.pid_exists(process)):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


def _trade_places(new: Path, old: Path) -> None:
    """Let two folders trade places: in one step on Linux, else in three that leave the old one beside it at worst."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "renameat2"):
        here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        if libc.renameat2(here, os.fsencode(new), here, os.fsencode(old), exchange) == 0:
            return
    away = new.with_name(f"{new.name}-old")
    old.rename(away)
    new.rename(old)
    away.rename(new)


def _sync(path: Path, flags: int = os.O_RDWR) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    """Flush a folder's list of names, where the system has a word for it."""
    try:
        if os.name == "posix":  # Windows cannot open a folder
            _sync(path, os.O_RDONLY)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
