"""Where each part of a model goes on paper.

`Rows` says what stands beside what; a linear programme then finds the horizontal places that keep arrows
straight while the boxes keep their true widths. A nested model is arranged first, by itself, and is one
large box to the model around it. All lengths are inches, with y growing downwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate, pairwise

from zoo.plots._model_graph import Box, Graph, Key, Point
from zoo.plots._rows import GAP, HEAD, LOOP, PADDING, Arrow, Rect, Rows, Scene, SizeOf, edge_between, shifted


def arrange(graph: Graph, size_of: SizeOf, *, flip: bool = False) -> Scene:
    """Give every box, frame and arrow of a model its place.

    Args:
        graph: what `model_graph` returned.
        size_of: the width and height that a box, or the title of a nested model, needs.
        flip: whether to exchange left and right (False); the model around a nested one may ask for it.

    Returns:
        The scene. Its boxes never overlap, and a frame overlaps nothing but its own boxes.

    Examples:
        >>> from zoo.plots._model_graph import Link
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


class _Plan(Rows):
    """The columns and the heights of the rows, and so a place for everything."""

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
            above = shifted(edge.above, *corners[edge.upper])
            below = shifted(edge.below, corners[edge.lower][0] + slot, corners[edge.lower][1])
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
        for link in (link for link in self.graph.links if link.source == link.target):
            edge, part = edge_between(self.parts, link), self.parts[link.source]
            right, middle = corners[link.source][0] + part.width, corners[link.source][1] + part.height / 2
            far, half = right + 0.8 * LOOP, min(0.3, part.height / 4)
            outline = (right, half), (far, half), (far, -half), (right, -half)
            points = tuple((x, middle + y) for x, y in outline)
            arrows[edge.source, edge.target] = Arrow(edge.source, edge.target, points)
        return list(arrows.values())


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
        from scipy import sparse  # here, since it takes long to import and few pictures need it
        from scipy.optimize import linprog

        matrix = sparse.csr_array((values, (i, j)), shape=(len(self.rows), len(self.costs)))
        limits = [limit for _, limit in self.rows]
        result = linprog(self.costs, A_ub=matrix, b_ub=limits, bounds=self.bounds, method="highs-ds")
        if not result.success:  # every order of cells has a solution: this would be a mistake of ours
            raise RuntimeError(f"no layout found: {result.message}")
        return [float(place) for place in result.x]
