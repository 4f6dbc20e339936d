"""A file or folder is written whole or not at all, whatever happens on the way."""

import os
import re
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import zoo
from zoo._files import atomic_folder, atomic_path, write_text

LIMIT = 20_000


@pytest.fixture
def small_disk():
    """No file may grow over 20,000 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def leftover(path, process):
    """A temporary file of ``path`` as a process that was killed leaves it."""
    with atomic_path(path) as temporary:
        name = temporary.name
    left = path.with_name(re.sub(r"-\d+-", f"-{process}-", name))
    left.write_text("half")
    return left


def dead_process():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


@pytest.mark.parametrize("call", ["open", "close", "fsync", "replace"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_ctrl_c_at_any_step_leaves_a_whole_file_and_nothing_else(tmp_path, monkeypatch, call, number):
    path = tmp_path / "note.txt"
    write_text(path, "old")
    real, calls = getattr(os, call), []

    def interrupted(*arguments, **options):
        calls.append(arguments)
        if len(calls) == number:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, interrupted)
        try:
            write_text(path, "new")
        except KeyboardInterrupt:
            stopped = True
        else:
            stopped = False
    assert path.read_text() in (("old", "new") if stopped else ("new",))
    assert names(tmp_path) == ["note.txt"]


def test_the_file_is_flushed_before_the_rename_and_the_folder_after_it(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace
    name = lambda descriptor: str(Path(f"/proc/self/fd/{descriptor}").readlink())  # noqa: E731
    monkeypatch.setattr(os, "fsync", lambda descriptor: (done.append(name(descriptor)), fsync(descriptor)))
    monkeypatch.setattr(os, "replace", lambda *paths: (done.append("rename"), replace(*paths)))
    write_text(tmp_path / "note.txt", "whole")
    assert done[0].startswith(f"{tmp_path}/.note~")
    assert done[1:] == ["rename", str(tmp_path)]


def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path):
    path = tmp_path / "note.txt"
    left, alive = leftover(path, dead_process()), leftover(path, os.getppid())
    other = leftover(tmp_path / "other.txt", dead_process())
    write_text(path, "whole")
    assert not left.exists()
    assert alive.exists()
    assert other.exists()


def test_what_another_machine_left_is_swept_after_a_day(tmp_path):
    path = tmp_path / "note.txt"
    left = leftover(path, dead_process())
    theirs = left.rename(left.with_name(re.sub("~.{8}-", "~00000000-", left.name)))
    write_text(path, "whole")
    assert theirs.exists()
    os.utime(theirs, (time.time() - 100_000,) * 2)
    write_text(path, "whole")
    assert names(tmp_path) == ["note.txt"]


def test_two_writers_at_once_leave_the_whole_file_of_one(tmp_path):
    path, half = tmp_path / "note.txt", threading.Barrier(2)

    def write(letter):
        with atomic_path(path) as temporary, temporary.open("w") as file:
            file.write(letter * 1000)
            half.wait()
            file.write(letter * 1000)

    writers = [threading.Thread(target=write, args=letter) for letter in "ab"]
    [writer.start() for writer in writers]
    [writer.join() for writer in writers]
    assert path.read_text() in ("a" * 2000, "b" * 2000)
    assert names(tmp_path) == ["note.txt"]


def test_permissions_and_links_stay(tmp_path):
    path, link = tmp_path / "note.txt", tmp_path / "link.txt"
    old = os.umask(0o027)
    try:
        write_text(path, "old")
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o640
    path.chmod(0o600)
    link.symlink_to(path)
    with atomic_path(link) as temporary:
        assert temporary.stat().st_mode & 0o777 == 0o600
        temporary.write_text("new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_long_name_leaves_room_for_the_temporary_one(tmp_path):
    write_text(tmp_path / f"{'字' * 80}.txt", "whole")
    assert (tmp_path / f"{'字' * 80}.txt").read_text() == "whole"


def test_a_full_disk_is_told_and_the_old_file_stays(tmp_path, small_disk):
    path = tmp_path / "note.txt"
    write_text(path, "old")
    with pytest.raises(
        zoo.UnwritableFileError, match=r"note.txt was not written: .*as it was. Make room"
    ) as told:
        write_text(path, "x" * 100_000)
    assert isinstance(told.value, OSError)
    assert told.value.errno == 27
    assert not str(told.value).startswith("[Errno")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["note.txt"]


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".weights.h5"])
@pytest.mark.parametrize("units", [1500, 3000, 10_000])
def test_a_model_on_a_full_disk(tmp_path, request, suffix, units):
    model = zoo.create_model("mlp", input_shape=(4,), num_classes=3, hidden=(units,))
    save = zoo.save_weights if suffix == ".weights.h5" else zoo.save_model
    path = tmp_path / f"model{suffix}"
    path.write_text("the old file")
    request.getfixturevalue("small_disk")
    for _ in range(3):
        with pytest.raises(zoo.UnwritableFileError, match=r"was not written: it grows larger .*Make room"):
            save(model, path)
    assert path.read_text() == "the old file"
    assert names(tmp_path) == [path.name]


def test_a_file_that_may_only_be_read_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "note.txt"
    write_text(path, "old")
    path.chmod(0o400)
    monkeypatch.setattr(os, "access", lambda *_: False)  # to root, everything is open
    with pytest.raises(zoo.UnwritableFileError, match=r"may only be read"):
        write_text(path, "new")
    assert path.read_text() == "old"


def test_a_closed_folder_is_told(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(
        zoo.UnwritableFileError, match=r"nothing may be written in its folder. Allow it, or write"
    ):
        write_text(tmp_path / "note.txt", "new")


def test_an_error_of_the_block_is_its_own(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such thing"), atomic_path(tmp_path / "note.txt"):
        raise FileNotFoundError("no such thing")
    assert names(tmp_path) == []


def write_folder(path, words, count=3):
    with atomic_folder(path) as temporary:
        (temporary / "inner").mkdir()
        for number in range(count):
            (temporary / "inner" / f"{number}.txt").write_text(words)


def write_half_a_folder(path, error):
    with atomic_folder(path) as temporary:
        (temporary / "half.txt").write_text("half")
        raise error


def read_folder(path):
    return {file.name: file.read_text() for file in (path / "inner").iterdir()}


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_is_replaced_whole(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(sys, "platform", "another")
    path = tmp_path / "notes"
    write_folder(path, "old", 5)
    write_folder(path, "new")
    assert read_folder(path) == dict.fromkeys(("0.txt", "1.txt", "2.txt"), "new")
    assert names(tmp_path) == ["notes"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_folder_that_fails_leaves_the_old_one(tmp_path, error):
    path = tmp_path / "notes"
    write_folder(path, "old")
    with pytest.raises(error):
        write_half_a_folder(path, error)
    assert read_folder(path) == dict.fromkeys(("0.txt", "1.txt", "2.txt"), "old")
    assert names(tmp_path) == ["notes"]


def test_a_folder_on_a_full_disk(tmp_path, small_disk):
    path = tmp_path / "notes"
    write_folder(path, "old")
    with pytest.raises(zoo.UnwritableFileError, match=r"notes was not written"):
        write_folder(path, "x" * 100_000)
    assert read_folder(path)["0.txt"] == "old"
    assert names(tmp_path) == ["notes"]
