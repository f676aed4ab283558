"""Counting themes: once for each pooled result, some days after it was published.

Readers have these days to mark. Then the marks become counts that never change, so no one can
compare two states of a count to learn one mark. What is counted is people: of all who answered, so
that a count tells no more than any other figure about who wrote something at all.

1. A count of fewer people than the smallest group is not stored: pages say "fewer than 5", which
   may be none.
2. Mentees and mentors apart are only stored if both counts reach it: else the total, less the one,
   would be the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from django.db import transaction
from django.db.models import Q, QuerySet

from applications.models import Application
from notifications.reconcilers import reconciler

from .models import Answer, CheckIn, Question, Theme, ThemeMark, Wave
from .suppression import Source, shown_parts

WAIT = timedelta(days=14)  # from the publication of a result
MOST_AT_ONCE = 20
ROLES = tuple(Application.Role.values)


class StoredTheme(TypedDict):
    """How many people an answer of whom was marked; "" is all. None is hidden."""

    theme: int  # primary key
    names: dict[str, str]
    counts: dict[str, int | None]


class StoredThemes(TypedDict):
    """The themes of a result, as `Wave.themes` stores them."""

    counted: dict[str, list[tuple[int, int]]]  # by role: the `Source` of each who answered
    themes: list[StoredTheme]


@reconciler
def count_themes(at: datetime) -> None:
    """Count the themes of the results whose time has come."""
    due = Wave.objects.filter(themes_counted_at=None, themes_due_at__lte=at)
    for pk in due.order_by("themes_due_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE]:
        _count(pk, at)


@transaction.atomic
def _count(pk: int, at: datetime) -> None:
    rows = Wave.objects.select_for_update(no_key=True, of=("self",)).filter(
        themes_counted_at=None, pk=pk
    )
    wave = rows.select_related("cohort__program").first()
    if wave is None:
        return
    found = theme_figures(wave)
    rows.filter(pk=pk).update(themes=found, themes_counted_at=at)


def theme_figures(wave: Wave) -> StoredThemes:
    """Return the counts of the marks of today, small ones already hidden."""
    roles = _answered(wave)
    parts: dict[str, frozenset[Source]] = {
        role: frozenset(Source(row.person_id, row.pk) for row in roles if row.role == role)
        for role in ROLES
    }
    people = _marked_people(roles)
    shown = shown_parts(parts, wave.smallest_group)
    program = wave.cohort.program
    chosen = Q(retired_on=None) | Q(pk__in=people)
    themes = []
    for theme in Theme.objects.filter(chosen, program=program):
        counts = _counts(people.get(theme.pk, {}), shown, wave.smallest_group)
        # A retired theme stands there only with a count: its name alone would say "someone".
        if theme.retired_on is None or counts[""] is not None:
            themes.append(StoredTheme(theme=theme.pk, names=theme.names, counts=counts))
    counted = {role: [(one.person, one.checkin) for one in sorted(parts[role])] for role in ROLES}
    return StoredThemes(counted=counted, themes=themes)


def questions_in_words() -> QuerySet[Question]:
    """Return the questions whose answers a member reads in words, and can mark."""
    return Question.objects.filter(kind=Question.Kind.TEXT, channel=Question.Channel.CARE)


def _answered(wave: Wave) -> list[CheckIn]:
    """Return who answered a survey that asks for words, without erased people."""
    rows = CheckIn.objects.filter(wave=wave, state=CheckIn.State.ANSWERED)
    answers = Answer.system.filter(checkin__in=rows).order_by()
    rows = rows.filter(pk__in=answers.values("checkin"))
    rows = rows.select_related("match__mentee", "application", "survey")
    asked = questions_in_words().filter(survey__in=rows.values("survey"))
    in_words = {(question.survey_id, role) for question in asked for role in question.roles}
    return [row for row in rows if (row.survey_id, row.role) in in_words]


def _marked_people(roles: list[CheckIn]) -> dict[int, dict[str, set[int]]]:
    """Return {theme: {role: people}}."""
    by_id = {row.pk: row for row in roles}
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    marks = ThemeMark.system.filter(answer__checkin__in=list(by_id))
    for theme, checkin in marks.values_list("theme", "answer__checkin"):
        row = by_id[checkin]
        found[theme][row.role].add(row.person_id)
    return found


def _counts(
    people: Mapping[str, set[int]], shown: frozenset[str] | None, smallest: int
) -> dict[str, int | None]:
    hidden: dict[str, int | None] = dict.fromkeys(("", *ROLES))
    total = len(set().union(*people.values()))
    if shown is None or total < smallest:
        return hidden
    by_role: dict[str, int | None] = {role: len(people.get(role, set())) for role in ROLES}
    if shown.issuperset(ROLES) and all(n is not None and n >= smallest for n in by_role.values()):
        return {"": total, **by_role}
    return {**hidden, "": total}
