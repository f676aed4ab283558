"""The geometry of a line chart, for a template that draws it as SVG. Pure: no words of its own.

Lengths are units of the viewBox, which fits a phone of 320 px. A value that is None is a gap: no
line crosses it. Lines differ in colour, dashes and markers, so that colour alone tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 200
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 12, 52
R = 3.5  # half the width of a marker
MARKERS = (
    f"m-{R} 0a{R} {R} 0 1 0 {2 * R} 0a{R} {R} 0 1 0 -{2 * R} 0z",  # circle
    f"m-{R} -{R}h{2 * R}v{2 * R}h-{2 * R}z",  # square
    f"m0 -{R + 1}l{R + 1} {2 * R}h-{2 * R + 2}z",  # triangle
    f"m0 -{R + 1}l{R + 1} {R + 1}l-{R + 1} {R + 1}l-{R + 1} -{R + 1}z",  # diamond
    f"m0 {R + 1}l{R + 1} -{2 * R}h-{2 * R + 2}z",  # triangle that points down
    f"m-{R} -1h{2 * R}v2h-{2 * R}z",  # bar
)
DASHES = ("", "7 3", "2 3", "10 3 2 3", "5 5", "1 4")
TONES = len(MARKERS)


@dataclass(frozen=True)
class Series:
    """One line: its name, and a value or None for each place on the horizontal axis."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Label:
    """A text at a point."""

    x: str
    y: str
    text: str


@dataclass(frozen=True)
class DrawnLine:
    """A line as SVG takes it: paths in the form of the attribute `d`, `tone` from 1 on."""

    name: str
    tone: int
    dash: str
    path: str
    markers: str
    marker: str  # alone, for the legend


@dataclass(frozen=True)
class Chart:
    """Everything that the template draws. `gaps` are the places without a value of any line."""

    title: str
    description: str
    lines: list[DrawnLine]
    across: list[Label]  # on the horizontal axis
    up: list[Label]  # on the vertical axis
    gaps: list[Label]
    left: int = LEFT
    right: int = WIDTH - RIGHT
    width: int = WIDTH
    height: int = HEIGHT


def line_chart(
    series: Sequence[Series],
    *,
    labels: Sequence[str],
    ticks: Sequence[tuple[float, str]],
    title: str,
    description: str,
    gap: str,
) -> Chart:
    """Return the chart of `series`; `ticks` are (value, text) from the lowest to the highest.

    `gap` is written where no line has a value. More lines than `TONES` are not drawn.
    """
    low, high = ticks[0][0], ticks[-1][0]
    places = [_x(n, len(labels)) for n in range(len(labels))]

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - TOP)

    empty = [n for n in range(len(labels)) if all(one.values[n] is None for one in series)]
    return Chart(
        title=title,
        description=description,
        lines=[
            _drawn(n, one, [None if value is None else y(value) for value in one.values], places)
            for n, one in enumerate(series[:TONES])
        ],
        across=[
            Label(_n(x), _n(HEIGHT - BOTTOM + 14), text)
            for x, text in zip(places, labels, strict=True)
        ],
        up=[Label("", _n(y(value)), text) for value, text in ticks],
        gaps=[Label(_n(places[n]), _n(HEIGHT - BOTTOM - 6), gap) for n in empty],
    )


def _x(place: int, places: int) -> float:
    """Return the middle of one of equal slots."""
    return LEFT + (place + 0.5) * (WIDTH - LEFT - RIGHT) / places


def _drawn(
    number: int, series: Series, heights: Sequence[float | None], places: Sequence[float]
) -> DrawnLine:
    points = [
        None if height is None else (x, height) for x, height in zip(places, heights, strict=True)
    ]
    marker = MARKERS[number]
    return DrawnLine(
        name=series.name,
        tone=number + 1,
        dash=DASHES[number],
        path="".join(_segments(points)),
        markers="".join(f"M{_n(x)} {_n(y)}{marker}" for x, y in filter(None, points)),
        marker=f"M15 7{marker}",
    )


def _segments(points: Sequence[tuple[float, float] | None]) -> Iterator[str]:
    is_drawing = False
    for point in points:
        if point is not None:
            yield f"{'L' if is_drawing else 'M'}{_n(point[0])} {_n(point[1])}"
        is_drawing = point is not None


def _n(value: float) -> str:
    """Return a number as SVG reads it, whatever the reader's language."""
    return f"{value:.1f}"
