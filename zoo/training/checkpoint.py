"""Training that survives: what a killed process had come to, kept in a folder and taken up again, bit for bit."""

from __future__ import annotations

import contextlib
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError, PreflightWarning
from zoo.training._all_variables import misfit, training_variables, values_of
from zoo.training._callback_state import CallbackStates, let_files_go_on
from zoo.training._checkpoint_file import CheckpointFile
from zoo.training._plain_state import from_plain, to_plain
from zoo.training._random_state import random_states, set_random_states
from zoo.training._same_run import differences, versions
from zoo.training._shelf import current_shelf

EVERY = 5.0  # seconds from one writing to the next, so that a short epoch does not pay for it
SHARE = 20  # times as long as writing takes, training goes on in between
SHORT = 0.5  # seconds of a training that a recipe's run does not keep: to do it again is as quick


class Checkpoint:
    """What one training needs to be taken up again, in one file.

    Args:
        folder: of this training alone; ``None`` keeps nothing, or what a recipe's run wants to keep.

    Attributes:
        way: how the training went that is taken up: ``compiled``, ``xla``, ``budget``; empty for a new one.
        begun: epochs that were done before; 0 for a new training.
        cut_short: says whether an epoch has been broken off, so that what there is of it is not to be kept.

    Raises:
        BrokenModelError: the folder's file is damaged.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        shelf = current_shelf() if folder is None else None
        self._shelf = shelf
        if shelf is not None:
            folder = shelf.next()
        self._file = None if folder is None else CheckpointFile(folder)
        self._found = None if self._file is None else self._file.read()
        self._document: dict[str, Any] = {} if self._found is None else self._found[0]
        self._way: dict[str, Any] = self._document.get("way", {})
        self._start = self._last = time.perf_counter()
        self._took, self._told_of_failure = 0.0, False
        self._before = float(self._document.get("seconds", 0.0))
        self._states: CallbackStates | None = None
        self._told: Any = None
        self.cut_short: Callable[[], bool] = lambda: False
        self.begun: int = self._document.get("epoch", 0)

    @property
    def active(self) -> bool:
        """Whether anything is kept."""
        return self._file is not None

    @property
    def way(self) -> Mapping[str, Any]:
        """How the training went that is taken up."""
        return self._way

    @property
    def seconds(self) -> float:
        """How long earlier processes have trained."""
        return self._before

    def seed_or(self, drawn: int) -> int:
        """Return the seed of the order of rows: that of the training that is taken up, or the one that was drawn."""
        return int(self._document.get("order", drawn))

    def compare(self, description: dict[str, Any], *, epochs: int, order: int) -> None:
        """Refuse to take up another training than this one.

        Args:
            description: what `zoo.training._same_run.description` says of the training that is about to begin.
            epochs: where it ends.
            order: seed of the order of its rows.

        Raises:
            InputError: it is another one; says what differs.
        """
        if self._file is None:
            return
        self._description, self._order, self._epochs = description, order, epochs
        if self._found is None:
            return
        found = differences(description, self._document["description"])
        if epochs < self.begun:
            found.append(f"epochs is {epochs}, and {self.begun} are done")
        if found:
            out = (
                "Run the recipe without --resume"
                if self._shelf is not None
                else f"Pass another checkpoint=, or delete {self._file.folder} to begin anew"
            )
            raise InputError(
                f"The checkpoint in {self._file.folder} is of another training: {'; '.join(found)}. {out}."
            )
        if others := differences(versions(), self._document["versions"]):
            warnings.warn(
                f"The checkpoint in {self._file.folder} was written with other versions ({'; '.join(others)}): the "
                "last bits may differ from those of a training without a break.",
                PreflightWarning,
                stacklevel=3,
            )

    @contextlib.contextmanager
    def around(self, callbacks: Sequence[Any], *, stream: bool, verbose: bool) -> Iterator[None]:
        """Hold the folder for a training, and let the files of its callbacks go on.

        Args:
            callbacks: those whose state is kept.
            stream: whether the rows come as a stream.
            verbose: whether to say where training goes on.

        Raises:
            InputError: another process is training with it.
        """
        if self._file is None:
            yield
            return
        self._file.hold()
        self._callbacks = list(callbacks)
        appending = [] if self._found is None else let_files_go_on(callbacks, self._document["callbacks"][1:])
        self._stream = stream
        if self._found is not None and verbose:
            print(f"going on after epoch {self.begun} ({self._folder})", flush=True)
        try:
            yield
        finally:
            for callback in appending:
                callback.append = False
            if self._told is not None:
                self._told.model._initial_epoch = None
            self._file.close()

    def begin(self, told: keras.callbacks.CallbackList, **way: Any) -> None:
        """Take up what the folder holds, once all callbacks know that training has begun.

        Args:
            told: the callbacks.
            **way: how the training goes.
        """
        if self._file is None:
            return
        self._told, self._way = told, way
        self._states = CallbackStates([told._history, *self._callbacks])
        unkept = self._states.unkept()
        if self._shelf is None or self._found is not None:
            self._tell_of_limits(unkept)
        if self._found is None:
            return
        model, (document, arrays) = told.model, self._found
        groups = training_variables(model)
        kept = {name: [arrays[place] for place in places] for name, places in document["variables"].items()}
        for name in dict.fromkeys((*groups, *kept)):
            if (why := misfit(groups.get(name, []), kept.get(name, []))) is not None:
                raise InputError(
                    f"The checkpoint in {self._folder} is of another training: the {name} has {why}."
                )
        for name, variables in groups.items():
            for variable, value in zip(variables, kept[name], strict=True):
                variable.assign(keras.ops.convert_to_tensor(value, variable.dtype))
        self._states.restore(document["callbacks"], arrays)
        set_random_states(from_plain(document["random"], arrays))
        model._initial_epoch = self._epochs if document["stopped"] else self.begun
        self._found = None  # which may be large

    def rest(self, epoch: int, *, last: bool) -> None:
        """Write, where it is time to: model and callbacks have both come to the end of an epoch.

        Args:
            epoch: the epoch that has ended, counted from 0.
            last: whether no other follows.
        """
        now = time.perf_counter()
        if self._file is None or self._states is None or self.cut_short():
            return
        if not last and now - self._last < max(EVERY, SHARE * self._took):
            return
        if last and self._shelf is not None and now - self._start < SHORT:
            return
        try:
            self._write(epoch)
        except OSError as error:
            if not self._told_of_failure:
                self._told_of_failure = True
                warnings.warn(
                    f"The checkpoint in {self._folder} could not be written ({error.strerror or error}). Training goes "
                    "on, and it is tried again after a later epoch; until then the last one that was written stays.",
                    PreflightWarning,
                    stacklevel=2,
                )
        self._last = time.perf_counter()
        self._took = self._last - now

    @property
    def _folder(self) -> Path | None:
        return None if self._file is None else self._file.folder

    def _write(self, epoch: int) -> None:
        assert self._file is not None
        assert self._states is not None
        model = self._told.model
        arrays: list[np.ndarray] = []
        variables: dict[str, list[int]] = {}
        for name, group in training_variables(model).items():
            variables[name] = list(range(len(arrays), len(arrays) + len(group)))
            arrays += values_of(group)
        if self._shelf is not None:
            self._shelf.label()
        document = {
            "epoch": epoch + 1,
            "stopped": bool(model.stop_training),
            "order": self._order,
            "way": self._way,
            "description": self._description,
            "versions": versions(),
            "seconds": self._before + time.perf_counter() - self._start,
            "variables": variables,
            "callbacks": self._states.state(arrays),
            "random": to_plain(random_states(), arrays),
        }
        self._file.write(document, arrays)

    def _tell_of_limits(self, unkept: Sequence[str]) -> None:
        if unkept:
            warnings.warn(
                f"A checkpoint cannot keep {', '.join(unkept)}: after a break it begins anew. Give the callback "
                "get_state(), which returns numbers, text, arrays, or nests of them, and set_state(state).",
                PreflightWarning,
                stacklevel=2,
            )
        if self._stream:
            warnings.warn(
                "The data comes as a stream, which cannot be rewound: after a break it begins anew at the end of an "
                "epoch. That is exact only where it gives the same batches in each epoch; pass arrays otherwise.",
                PreflightWarning,
                stacklevel=2,
            )
