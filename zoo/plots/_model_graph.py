"""What a Keras model looks like as a graph, and where each part of it goes on paper.

`model_graph` reads Keras' own record of who feeds whom. `arrange` places it: igraph's Sugiyama method
orders every row so that few arrows cross, and a linear programme then finds the horizontal places that
keep arrows straight while the boxes keep their true widths. A nested model is arranged first, by itself,
and is one large box to the model around it. All lengths are inches, with y growing downwards.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, combinations, pairwise, product
from typing import Any

import igraph
from scipy import sparse
from scipy.optimize import linprog

from zoo._lazy import keras

Key = tuple[
    int, ...
]  # a box's place in the model: (3,) is its fourth layer, (3, 0) the first one inside that
Point = tuple[float, float]

# A layer's kind is the folder of Keras that its class, or the nearest base of its class, comes from.
_KINDS = {
    "convolutional": "weights",
    "attention": "weights",
    "rnn": "weights",
    "activations": "activation",
    "merging": "merge",
    "normalization": "regularisation",
    "regularization": "regularisation",
    "pooling": "shape",
    "reshaping": "shape",
    "preprocessing": "other",
}


@dataclass(frozen=True)
class Box:
    """One layer (or one operation of `keras.ops`), and what there is to say about it."""

    key: Key
    name: str
    class_name: str
    kind: str
    shapes: tuple[str, ...] = ()
    parameters: int = 0


@dataclass(frozen=True)
class Link:
    """A tensor on its way: from one output of node ``source`` to one input of node ``target``."""

    source: int
    output: int
    target: int
    input: int


@dataclass(frozen=True)
class Graph:
    """A model: its nodes, the links between them, and the nodes that its inputs and outputs belong to."""

    key: Key
    name: str
    class_name: str
    nodes: tuple[Box | Graph, ...]
    links: tuple[Link, ...]
    inputs: tuple[tuple[int, int], ...] = ()  # (node, input of that node)
    outputs: tuple[tuple[int, int], ...] = ()  # (node, output of that node)
    connected: bool = True  # False for a subclassed model, whose links only its code knows


def model_graph(model: keras.Model, *, expand_nested: bool = True, key: Key = ()) -> Graph:
    """Read the graph that Keras recorded while the model was put together.

    Args:
        model: a built model.
        expand_nested: whether a model inside the model is a `Graph` of its own (True) or one `Box`.
        key: the place of this model in the one around it; ``()`` for the outermost.

    Returns:
        The model's layers in Keras' order, and how they are linked.

    Examples:
        >>> import keras
        >>> graph = model_graph(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="out")]))
        >>> [node.name for node in graph.nodes][1:], graph.links
        (['out'], (Link(source=0, output=0, target=1, input=0),))
    """
    function = _function(model)
    if function is None:
        nodes = tuple(_node(layer, [], (*key, i), expand_nested) for i, layer in enumerate(model.layers))
        return Graph(key, model.name, type(model).__name__, nodes, (), connected=False)
    operations = list(function.operations)
    if key and isinstance(model, keras.Sequential) and model.layers:
        # Keras gives every Sequential an input of its own. Inside another model the arrow goes straight
        # to the first layer, as the user wrote it.
        operations = [op for op in operations if not isinstance(op, keras.layers.InputLayer)]
    place = {id(operation): i for i, operation in enumerate(operations)}
    calls: dict[int, list[Any]] = defaultdict(list)
    for call in (call for depth in function._nodes_by_depth.values() for call in depth):
        calls[id(call.operation)].append(call)  # these calls only: a layer may serve other models too
    nodes = tuple(_node(op, calls[id(op)], (*key, i), expand_nested) for i, op in enumerate(operations))
    links: list[Link] = []
    entrances: dict[int, tuple[int, int]] = {}
    for i, operation in enumerate(operations):
        for call in calls[id(operation)]:
            for slot, tensor in enumerate(_fed(call)):
                origin = tensor._keras_history
                entrances.setdefault(id(origin.operation), (i, slot))
                if id(origin.operation) in place:
                    links.append(Link(place[id(origin.operation)], origin.tensor_index, i, slot))
    sources = [tensor._keras_history.operation for tensor in function.inputs]
    ends = [tensor._keras_history for tensor in function.outputs]
    return Graph(
        key,
        model.name,
        type(model).__name__,
        nodes,
        tuple(dict.fromkeys(links)),
        inputs=tuple((place[id(s)], 0) if id(s) in place else entrances[id(s)] for s in sources),
        outputs=tuple((place[id(end.operation)], end.tensor_index) for end in ends),
    )


def _function(model: Any) -> Any:
    """Return the `keras.Function` behind a model, or None where only the model's code knows it."""
    inner = model._functional if isinstance(model, keras.Sequential) else model
    return inner if isinstance(inner, keras.Function) else None


def _fed(call: Any) -> list[Any]:
    """Return the tensors that a call was given, in the order of the called model's inputs."""
    function, arguments = _function(call.operation), call.arguments.args
    if function is not None and arguments and isinstance(arguments[0], dict):
        names = [tensor._keras_history.operation.name for tensor in function.inputs]
        if all(name in arguments[0] for name in names):
            return [arguments[0][name] for name in names]
    return list(call.input_tensors)


def _node(operation: Any, calls: Sequence[Any], key: Key, expand_nested: bool) -> Box | Graph:
    if expand_nested and _function(operation) is not None:
        return model_graph(operation, key=key)
    shapes = dict.fromkeys(shape for call in calls for shape in _shapes(call))
    built = isinstance(operation, keras.Layer) and operation.built
    parameters = operation.count_params() if built else 0
    class_name = type(operation).__name__
    return Box(key, operation.name, class_name, _kind(operation, calls), tuple(shapes), parameters)


def _shapes(call: Any) -> list[str]:
    """Return the output shapes of a call, a repeated one as ``3 x (None, 8)``."""
    counts = Counter(str(tuple(out.shape)) for out in call.outputs)
    return [shape if count == 1 else f"{count} x {shape}" for shape, count in counts.items()]


def _kind(operation: Any, calls: Sequence[Any]) -> str:
    if isinstance(operation, keras.layers.InputLayer):
        return "input"
    if isinstance(operation, keras.Model):
        return "model"
    for base in type(operation).__mro__:
        _, _, tail = base.__module__.partition(".layers.")
        if kind := _KINDS.get(tail.partition(".")[0]):
            return kind
    if getattr(operation, "weights", None):
        return "weights"
    return "merge" if any(len(call.input_tensors) > 1 for call in calls) else "other"


GAP = 0.34  # between two neighbours in a row
PADDING = 0.2  # between a frame and what it holds
HEAD = 0.13  # an arrow ends in a straight piece this long
LOOP = 0.3  # room at the side of a layer that is fed its own output

SizeOf = Callable[[Box | Graph], tuple[float, float]]  # width and height that a box or a title needs


@dataclass(frozen=True)
class Rect:
    """A box, or the frame of a nested model, on paper; ``x`` and ``y`` are its top left corner."""

    item: Box | Graph
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Arrow:
    """A connection between two boxes, as the points it passes; ``()`` stands for the world outside."""

    source: Key
    target: Key
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Scene:
    """An area with everything in it: one box, one framed model, or the whole diagram."""

    width: float
    height: float
    rows: int = 1
    boxes: tuple[Rect, ...] = ()
    frames: tuple[Rect, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    entrances: tuple[
        Arrow, ...
    ] = ()  # from the upper border to the box inside; none if all of this is one box
    exits: tuple[Arrow, ...] = ()  # from the box inside to the lower border

    def moved(self, dx: float, dy: float) -> Scene:
        """Return the same scene, with everything in it moved."""

        def rects(old: tuple[Rect, ...]) -> tuple[Rect, ...]:
            return tuple(replace(rect, x=rect.x + dx, y=rect.y + dy) for rect in old)

        def arrows(old: tuple[Arrow, ...]) -> tuple[Arrow, ...]:
            return tuple(replace(arrow, points=_shift(arrow.points, dx, dy)) for arrow in old)

        return replace(
            self,
            boxes=rects(self.boxes),
            frames=rects(self.frames),
            arrows=arrows(self.arrows),
            entrances=arrows(self.entrances),
            exits=arrows(self.exits),
        )


def _shift(points: tuple[Point, ...], dx: float, dy: float) -> tuple[Point, ...]:
    return tuple((x + dx, y + dy) for x, y in points)


def arrange(graph: Graph, size_of: SizeOf, *, flip: bool = False) -> Scene:
    """Give every box, frame and arrow of a model its place.

    Args:
        graph: what `model_graph` returned.
        size_of: the width and height that a box, or the title of a nested model, needs.
        flip: whether to exchange left and right (False); the model around a nested one may ask for it.

    Returns:
        The scene. Its boxes never overlap, and a frame overlaps nothing but its own boxes.

    Examples:
        >>> boxes = tuple(Box((i,), name, "Dense", "weights") for i, name in enumerate("ab"))
        >>> scene = arrange(Graph((), "m", "Functional", boxes, (Link(0, 0, 1, 0),)), lambda box: (1.0, 0.5))
        >>> [(box.item.name, box.x) for box in scene.boxes], len(scene.arrows)
        ([('a', 0.0), ('b', 0.0)], 1)
    """
    title = size_of(graph) if graph.key else (0.0, 0.0)
    parts = [_part(node, size_of) for node in graph.nodes]
    plan = _Plan(graph, parts, title, flip)
    turned = [
        arrange(node, size_of, flip=True) if isinstance(node, Graph) and plan.prefers_flipped(v) else parts[v]
        for v, node in enumerate(graph.nodes)
    ]
    return (plan if turned == parts else _Plan(graph, turned, title, flip)).scene()


def _part(node: Box | Graph, size_of: SizeOf) -> Scene:
    if isinstance(node, Graph):
        return arrange(node, size_of)
    width, height = size_of(node)
    return Scene(width, height, boxes=(Rect(node, 0.0, 0.0, width, height),))


@dataclass(frozen=True)
class _Edge:
    """What is to be routed from one part down to another: a connection, turned round if it points up."""

    upper: int
    lower: int
    source: Key
    target: Key
    above: tuple[Point, ...]  # its way through the upper part, in that part's own coordinates
    below: tuple[Point, ...]  # its way through the lower part
    up: bool = False


def _edge(parts: Sequence[Scene], link: Link, up: bool = False) -> _Edge:
    tail, head = parts[link.source], parts[link.target]
    leave = _end(tail, tail.exits, link.output, 0.0 if up else tail.height, up and bool(tail.exits))
    enter = _end(head, head.entrances, link.input, head.height if up else 0.0, up)
    if up:
        return _Edge(link.target, link.source, leave.source, enter.target, enter.points, leave.points, up)
    return _Edge(link.source, link.target, leave.source, enter.target, leave.points, enter.points)


def _end(part: Scene, routes: Sequence[Arrow], slot: int, y: float, aside: bool) -> Arrow:
    """Return how an arrow passes between the border of a part and the box inside.

    An arrow that points up ends at the border of a frame, and ``aside``: clear of those that point down.
    """
    route = routes[min(slot, len(routes) - 1)] if routes else None
    if route and not aside:
        return route
    key = part.boxes[0].item.key if part.boxes else ()
    source, target = (route.source, route.target) if route else (key, key)
    return Arrow(source, target, (((0.8 if aside else 0.5) * part.width, y),))


class _Plan:
    """The steps from a graph and the sizes of its parts to a scene.

    The parts are the graph's nodes and, in a nested model, one port on the frame for each input and output,
    and the title. They stand in rows; a frame stands in as many rows as it has inside, so that a chain
    beside it can use the same height. Each part is a column, and so is each place where an edge passes a
    row between its ends. The order of the columns is found row by row, their places all at once.
    """

    def __init__(self, graph: Graph, parts: Sequence[Scene], title: tuple[float, float], flip: bool) -> None:
        self.graph, self.nested = graph, bool(graph.key)
        count, ins, outs = len(parts), len(graph.inputs), len(graph.outputs)
        self.parts = list(parts)
        self.edges = self._connections()
        self.entrances, self.exits = range(count, count), range(count, count)
        if self.nested:
            self.entrances, self.exits = range(count, count + ins), range(count + ins, count + ins + outs)
            self.parts += [Scene(0.0, 0.0)] * (ins + outs) + [Scene(*title)]
            for i, (node, slot) in enumerate(graph.inputs):
                self.edges.append(_edge(self.parts, Link(self.entrances[i], 0, node, slot)))
            for i, (node, slot) in enumerate(graph.outputs):
                self.edges.append(_edge(self.parts, Link(node, slot, self.exits[i], 0)))
        self._fill([part.rows for part in self.parts])
        if not self._frames_are_whole():  # an edge would cut through a frame: give each frame one tall row
            self._fill([1] * len(self.parts))
        self._face(flip)

    def _connections(self) -> list[_Edge]:
        """Return an edge for each two boxes that are linked; one points up where a layer is called again."""
        links = [link for link in self.graph.links if link.source != link.target]
        if not self.graph.connected:  # a column
            links = [Link(v, 0, v + 1, 0) for v in range(len(self.parts) - 1)]
        net = igraph.Graph(len(self.parts), [(link.source, link.target) for link in links], directed=True)
        circle = net.connected_components(mode="strong").membership
        edges: dict[tuple[Key, Key], _Edge] = {}
        for link in links:
            up = circle[link.source] == circle[link.target] and link.source > link.target
            edge = _edge(self.parts, link, up)
            edges.setdefault((edge.source, edge.target), edge)
        return list(edges.values())

    # -- rows ----------------------------------------------------------------------------------------

    def _fill(self, spans: list[int]) -> None:
        """Set the first and last row of each column, the columns of each edge, and the order of each row."""
        self.first = self._ranks(spans)
        self.last = [first + span - 1 for first, span in zip(self.first, spans, strict=True)]
        self.chains: list[list[int]] = []
        for edge in self.edges:
            passed = range(self.last[edge.upper] + 1, self.first[edge.lower])
            new = range(len(self.first), len(self.first) + len(passed))
            self.chains.append([edge.upper, *new, edge.lower])
            self.first += passed
            self.last += passed
        self._sort()

    def _ranks(self, spans: list[int]) -> list[int]:
        """Return the first row of each part: as high as its sources allow, or as low as its targets do.

        A part moves down to its targets unless that lengthens more arrows than it shortens, so an input
        stands near the layer that uses it.
        """
        turned = {(edge.upper, edge.lower) for edge in self.edges if edge.up}
        down: list[list[tuple[int, int]]] = [[] for _ in self.parts]
        for edge in self.edges:
            # Two arrows between the same parts, one each way, need a row in between to bend apart.
            down[edge.upper].append((edge.lower, spans[edge.upper] + ((edge.upper, edge.lower) in turned)))
        ways = [(edge.upper, edge.lower) for edge in self.edges]
        net = igraph.Graph(len(self.parts), ways, directed=True)
        order, arriving = net.topological_sorting(), net.indegree()
        rank = [int(self.nested and v not in self.entrances) for v in range(len(self.parts))]
        for v in order:
            for target, length in down[v]:
                rank[target] = max(rank[target], rank[v] + length)
        for v in reversed(order):
            if down[v] and len(down[v]) >= arriving[v] and v not in self.entrances:
                rank[v] = min(rank[target] - length for target, length in down[v])
        if self.nested:
            rank[-1] = 0  # the title
            lowest = max(rank[v] + spans[v] for v in range(len(self.graph.nodes)))
            rank[self.exits.start : self.exits.stop] = [lowest] * len(self.exits)
        return rank

    def _sort(self) -> None:
        """Order each row for few crossings."""
        columns = range(len(self.first))
        cells = [
            (row, column) for column in columns for row in range(self.first[column], self.last[column] + 1)
        ]
        number = {cell: i for i, cell in enumerate(cells)}
        wires = [(number[self.last[u], u], number[self.first[v], v]) for u, v in self._steps()]
        wires += [(number[row, c], number[row + 1, c]) for row, c in cells if row < self.last[c]]
        net = igraph.Graph(len(cells), wires, directed=True)
        layout = net.layout_sugiyama(layers=[row for row, _ in cells], maxiter=1000)
        self.rows: list[list[int]] = [[] for _ in range(1 + max((row for row, _ in cells), default=0))]
        for (row, column), _ in sorted(zip(cells, layout.coords, strict=False), key=lambda pair: pair[1][0]):
            self.rows[row].append(column)
        self.place = [layout.coords[number[self.first[column], column]][0] for column in columns]

    def _steps(self) -> list[tuple[int, int]]:
        return [step for chain in self.chains for step in pairwise(chain)]

    def _frames_are_whole(self) -> bool:
        """Tell whether what passes a frame stays on one side of it."""
        orders = [{column: i for i, column in enumerate(row)} for row in self.rows]
        for row, (upper, lower) in enumerate(pairwise(orders)):
            through = [(column, column) for column in upper if column in lower]
            steps = [(u, v) for u, v in self._steps() if self.last[u] == row]
            for (frame, _), (u, v) in product(through, through + steps):
                if (upper[u] < upper[frame]) != (lower[v] < lower[frame]):
                    return False
        return True

    def _face(self, flip: bool) -> None:
        """Mirror the rows if inputs and outputs then stand more in their own order, or if told to."""
        if self.nested:
            ends: Sequence[Sequence[int]] = (self.entrances, self.exits)
        else:
            ends = [v for v, _ in self.graph.inputs], [v for v, _ in self.graph.outputs]
        pairs = [pair for end in ends for pair in combinations([self.place[v] for v in end], 2)]
        if (sum(_sign(right - left) for left, right in pairs) < 0) != flip:
            self.rows = [row[::-1] for row in self.rows]
        if self.nested:  # the title stands left of everything that enters the frame
            title = len(self.parts) - 1
            self.rows[0] = [title, *(column for column in self.rows[0] if column != title)]

    def prefers_flipped(self, v: int) -> bool:
        """Tell whether a nested model's arrows cross less with its inside mirrored."""
        orders = [{column: i for i, column in enumerate(row)} for row in self.rows]
        above, below = [], []
        for edge, chain in zip(self.edges, self.chains, strict=True):
            if edge.upper == v and not edge.up:
                below.append((edge.above[-1][0], orders[self.last[v] + 1][chain[1]]))
            elif edge.lower == v and not edge.up:
                above.append((edge.below[0][0], orders[self.first[v] - 1][chain[-2]]))
        pairs = [*combinations(above, 2), *combinations(below, 2)]
        return sum(_sign((a[0] - b[0]) * (a[1] - b[1])) for a, b in pairs) < 0

    # -- places --------------------------------------------------------------------------------------

    def _bends(self) -> list[tuple[int, int, float, float, bool]]:
        """Return each step of an edge: two columns, where it meets them, from their middle, and if it is firm.

        A branch is firm: what it joins should stand symmetrically. A shortcut past other boxes may bend.
        """
        bends = []
        for edge, chain, firm in zip(self.edges, self.chains, self._branches(), strict=True):
            leave = [edge.above[-1][0] - self.parts[edge.upper].width / 2, *[0.0] * (len(chain) - 2)]
            enter = [*[0.0] * (len(chain) - 2), edge.below[0][0] - self.parts[edge.lower].width / 2]
            bends += [(*step, a, b, firm) for step, a, b in zip(pairwise(chain), leave, enter, strict=True)]
        return bends

    def _branches(self) -> list[bool]:
        """Tell for each edge whether it is the only way between its ends; not so for the lines to a port."""
        targets: list[set[int]] = [set() for _ in self.parts]
        for edge in self.edges:
            targets[edge.upper].add(edge.lower)
        reach = [0] * len(self.parts)  # the parts below each part, as bits
        for v in sorted(range(len(self.parts)), key=lambda v: -self.first[v]):
            for target in targets[v]:
                reach[v] |= reach[target] | 1 << target
        ports = {*self.entrances, *self.exits}
        return [
            not any(reach[other] >> edge.lower & 1 for other in targets[edge.upper])
            and ports.isdisjoint((edge.upper, edge.lower))
            for edge in self.edges
        ]

    def _columns(self) -> tuple[list[float], float]:
        """Return the middle of each column, and the width of the scene.

        Minimises how far the edges go sideways, above all between two boxes and along a passing edge; then
        how far each part is from the middle of its neighbours; then the width.
        """
        right = len(self.first)
        widths = [part.width for part in self.parts] + [0.0] * (right - len(self.parts))
        for v in {link.source for link in self.graph.links if link.source == link.target}:
            widths[v] += 2 * LOOP
        programme = _Programme(right + 1)
        for v in range(right):
            margin = widths[v] / 2 + (PADDING if self.nested else 0.0)
            programme.bounds[v] = (margin, None)
            programme.apart(v, right, margin)
        for a, b in (pair for row in self.rows for pair in pairwise(row)):
            programme.apart(a, b, (widths[a] + widths[b]) / 2 + GAP * (1 if widths[a] and widths[b] else 0.7))
        sides: dict[tuple[int, str], list[tuple[int, float, bool]]] = defaultdict(list)
        for u, v, leave, enter, firm in self._bends():
            # An edge turns where it leaves and where it enters, not on its way past other rows.
            weight = (8.0 if firm else 1.0) * (1 if widths[u] or widths[v] else 6)
            programme.near({u: 1.0, v: -1.0}, leave - enter, weight)
            sides[u, "below"].append((v, enter - leave, firm))
            sides[v, "above"].append((u, leave - enter, firm))
        for (v, _), all_ends in sides.items():
            ends = [end for end in all_ends if end[2]] or all_ends
            share = 1 / len(ends)
            terms = {v: 1.0} | {other: -share * sum(end[0] == other for end in ends) for other, _, _ in ends}
            programme.near(terms, -share * sum(shift for _, shift, _ in ends), 0.3)
        programme.near({right: 1.0}, 0.0, 0.02)
        *columns, width = programme.solve()
        return columns, width

    def _heights(self, x: Sequence[float]) -> tuple[list[float], list[float]]:
        """Return the top and the bottom of each row."""
        swing = [0.0] * len(self.rows)
        for u, v, leave, enter, _ in self._bends():
            swing[self.last[u]] = max(swing[self.last[u]], abs(x[u] + leave - x[v] - enter))
        # A wide swing needs height to stay a gentle curve.
        gaps = [0.42 + min(0.6, 0.08 * way) if self.graph.connected else GAP / 2 for way in swing]
        if self.nested:
            gaps[0] -= HEAD  # a frame's title has room enough
            gaps[-2] -= 1.5 * HEAD  # no arrow head at the lower border
        heights = [0.0] * len(self.rows)
        for v in sorted(range(len(self.parts)), key=lambda v: self.last[v] - self.first[v]):
            rows = range(self.first[v], self.last[v] + 1)
            missing = self.parts[v].height - sum(heights[i] for i in rows) - sum(gaps[i] for i in rows[:-1])
            for i in rows:
                heights[i] += max(0.0, missing / len(rows))
        steps = [height + gap for height, gap in zip(heights, gaps, strict=True)]
        tops = list(accumulate(steps[:-1], initial=0.0))
        return tops, [top + height for top, height in zip(tops, heights, strict=True)]

    def scene(self) -> Scene:
        """Put everything where the columns and the rows say."""
        x, width = self._columns()
        tops, bottoms = self._heights(x)
        corners = [
            (x[v] - part.width / 2, (tops[self.first[v]] + bottoms[self.last[v]] - part.height) / 2)
            for v, part in enumerate(self.parts)
        ]
        inside = [part.moved(*corner) for part, corner in zip(self.parts, corners, strict=True)]
        routes = self._routes(x, tops, bottoms, corners) if self.graph.connected else []
        frame = (Rect(self.graph, 0.0, 0.0, width, bottoms[-1]),) if self.nested else ()
        inner = [arrow for part in inside for arrow in part.arrows]
        return Scene(
            width,
            bottoms[-1],
            rows=max(1, len(self.rows) - 2 * self.nested),
            boxes=tuple(box for part in inside for box in part.boxes),
            frames=(*frame, *(frame for part in inside for frame in part.frames)),
            arrows=(*inner, *(a for a in routes if a.source and a.target), *self._loops(corners)),
            entrances=tuple(arrow for arrow in routes if not arrow.source),
            exits=tuple(arrow for arrow in routes if not arrow.target),
        )

    def _routes(
        self, x: Sequence[float], tops: Sequence[float], bottoms: Sequence[float], corners: Sequence[Point]
    ) -> list[Arrow]:
        """Lead each edge straight through the rows, and sideways only in the gaps between them."""
        routes = []
        for edge, chain, slot in zip(self.edges, self.chains, self._slots(x), strict=True):
            above = _shift(edge.above, *corners[edge.upper])
            below = _shift(edge.below, corners[edge.lower][0] + slot, corners[edge.lower][1])
            if edge.upper in self.entrances:  # a port stands in the row of the title, and on the frame
                above = ((above[0][0], 0.0),)
            points = [*above]
            at = [above[-1][0], *(x[column] for column in chain[1:-1]), below[0][0]]
            for (u, v), (start, end) in zip(pairwise(chain), pairwise(at), strict=True):
                straight = HEAD if edge.up and u == edge.upper else 0.0
                points += [(start, bottoms[self.last[u]] + straight), (end, tops[self.first[v]] - HEAD)]
            points += below
            routes.append(Arrow(edge.source, edge.target, tuple(reversed(points) if edge.up else points)))
        return routes

    def _slots(self, x: Sequence[float]) -> list[float]:
        """Spread the arrows along the top of the box that they enter; a straight one stays in the middle."""
        slots = [0.0] * len(self.edges)
        arriving: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for i, (edge, chain) in enumerate(zip(self.edges, self.chains, strict=True)):
            if len(self.parts[edge.lower].boxes) == 1 and not self.parts[edge.lower].frames:
                leave = edge.above[-1][0] - self.parts[edge.upper].width / 2 if len(chain) == 2 else 0.0
                arriving[edge.lower].append((x[chain[-2]] + leave - x[edge.lower], i))
        for v, ends in arriving.items():
            ends.sort()
            straight = [i for i, (way, _) in enumerate(ends) if abs(way) < 0.01]
            middle = straight[0] if straight else (len(ends) - 1) / 2
            step = min(0.3, (self.parts[v].width / 2 - 0.15) / max(middle, len(ends) - 1 - middle, 1))
            for i, (_, edge_number) in enumerate(ends):
                slots[edge_number] = (i - middle) * step
        return slots

    def _loops(self, corners: Sequence[Point]) -> list[Arrow]:
        """Return an arrow around the right side of each layer that is fed its own output."""
        arrows: dict[tuple[Key, Key], Arrow] = {}
        for link in self.graph.links:
            if link.source == link.target:
                edge, part, (left, top) = (
                    _edge(self.parts, link),
                    self.parts[link.source],
                    corners[link.source],
                )
                right, middle, half = left + part.width, top + part.height / 2, min(0.3, part.height / 4)
                far = right + 0.8 * LOOP
                points = (
                    (right, middle + half),
                    (far, middle + half),
                    (far, middle - half),
                    (right, middle - half),
                )
                arrows[edge.source, edge.target] = Arrow(edge.source, edge.target, points)
        return list(arrows.values())


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


class _Programme:
    """A linear programme: places that keep their distance, as near to wanted places as they can be."""

    def __init__(self, count: int) -> None:
        self.bounds: list[tuple[float | None, float | None]] = [(None, None)] * count
        self.costs = [0.0] * count
        self.rows: list[tuple[dict[int, float], float]] = []  # sum of terms <= limit

    def apart(self, left: int, right: int, distance: float) -> None:
        """Keep ``right`` at least ``distance`` to the right of ``left``."""
        self.rows.append(({left: 1.0, right: -1.0}, -distance))

    def near(self, terms: dict[int, float], constant: float, weight: float) -> None:
        """Add ``weight`` times the absolute value of the sum of ``terms`` and ``constant`` to the cost."""
        size = len(self.costs)  # a new variable, no smaller than the value or its negative
        self.costs.append(weight)
        self.bounds.append((0.0, None))
        for sign in (1.0, -1.0):
            row = {variable: sign * factor for variable, factor in terms.items()}
            self.rows.append((row | {size: -1.0}, -sign * constant))

    def solve(self) -> list[float]:
        """Return the best place of every variable."""
        entries = [(i, j, value) for i, (row, _) in enumerate(self.rows) for j, value in row.items()]
        i, j, values = zip(*entries, strict=True)
        matrix = sparse.csr_array((values, (i, j)), shape=(len(self.rows), len(self.costs)))
        limits = [limit for _, limit in self.rows]
        result = linprog(self.costs, A_ub=matrix, b_ub=limits, bounds=self.bounds, method="highs-ds")
        if not result.success:  # every order of cells has a solution: this would be a mistake of ours
            raise RuntimeError(f"no layout found: {result.message}")
        return [float(place) for place in result.x]
