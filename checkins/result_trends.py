"""Trends: the figures of one survey, question by question, over the months of a cohort.

Each point is the figure of one wave as the reader is shown it there; nothing is added up over
months, and what is hidden on the page of a wave is a gap here. Editions share a chart only where
the question and its answers have the same words.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User

from .line_charts import Chart, Series, line_chart
from .models import Question, Wave
from .response_rates import ROLES, Rate, Rates, response_rates
from .result_readers import (
    ReaderContext,
    ResultReader,
    Row,
    ShownTable,
    group_name,
    with_turnout,
)

MOST_WAVES = 12  # on one page; older ones are a page away


@dataclass(frozen=True)
class Line:
    """One row of a table: its head, and cells as (heading, text)."""

    head: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True)
class Trend:
    """The chart of one question and the table under it."""

    title: str
    chart: Chart
    lines: list[Line]

    @property
    def headings(self) -> list[str]:
        return [name for name, _text in self.lines[0].cells]


@dataclass(frozen=True)
class Point:
    """One question in one wave."""

    wave: Wave
    table: ShownTable

    def row(self, role: str) -> Row | None:
        return next((row for row in self.table["rows"] if row["role"] == role), None)


@dataclass(frozen=True)
class Trends:
    """What the page shows; `waves` are the oldest first, charts are drawn from `points`."""

    waves: list[Wave]
    rates: dict[int, Rates]
    points: list[list[Point]]
    older: Wave | None
    newer: Wave | None

    @property
    def rate_trend(self) -> Trend:
        return rate_trend(self.waves, self.rates)

    @property
    def questions(self) -> list[Trend]:
        return [_trend(points) for points in self.points]


def trends(wave: Wave, user: User) -> Trends:
    """Return the trends of the survey of `wave` up to its month, for one who may see it."""
    waves = _waves(wave, user)
    siblings = Wave.objects.for_committee(user).filter(cohort=wave.cohort_id, kind=wave.kind)
    return Trends(
        waves=waves,
        rates=response_rates(waves, user),
        points=list(_by_question(waves, user).values()),
        older=siblings.filter(month__lt=waves[0].month).order_by("-month").first(),
        newer=siblings.order_by("-month").filter(month__gt=wave.month).first(),
    )


def _waves(wave: Wave, user: User) -> list[Wave]:
    """Return the newest waves of a survey up to `wave`, the oldest first."""
    rows = Wave.objects.for_committee(user).filter(
        cohort=wave.cohort_id, kind=wave.kind, month__lte=wave.month
    )
    found = with_turnout(rows, user).select_related("cohort__program").order_by("-month")
    return list(reversed(found[:MOST_WAVES]))


def _by_question(waves: Sequence[Wave], user: User) -> dict[tuple[str, ...], list[Point]]:
    """Return the points of each question; it is another one if its words or answers are."""
    context = ReaderContext(waves, user)
    found: dict[tuple[str, ...], list[Point]] = defaultdict(list)
    for wave in waves:
        for table in ResultReader(wave, context).tables():
            row = table["question"]
            words = json.dumps([row.texts, row.choices], sort_keys=True)
            found[row.code, row.kind, row.asked, row.channel, words].append(Point(wave, table))
    return found


# --- response rates


def rate_trend(waves: Sequence[Wave], rates: dict[int, Rates]) -> Trend:
    """Return the chart of response rates and its table."""
    title = _("Response rates")
    groups = ("", *ROLES)
    chart = line_chart(
        [
            Series(group_name(role), [_percent_of(rates[wave.pk].get(role)) for wave in waves])
            for role in groups
        ],
        labels=_month_labels(waves),
        ticks=percent_ticks(),
        title=title,
        description=_("Percent of the people asked who answered, month by month."),
        gap=_("hidden"),
    )
    lines = [
        Line(
            month_name(wave),
            [(group_name(role), rate_text(rates[wave.pk].get(role))) for role in groups],
        )
        for wave in waves
    ]
    return Trend(title, chart, lines)


def _percent_of(rate: Rate | None) -> float | None:
    return None if rate is None or rate.percent is None else float(rate.percent)


def rate_text(rate: Rate | None) -> str:
    """Return a rate in words, for a cell."""
    if rate is None:
        return _("not asked")
    if rate.answered is None or rate.percent is None:
        return _("hidden, %(asked)s asked") % {"asked": rate.asked}
    return _("%(percent)s percent (%(answered)s of %(asked)s)") % {
        "percent": rate.percent,
        "answered": rate.answered,
        "asked": rate.asked,
    }


# --- questions


def _trend(points: Sequence[Point]) -> Trend:
    question = points[0].table["question"]
    is_scale = question.kind == Question.Kind.SCALE
    draw, cells = (_scale_chart, _scale_lines) if is_scale else (_share_chart, _share_lines)
    return Trend(str(question), draw(question, points), list(cells(question, points)))


def _scale_chart(question: Question, points: Sequence[Point]) -> Chart:
    steps = [int(code) for code, _text in question.options]
    return line_chart(
        [Series(group_name(role), [_mean(point, role) for point in points])
         for role in _groups(question)],
        labels=_month_labels([point.wave for point in points]),
        ticks=[(float(step), str(step)) for step in steps],
        title=str(question),
        description=_("Mean of the answers from %(low)s to %(high)s, month by month.")
        % {"low": steps[0], "high": steps[-1]},
        gap=_("too few"),
    )  # fmt: skip


def _scale_lines(question: Question, points: Sequence[Point]) -> Iterator[Line]:
    for point in points:
        yield Line(
            month_name(point.wave),
            [(group_name(role), _mean_text(point, role)) for role in _groups(question)],
        )


def _share_chart(question: Question, points: Sequence[Point]) -> Chart:
    return line_chart(
        [Series(text, [_share(point, "", text) for point in points])
         for _code, text in question.options],
        labels=_month_labels([point.wave for point in points]),
        ticks=percent_ticks(),
        title=str(question),
        description=_("Percent of all answers for each answer, month by month."),
        gap=_("too few"),
    )  # fmt: skip


def _share_lines(question: Question, points: Sequence[Point]) -> Iterator[Line]:
    for point in points:
        for role in _groups(question):
            cells = [
                (text, _share_text(_share(point, role, text))) for _code, text in question.options
            ]
            head = _("%(month)s: %(group)s") % {
                "month": month_name(point.wave),
                "group": group_name(role),
            }
            yield Line(head, [(_("Answers"), _count_text(point, role)), *cells])


def _groups(question: Question) -> tuple[str, ...]:
    """Return all and the roles; of a question to one role only all, which is that role."""
    return ("", *question.roles) if len(question.roles) > 1 else ("",)


def _mean(point: Point, role: str) -> float | None:
    row = point.row(role)
    return row["figure"].get("mean") if row and row["figure"] else None


def _mean_text(point: Point, role: str) -> str:
    row, mean = point.row(role), _mean(point, role)
    middle = row["figure"]["median"] if row and row["figure"] else None
    if middle is None:
        return _("too few")
    if mean is None:  # published before means were kept
        median = number_format(middle, 1)
        return _("median %(median)s (%(n)s)") % {"median": median, "n": _count_text(point, role)}
    return _("%(mean)s (%(n)s)") % {"mean": number_format(mean, 1), "n": _count_text(point, role)}


def _count_text(point: Point, role: str) -> str:
    row = point.row(role)
    if row is None or row["figure"] is None:
        return _("too few")
    if row["count"] is None:
        return _("number hidden")
    return ngettext("%(n)s answer", "%(n)s answers", row["count"]) % {"n": row["count"]}


def _share(point: Point, role: str, answer: str) -> float | None:
    row = point.row(role)
    return None if row is None else dict(row["shares"]).get(answer)


def _share_text(share: float | None) -> str:
    if share is None:
        return _("too few")
    return _("%(percent)s percent") % {"percent": round(share)}


# --- axes


def percent_ticks() -> list[tuple[float, str]]:
    return [(float(n), f"{n} %") for n in (0, 25, 50, 75, 100)]


def _month_labels(waves: Sequence[Wave]) -> list[str]:
    return [date_format(wave.month, "M Y") for wave in waves]


def month_name(wave: Wave) -> str:
    return date_format(wave.month, "YEAR_MONTH_FORMAT")
