"""The rows of a diagram: igraph's Sugiyama method orders each so that few arrows cross."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product

from zoo._lazy import igraph
from zoo.plots._model_graph import Box, Graph, Key, Link, Point

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
            return tuple(replace(arrow, points=shifted(arrow.points, dx, dy)) for arrow in old)

        return replace(
            self,
            boxes=rects(self.boxes),
            frames=rects(self.frames),
            arrows=arrows(self.arrows),
            entrances=arrows(self.entrances),
            exits=arrows(self.exits),
        )


def shifted(points: tuple[Point, ...], dx: float, dy: float) -> tuple[Point, ...]:
    return tuple((x + dx, y + dy) for x, y in points)


@dataclass(frozen=True)
class Edge:
    """What is to be routed from one part down to another: a connection, turned round if it points up."""

    upper: int
    lower: int
    source: Key
    target: Key
    above: tuple[Point, ...]  # its way through the upper part, in that part's own coordinates
    below: tuple[Point, ...]  # its way through the lower part
    up: bool = False


def edge_between(parts: Sequence[Scene], link: Link, up: bool = False) -> Edge:
    tail, head = parts[link.source], parts[link.target]
    leave = _end(tail, tail.exits, link.output, 0.0 if up else tail.height, up and bool(tail.exits))
    enter = _end(head, head.entrances, link.input, head.height if up else 0.0, up)
    if up:
        return Edge(link.target, link.source, leave.source, enter.target, enter.points, leave.points, up)
    return Edge(link.source, link.target, leave.source, enter.target, leave.points, enter.points)


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


class Rows:
    """Which part of a model stands in which row, and in which order.

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
                self.edges.append(edge_between(self.parts, Link(self.entrances[i], 0, node, slot)))
            for i, (node, slot) in enumerate(graph.outputs):
                self.edges.append(edge_between(self.parts, Link(node, slot, self.exits[i], 0)))
        self._fill([part.rows for part in self.parts])
        if not self._frames_are_whole():  # an edge would cut through a frame: give each frame one tall row
            self._fill([1] * len(self.parts))
        self._uncross()
        self._face(flip)

    def _connections(self) -> list[Edge]:
        """Return an edge for each two boxes that are linked; one points up where a layer is called again."""
        links = [link for link in self.graph.links if link.source != link.target]
        if not self.graph.connected:  # a column
            links = [Link(v, 0, v + 1, 0) for v in range(len(self.parts) - 1)]
        net = igraph.Graph(len(self.parts), [(link.source, link.target) for link in links], directed=True)
        circle = net.connected_components(mode="strong").membership
        edges: dict[tuple[Key, Key], Edge] = {}
        for link in links:
            up = circle[link.source] == circle[link.target] and link.source > link.target
            edge = edge_between(self.parts, link, up)
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
        cells = [(row, c) for c in columns for row in range(self.first[c], self.last[c] + 1)]
        number = {cell: i for i, cell in enumerate(cells)}
        wires = [(number[self.last[u], u], number[self.first[v], v]) for u, v in self._steps()]
        wires += [(number[row, c], number[row + 1, c]) for row, c in cells if row < self.last[c]]
        net = igraph.Graph(len(cells), wires, directed=True)
        layout = net.layout_sugiyama(layers=[row for row, _ in cells], maxiter=1000)
        self.rows: list[list[int]] = [[] for _ in range(1 + max((row for row, _ in cells), default=0))]
        for (row, column), _ in sorted(zip(cells, layout.coords, strict=False), key=lambda pair: pair[1][0]):
            self.rows[row].append(column)
        self.place = [layout.coords[number[self.first[c], c]][0] for c in columns]

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

    def _uncross(self) -> None:
        """Swap neighbours while that uncrosses edges: igraph does not know where on a frame an edge ends."""
        ways: dict[int, dict[int, list[tuple[int, float]]]] = defaultdict(lambda: {-1: [], 1: []})
        for u, v, leave, enter, _ in self._bends():
            ways[u][1].append((v, enter))
            ways[v][-1].append((u, leave))
        order = {(row, column): i for row, line in enumerate(self.rows) for i, column in enumerate(line)}

        def crossings(row: int, left: int, right: int) -> int:
            count = 0
            for side in (-1, 1):
                ends = [[(order[row + side, c], at) for c, at in ways[v][side]] for v in (left, right)]
                count += sum(a > b for a, b in product(*ends))
            return count

        movable = [first == last for first, last in zip(self.first, self.last, strict=True)]
        for row in [*range(len(self.rows)), *reversed(range(len(self.rows)))] * 3:
            line = self.rows[row]
            for i in range(len(line) - 1):
                left, right = line[i], line[i + 1]
                swap = movable[left] and movable[right]
                if swap and crossings(row, right, left) < crossings(row, left, right):
                    line[i : i + 2] = right, left
                    order[row, right], order[row, left] = i, i + 1
                    self.place[left], self.place[right] = self.place[right], self.place[left]

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


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
