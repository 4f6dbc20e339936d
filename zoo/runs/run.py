"""A run's folder: a recipe's parameters on the way in, its files on the way out."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import keras
from rich.console import Console
from rich.table import Table

import zoo.plots
from zoo import registry
from zoo._files import atomic_path, write_text
from zoo.devices import check_backend, use
from zoo.errors import InputError, PromiseError, UnknownNameError, did_you_mean
from zoo.figures import reaches, side
from zoo.runs.card import card, number, without_ends
from zoo.runs.measure import Epochs, epochs_of, of_run, of_test_rows, of_training
from zoo.runs.parameters import parse_parameters
from zoo.runs.session import Options, current_session
from zoo.runs.unfinished import CHECKPOINTS, unfinished
from zoo.saving import save_model
from zoo.training._shelf import Shelf, keep_trainings

_for_the_script = contextlib.ExitStack()


class Run:
    """One running of a recipe: its parameters, its random seed, and its folder.

    The parameters are attributes. ``zoo run NAME --epochs 5``, ``zoo.run_recipe("NAME", epochs=5)`` and
    ``python NAME.py --epochs 5`` replace the values given here. All randomness is seeded with ``seed``.

    Args:
        recipe: the recipe's name, which is its file's.
        seed: of Python, NumPy and Keras.
        **parameters: names and defaults: numbers, text, ``True`` or ``False``, or tuples.

    Attributes:
        recipe: the name.
        parameters: the values in force, ``seed`` among them.
        folder: ``runs/<recipe>/<time>``, made when the first file is written.
        metrics: what ``metrics.json`` holds, once `finish` has been called.
        model: the trained model, and ``data`` what it learnt from, once `finish` has been called.

    Examples:
        >>> run = Run("doctest", epochs=3, learning_rate=0.01)
        >>> run.epochs, run.seed
        (3, 0)
    """

    def __init__(self, recipe: str, *, seed: int = 0, **parameters: Any) -> None:
        self.recipe = recipe
        self._defaults = {**parameters, "seed": seed}
        given, options = _overrides(recipe, self._defaults)
        self.parameters: dict[str, Any] = {**self._defaults, **given}
        self.metrics: dict[str, Any] = {}
        parent = ((options and options.output) or Path("runs")) / recipe
        about = {"recipe": recipe, "parameters": self.parameters}
        broken_off = unfinished(parent, about) if options and options.resume else None
        self.folder = broken_off or _new_folder(parent)
        self._pictures: list[str] = []
        self._begin = time.perf_counter()
        keras.utils.set_random_seed(self.parameters["seed"])
        if (inside := current_session()) is not None:
            inside.run = self
        if options is not None:  # a run of its own, not a cell of a notebook
            keep_trainings(Shelf(self.folder / CHECKPOINTS, about))
            (inside.at_end if inside is not None else _for_the_script).callback(keep_trainings, None)

    def __getattr__(self, name: str) -> Any:
        parameters = self.__dict__.get("parameters", {})
        if name in parameters:
            return parameters[name]
        raise AttributeError(f"The run has no parameter {name!r}.{did_you_mean(name, parameters)}")

    def __repr__(self) -> str:
        return f"Run({self.recipe!r}, {', '.join(f'{k}={v!r}' for k, v in self.parameters.items())})"

    def keep(self, name: str, picture: Any) -> Any:
        """Write a picture into the run's folder and return it, so that a notebook shows it.

        Args:
            name: the file's name; where it has no suffix, ``.png`` is added, or an animation's ``.gif``.
            picture: a matplotlib `Figure`, or an `Animation`.
        """
        moves = isinstance(picture, zoo.plots.Animation)
        file = name if Path(name).suffix else f"{name}{'.gif' if moves else '.png'}"
        with atomic_path(self.folder / file) as temporary:
            (picture.save if moves else picture.savefig)(temporary)
        self._pictures.append(file)
        return picture

    def finish(
        self,
        model: keras.Model,
        history: keras.callbacks.History | Epochs | None = None,
        data: Any = None,
        *,
        test: Any = None,
        metrics: Mapping[str, float] | None = None,
        expect: Mapping[str, float] | None = None,
    ) -> dict[str, Any]:
        """Judge the model on the test split, write the run's files, and hold it to its promise.

        Args:
            model: the trained model.
            history: what `zoo.fit` returned, or its dictionary.
            data: the `Dataset`; ``None`` where there is none, as in a game. One without test rows is not judged.
            test: rows to judge by in place of ``data.test``, such as ``(images, images)``.
            metrics: figures that the recipe has measured itself.
            expect: figures that a run with the default parameters reaches, by the names in
                ``metrics.json``: at least, or at most for a loss or an error.

        Returns:
            The metrics.

        Raises:
            InputError: a promised figure is not measured.
            PromiseError: a run with the default parameters missed one.
        """
        rows = getattr(data, "test", None) if test is None else test
        self._figures: dict[str, float] = {}
        if rows is not None and len(rows) and getattr(model, "loss", None) is not None:
            self._figures |= of_test_rows(model, rows, seed=self.parameters["seed"])
        self._figures |= {name: float(value) for name, value in (metrics or {}).items()}
        self.metrics = {
            "recipe": self.recipe,
            "time": time.strftime("%Y-%m-%d %H:%M:%S"),
            **self._figures,
            **of_training(history),
            "parameter_count": int(model.count_params()),
            **of_run(data, self.parameters, begin=self._begin),
        }
        self.model, self.data = model, data
        save_model(model, self.folder / "model.keras")
        epochs = epochs_of(history)
        if epochs:
            write_text(self.folder / "history.csv", _csv(epochs))
            self.keep("curves.png", zoo.plots.curves(epochs))
        for suffix in ("svg", "png"):
            zoo.plots.save_diagram(model, self.folder / f"model.{suffix}")
        write_text(self.folder / "metrics.json", json.dumps(self.metrics, indent=2) + "\n")
        text = card(
            recipe=self.recipe,
            model=model,
            data=data,
            parameters=self.parameters,
            figures=self._figures,
            metrics=self.metrics,
            built_with=_built_with(model),
            pictures=[*self._pictures, "model.svg"],
        )
        write_text(self.folder / "README.md", text)
        keep_trainings(None)
        if not self.metrics["interrupted"]:  # else it may be taken up again
            shutil.rmtree(self.folder / CHECKPOINTS, ignore_errors=True)
        self._show()
        self._hold_to(expect or {})
        return self.metrics

    def _show(self) -> None:
        table = Table(title=self.recipe, title_justify="left", show_edge=False)
        for heading in ("figure", "value", "95 % interval"):
            table.add_column(heading)
        for name, value in without_ends(self._figures).items():
            low, high = self._figures.get(f"{name}_low"), self._figures.get(f"{name}_high")
            between = f"{low:.4f} to {high:.4f}" if low is not None else ""
            table.add_row(name, number(value), between)
        console = Console()
        console.print(table)
        seconds = self.metrics["train_seconds"]
        console.print(
            f"{self.metrics['epochs_run']} epochs in {seconds:.1f} s. Pictures, model and card are in"
        )
        console.print(f"  {self.folder}", soft_wrap=True, highlight=False)

    def _hold_to(self, expect: Mapping[str, float]) -> None:
        for name in expect:
            if name not in self.metrics:
                known = list(without_ends(self._figures))
                raise InputError(
                    f"The recipe promises {name!r}, which is not measured.{did_you_mean(name, known)}"
                )
        if self.parameters != self._defaults or self.metrics["interrupted"]:
            return
        for name, bound in expect.items():
            value = self.metrics[name]
            if not reaches(name, value, bound):
                raise PromiseError(
                    f"{self.recipe} promises {name} of {side(name)} {bound} with its default "
                    f"parameters, and this run has {number(value)}. Its files are in {self.folder}."
                )


def _overrides(recipe: str, defaults: Mapping[str, Any]) -> tuple[dict[str, Any], Options | None]:
    """Return what the session or the command line puts in place of the defaults; in a notebook no options."""
    inside = current_session()
    if inside is not None and inside.recipe != recipe and inside.run is None:
        raise InputError(
            f"{inside.recipe}.py makes zoo.Run({recipe!r}, ...), so its options would go astray. A run has its "
            f"file's name: zoo.Run({inside.recipe!r}, ...)."
        )
    if inside is not None and inside.recipe == recipe:
        unknown = [name for name in inside.parameters if name not in defaults]
        if unknown:
            hint = did_you_mean(unknown[0], defaults) or f" There are {', '.join(defaults)}."
            raise UnknownNameError(f"{recipe} has no parameter {unknown[0]!r}.{hint}")
        return dict(inside.parameters), Options(output=inside.output, resume=inside.resume)
    if inside is None and Path(sys.argv[0]).stem == recipe and sys.argv[0].endswith(".py"):
        given, options = parse_parameters(defaults, sys.argv[1:], program=Path(sys.argv[0]).name)
        if options.backend not in (None, keras.config.backend()):
            _begin_again(str(options.backend))
        # The script's own end is the end of the block.
        _for_the_script.enter_context(use(options.device, mixed_precision=options.mixed_precision))
        return given, options
    return {}, None


def _begin_again(backend: str) -> NoReturn:
    """Run this script anew: Keras is imported by now, and cannot change its backend."""
    check_backend(backend)
    environment = {**os.environ, "KERAS_BACKEND": backend}
    # Ctrl-C reaches both processes. Left to itself this one would kill the other, which is about to write its files.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        done = subprocess.run([sys.executable, *sys.argv], env=environment)
    finally:
        signal.signal(signal.SIGINT, before)
    raise SystemExit(done.returncode)


def _new_folder(parent: Path) -> Path:
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S")
    folder, number = parent / stamp, 2
    while folder.exists():
        folder, number = parent / f"{stamp}_{number}", number + 1
    return folder


def _csv(epochs: Epochs) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *epochs])
    writer.writerows(
        [number, *map(float, row)] for number, row in enumerate(zip(*epochs.values(), strict=True), 1)
    )
    return text.getvalue()


def _built_with(model: keras.Model) -> str:
    made = registry.made_with(model)
    if made is None:
        return ""
    name, arguments = made
    return f"zoo.create_model({name!r}, {', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
