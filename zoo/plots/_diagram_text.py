"""A model's diagram as lines of text, for a terminal, a letter or a diff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from zoo.plots._model_graph import Graph

Row = tuple[str, str, str, str, str]


def diagram_text(graph: Graph, *, show_shapes: bool = True, show_parameters: bool = True) -> str:
    """Write a layer a line: its name, class, output shape and parameters, and the layers that feed it.

    The layers of a nested model stand under it, set in.

    Args:
        graph: of a model.
        show_shapes: whether each line says the output shape.
        show_parameters: whether each line says how many parameters there are, if any.

    Examples:
        >>> import keras
        >>> from zoo.plots._model_graph import model_graph
        >>> layers = [keras.Input((4,), name="x"), keras.layers.Dense(2, name="hidden")]
        >>> print(diagram_text(model_graph(keras.Sequential(layers, name="small"))))
        small  Sequential
          x       InputLayer  (None, 4)
          hidden  Dense       (None, 2)  10 parameters  <- x
    """
    rows = list(_rows(graph, "  "))
    shown = [True, True, show_shapes, show_parameters, True]
    columns = [column for column, wanted in zip(zip(*rows, strict=True), shown, strict=True) if wanted]
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width).rstrip()
        for row in zip(*columns, strict=True)
    ]
    return "\n".join([f"{graph.name}  {graph.class_name}", *lines, *([] if graph.connected else [_NOTE])])


_NOTE = "A subclassed model: only its code knows how these layers connect."


def _rows(graph: Graph, indent: str) -> Iterator[Row]:
    sources: defaultdict[int, list[str]] = defaultdict(list)
    for link in graph.links:
        sources[link.target].append(graph.nodes[link.source].name)
    for place, node in enumerate(graph.nodes):
        fed = f"<- {', '.join(dict.fromkeys(sources[place]))}" if sources[place] else ""
        if isinstance(node, Graph):
            yield f"{indent}{node.name}", node.class_name, "", "", fed
            yield from _rows(node, f"{indent}  ")
        else:
            count = f"{node.parameters:,} parameter{'s' * (node.parameters > 1)}" if node.parameters else ""
            yield f"{indent}{node.name}", node.class_name, ", ".join(node.shapes), count, fed
