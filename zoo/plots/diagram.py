"""A model drawn as boxes and arrows, with or without Graphviz."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from zoo._files import atomic_path
from zoo._lazy import keras
from zoo.errors import InputError
from zoo.plots._boxes import Line, sizes
from zoo.plots._diagram_text import diagram_text
from zoo.plots._ink import check_suffix, draw_scene, write_figure
from zoo.plots._layout import arrange
from zoo.plots._model_graph import Box, Graph, model_graph

SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".txt")

_NOTE = "A subclassed model: only its code\nknows how these layers connect."


def diagram(
    model: keras.Model, *, show_shapes: bool = True, show_parameters: bool = True, expand_nested: bool = True
) -> Figure:
    """Draw the layers of a model and what feeds what, from top to bottom.

    A layer that is called twice is one box with two arrows in. A model inside the model is a frame around
    its own layers. A subclassed model is a column of its layers, since only its code knows the connections.

    Args:
        model: a built model.
        show_shapes: whether each box says its output shape, ``None`` standing for the batch (True).
        show_parameters: whether each box says how many parameters it has, if any (True).
        expand_nested: whether nested models show their layers (True) or are one box (False).

    Returns:
        A figure as large as the model needs. It belongs to no window: a notebook shows it as the last
        value of a cell, and ``figure.savefig`` or `save_diagram` writes it.

    Raises:
        InputError: if the model is not built, so that its shapes and connections do not exist yet.

    Examples:
        >>> import keras
        >>> layers = [keras.Input((4,)), keras.layers.Dense(8, name="hidden"), keras.layers.Dense(1)]
        >>> figure = diagram(keras.Sequential(layers))
        >>> [text.get_text() for text in figure.axes[0].texts if "param" in text.get_text()]
        ['40 parameters', '9 parameters']
    """
    _check_built(model)
    graph = model_graph(model, expand_nested=expand_nested)

    def lines_of(item: Box | Graph) -> list[Line]:
        return _lines(item, show_shapes=show_shapes, show_parameters=show_parameters)

    return draw_scene(arrange(graph, sizes(graph, lines_of)), lines_of, "" if graph.connected else _NOTE)


def save_diagram(
    model: keras.Model,
    path: str | os.PathLike[str],
    *,
    show_shapes: bool = True,
    show_parameters: bool = True,
    expand_nested: bool = True,
    dpi: float = 150,
) -> Path:
    """Write the diagram of a model to a file, in the format that its suffix names.

    `.svg`, `.png` and `.pdf` are drawn by Graphviz through `keras.utils.plot_model` where its `dot` is
    installed and works, and otherwise by `diagram`. `.dot` is Graphviz' own text and `.txt` a layer a line, for
    which nothing need be installed.

    Args:
        model: a built model.
        path: where to write; missing folders are made and an older file is replaced.
        show_shapes: whether each box says its output shape (True).
        show_parameters: whether each box says its number of parameters (True); Graphviz never does.
        expand_nested: whether nested models show their layers (True).
        dpi: dots per inch of a `.png` (150). A very long model gets fewer, as matplotlib has a largest image.

    Returns:
        The path.

    Raises:
        InputError: if the suffix is another one, or the model is not built.

    Examples:
        >>> import keras, pathlib, tempfile
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        >>> save_diagram(model, pathlib.Path(tempfile.mkdtemp()) / "model.svg").name
        'model.svg'
    """
    target = Path(path)
    suffix = check_suffix(target, SUFFIXES)
    _check_built(model)
    graphviz = {"show_shapes": show_shapes, "show_layer_names": True, "expand_nested": expand_nested}
    with atomic_path(target) as temporary:
        if suffix == ".dot":
            dot = keras.utils.model_to_dot(model, **graphviz)
            temporary.write_text(dot.to_string(), encoding="utf-8")
        elif suffix == ".txt":
            graph = model_graph(model, expand_nested=expand_nested)
            text = diagram_text(graph, show_shapes=show_shapes, show_parameters=show_parameters)
            temporary.write_text(f"{text}\n", encoding="utf-8")
        elif not _drawn_by_graphviz(model, temporary, dpi=dpi, **graphviz):
            figure = diagram(
                model, show_shapes=show_shapes, show_parameters=show_parameters, expand_nested=expand_nested
            )
            write_figure(figure, temporary, suffix, dpi)
    return target


def _drawn_by_graphviz(model: keras.Model, path: Path, **options: Any) -> bool:
    """Let Graphviz draw, if it is there and can; a broken installation must not cost the picture."""
    if not shutil.which("dot"):
        return False
    try:
        keras.utils.plot_model(model, str(path), show_trainable=False, **options)
    except (ImportError, OSError, AssertionError):  # pydot's word for a `dot` that fails is an assertion
        return False
    return True


def _check_built(model: keras.Model) -> None:
    if not model.built:
        raise InputError(
            f"The model {model.name!r} is not built, so it has no shapes or connections to draw. Start a "
            "Sequential model with keras.Input(shape), or call model.build((None, ...)) with your input "
            "shape, or call the model once on a batch of data."
        )


def _lines(item: Box | Graph, *, show_shapes: bool, show_parameters: bool) -> list[Line]:
    lines = [Line(item.name, bold=True), Line(item.class_name)]
    if isinstance(item, Box):
        if show_shapes:
            lines += [Line(shape) for shape in item.shapes]
        if show_parameters and item.parameters:
            lines.append(Line(f"{item.parameters:,} parameter{'s' * (item.parameters > 1)}"))
    return lines
