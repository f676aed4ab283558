"""Pooled results as sheets: the figures of a page, a row each, hidden where the page hides them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from programs.models import Cohort
from programs.spreadsheets import Cell, Sheet

from .change_readers import Change, Part
from .models import Question, Wave
from .objective_results import ObjectiveResult
from .response_rates import ROLES, Rate
from .result_readers import Row, group_name
from .result_trends import Point, Trends, month_name
from .theme_results import ThemeRow


def trend_sheet(found: Trends, wave: Wave) -> Sheet:
    """Return the response rates and the figures of each question, month by month."""
    headings = [_("Month"), _("Question"), _("Group"), _("Figure"), _("Value"), _("Answers")]
    return Sheet(str(wave), headings, [*_rate_rows(found), *_figure_rows(found)])


def _rate_rows(found: Trends) -> Iterator[list[Cell]]:
    for wave in found.waves:
        for role in ("", *ROLES):
            rate = found.rates[wave.pk].get(role, Rate(0, 0))
            start = [month_name(wave), _("Response rates"), group_name(role)]
            answered = _("hidden") if rate.answered is None else rate.answered
            yield [*start, _("asked"), rate.asked, ""]
            yield [*start, _("answered"), answered, ""]


def _figure_rows(found: Trends) -> Iterator[list[Cell]]:
    for points in found.points:
        for point in points:
            for row in point.table["rows"]:
                yield from _rows_of(point, row)


def _rows_of(point: Point, row: Row) -> Iterator[list[Cell]]:
    question = point.table["question"]
    start: list[Cell] = [month_name(point.wave), str(question), row["who"]]
    if row["figure"] is None:
        yield [*start, "", _("too few"), _("hidden")]
        return
    count: Cell = _("hidden") if row["count"] is None else row["count"]
    if question.kind == question.Kind.SCALE:
        for name, value in ((_("mean"), row["figure"].get("mean")),
                            (_("median"), row["figure"]["median"])):  # fmt: skip
            yield [*start, name, value, count]
    for answer, percent in row["shares"]:
        name = _("percent who answered “%(answer)s”") % {"answer": answer}
        yield [*start, name, percent, count]


def change_sheet(found: dict[Question, list[Change]], cohort: Cohort) -> Sheet:
    """Return the change of each question between surveys, a row per group."""
    headings = [
        _("Question"), _("Surveys"), _("Month"), _("Group"), _("Mean change"),
        _("95 percent interval from"), _("to"), _("People who answered both times"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [str(question), change.title, month_name(change.wave), part.who, *_change_cells(part)]
        for question, changes in found.items()
        for change in changes
        for part in change.parts
    ]
    return Sheet(_("Change in %(cohort)s") % {"cohort": cohort}, headings, rows)


def _change_cells(part: Part) -> list[Cell]:
    if part.mean is None:
        return [_("too few"), "", "", _("hidden")]
    count: Cell = _("hidden") if part.count is None else part.count
    return [part.mean["mean"], part.mean["low"], part.mean["high"], count]


def objective_sheet(results: Sequence[ObjectiveResult], cohort: Cohort) -> Sheet:
    """Return each objective with its measure, target and figure."""
    headings = [
        _("Objective"), _("Measured by"), _("Target"), _("Value"), _("Figure"), _("Verdict"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            str(one.objective),
            one.measured_by,
            float(one.measure.target) if one.measure else "",
            "" if one.value is None else float(one.value),
            one.words,
            one.verdict,
        ]
        for one in results
    ]
    return Sheet(_("Objectives in %(cohort)s") % {"cohort": cohort}, headings, rows)


def theme_sheet(found: Sequence[ThemeRow], wave: Wave) -> Sheet:
    """Return how many people wrote about each theme, a row for each group."""
    headings = [_("Theme"), _("Group"), _("People")]
    rows: list[list[Cell]] = [[row.name, who, words] for row in found for who, words in row.cells]
    return Sheet(_("Themes: %(survey)s") % {"survey": wave}, headings, rows)
