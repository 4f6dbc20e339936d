"""Where are the recipes, and how do I run one?

A recipe is a script in ``recipes/chNN_<chapter>/``. What is listed of it is read from its text, so nothing
heavy is imported: its title and summary from its first cell, its parameters from its ``zoo.Run(...)``.
"""

from __future__ import annotations

import ast
import fnmatch
import hashlib
import os
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo._paths import shipped_folder
from zoo.errors import InputError, UnknownNameError, did_you_mean

if TYPE_CHECKING:
    from zoo.runs.run import Run

_BUILD = ("create_model", "fit_many")  # what takes a builder's name first


@dataclass(frozen=True)
class Recipe:
    """What a recipe's text says of it.

    Attributes:
        name: its file's name.
        chapter: its folder's name, such as ``ch09_digits``.
        path: the file.
        title: its first heading.
        summary: the paragraph below the heading.
        parameters: names and defaults.
        models: the builders that it creates.
        promises: names of the figures that it promises.
    """

    name: str
    chapter: str
    path: Path
    title: str
    summary: str
    parameters: dict[str, Any]
    models: tuple[str, ...]
    promises: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Sixteen digits of its code's SHA-256, comments and layout left out."""
        code = ast.unparse(ast.parse(self.path.read_text(encoding="utf-8")))
        return hashlib.sha256(code.encode()).hexdigest()[:16]


def list_recipes(pattern: str = "*") -> list[str]:
    """List the names that `run_recipe` takes, in the order of the course.

    Args:
        pattern: a name with the wildcards ``*``, ``?`` and ``[...]``.

    Examples:
        >>> list_recipes("digits_*")
        ['digits_cnn', 'digits_mlp']
    """
    return [path.stem for path in _files() if fnmatch.fnmatchcase(path.stem, pattern)]


def all_recipes(pattern: str = "*") -> list[Recipe]:
    """Return every recipe whose name matches, in the order of the course."""
    return [read_recipe(path) for path in _files() if fnmatch.fnmatchcase(path.stem, pattern)]


def recipes_with(architecture: str) -> list[Recipe]:
    """Return the recipes that build a model of this architecture, in the order of the course.

    Args:
        architecture: a builder's name; models with its finished weights or presets count too.

    Examples:
        >>> [recipe.name for recipe in recipes_with("two_in_two_out")]
        ['two_in_two_out']
    """
    naming = (path for path in _files() if architecture in path.read_text(encoding="utf-8"))
    recipes = map(read_recipe, naming)
    return [r for r in recipes if architecture in (model.partition(".")[0] for model in r.models)]


def find_recipe(name: str) -> Recipe:
    """Return a recipe by its name, or by the path of its file.

    Raises:
        UnknownNameError: no recipe of that name; names the nearest ones.
    """
    if str(name).endswith(".py") and Path(name).is_file():
        return read_recipe(Path(name))
    files = {path.stem: path for path in _files()}
    if name not in files:
        hint = did_you_mean(name, files)
        raise UnknownNameError(f"No recipe {name!r}.{hint} `zoo recipes` shows all {len(files)}.")
    return read_recipe(files[name])


def run_recipe(
    name: str,
    *,
    output: str | os.PathLike[str] | None = None,
    device: str | None = None,
    mixed_precision: bool = False,
    resume: bool = False,
    **parameters: Any,
) -> Run:
    """Run a recipe from Python: the same as ``zoo run NAME --parameter value``.

    Args:
        name: one of `list_recipes`, or the path of a recipe of your own.
        output: folder for runs; ``runs`` in the working directory by default.
        device: ``cpu``, ``gpu`` or ``gpu:1``; by default a graphics card where Keras sees one.
        mixed_precision: multiply in 16 bits and keep weights in 32.
        resume: go on with the newest run of these parameters that was killed or stopped, in its folder; where there is
            none, begin anew. Each training of the recipe ends as it would have without the break.
        **parameters: values in place of the recipe's own.

    Returns:
        The finished run: ``.metrics``, ``.folder``, ``.model``.

    Raises:
        UnknownNameError: no such recipe, or it has no such parameter.
        InputError: there is no such device.
        PromiseError: the recipe missed the figure it promises.
    """
    from zoo.devices import use
    from zoo.runs.session import session

    recipe = find_recipe(name)
    check_parameters(recipe, parameters)
    folder = Path(output) if output is not None else None
    with (
        use(device, mixed_precision=mixed_precision),
        session(recipe.name, parameters, folder, resume=resume) as running,
    ):
        runpy.run_path(str(recipe.path), run_name="__main__")
    if running.run is None:
        raise InputError(f"{recipe.path} is no recipe: it makes no zoo.Run({recipe.name!r}, ...).")
    return running.run


def check_parameters(recipe: Recipe, parameters: dict[str, Any]) -> None:
    """Refuse parameters that the recipe does not have, before anything heavy is imported.

    Raises:
        UnknownNameError: there is one; names the nearest.
    """
    for name in parameters:
        if name not in recipe.parameters:
            hint = did_you_mean(name, recipe.parameters) or f" There are {', '.join(recipe.parameters)}."
            raise UnknownNameError(f"{recipe.name} has no parameter {name!r}.{hint}")


def read_recipe(path: Path) -> Recipe:
    """Read what a recipe's text says of it."""
    text = path.read_text(encoding="utf-8")
    title, summary = _heading(text)
    parameters: dict[str, Any] = {}
    models: list[str] = []
    promises: list[str] = []
    for node in _telling(text, path):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "Run":
            parameters = {k.arg: _literal(k, path) for k in node.keywords if k.arg} | parameters
            parameters.setdefault("seed", 0)
        elif node.func.attr in _BUILD and node.args and isinstance(node.args[0], ast.Constant):
            models.append(str(node.args[0].value))
        elif node.func.attr == "finish":
            expect = [k.value for k in node.keywords if k.arg == "expect" and isinstance(k.value, ast.Dict)]
            promises = [str(key.value) for d in expect for key in d.keys if isinstance(key, ast.Constant)]
    return Recipe(
        name=path.stem,
        chapter=path.parent.name,
        path=path,
        title=title,
        summary=summary,
        parameters=parameters,
        models=tuple(dict.fromkeys(models)),
        promises=tuple(promises),
    )


def _telling(text: str, path: Path) -> Iterator[ast.AST]:
    """Yield what stands in the statements that say something of a recipe; to walk through all of them takes long."""
    lines = text.splitlines()
    for statement in ast.parse(text, filename=str(path)).body:
        source = "\n".join(lines[statement.lineno - 1 : statement.end_lineno])
        if any(word in source for word in ("Run", *_BUILD, "finish")):
            yield from ast.walk(statement)


def _literal(keyword: ast.keyword, path: Path) -> Any:
    """Return a parameter's value, which is read and not run."""
    try:
        return ast.literal_eval(keyword.value)
    except ValueError as error:
        raise InputError(
            f"{path}: zoo.Run(..., {ast.unparse(keyword)}) is computed, and parameters are read before anything "
            "runs; write the value itself, a number, text, True, False or a tuple."
        ) from error


def _files() -> list[Path]:
    return sorted(shipped_folder("recipes").glob("ch*/*.py"))


def _heading(text: str) -> tuple[str, str]:
    """Return the first heading of the first cell, and the paragraph below it."""
    lines = [line.removeprefix("#").strip() for line in text.splitlines()]
    start = next((i for i, line in enumerate(lines) if line.startswith("# ")), None)
    if start is None:
        return "", ""
    paragraph: list[str] = []
    for line in lines[start + 1 :]:
        if line.startswith("%%") or (not line and paragraph):
            break
        if line:
            paragraph.append(line)
    return lines[start][2:], " ".join(paragraph)
