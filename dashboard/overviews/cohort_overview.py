"""What the committee's page of a cohort shows: one page that a chair or a member can work from.

Each part is asked of its own table for the member, as its list is, and what needs someone is
counted as Today counts it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from checkins.models import CheckIn, Kind, Wave
from events.models import Event
from matches.pair_sections import PairSection, SectionLine
from matching.models import MATCHERS
from programs.committee import has_role
from programs.models import Cohort, Membership
from programs.setup_checklist import checklist, open_count

from ..attention import items_of_cohort
from ..attention_lines import AttentionItem, Scope
from .cohort_figures import (
    Figure,
    FigureRow,
    health_of_cohort,
    pairs_of_cohort,
    people_of_cohort,
)
from .cohort_stages import CohortPhase, phase_of

EVENTS = 5  # that are named


@dataclass(frozen=True)
class CohortOverview:
    """A cohort as a member sees it."""

    phase: CohortPhase
    items: list[AttentionItem]
    people: list[FigureRow]
    pairs: list[Figure]
    health: list[Figure]
    sections: list[PairSection]
    may_edit: bool  # a chair
    may_match: bool
    may_read: bool  # all applications


def overview_of_cohort(cohort: Cohort, member: User, *, at: datetime) -> CohortOverview:
    """Return what `member` may see of a cohort that they may open. `cohort` has its program."""
    scope = Scope(member, at, cohort)
    is_chair = has_role(member, cohort.program, Membership.Role.CHAIR)
    pairs = pairs_of_cohort(scope)
    sections = [_events(scope, cohort), _surveys(scope, cohort)]
    return CohortOverview(
        phase=phase_of(cohort, timezone.localdate(at)),
        items=[
            *items_of_cohort(cohort, member, at=at),
            *(_set_up(cohort, at) if is_chair else ()),
        ],
        people=people_of_cohort(scope),
        pairs=pairs,
        health=health_of_cohort(scope),
        sections=[section for section in sections if section.lines],
        may_edit=is_chair,
        may_match=has_role(member, cohort.program, *MATCHERS),
        may_read=has_role(member, cohort.program, *Membership.READERS),
    )


def _set_up(cohort: Cohort, at: datetime) -> Iterator[AttentionItem]:
    """Yield how many steps the program still needs, as long as the cohort goes on."""
    if cohort.is_over(timezone.localdate(at)):
        return
    left = open_count(checklist(cohort.program))
    text = ngettext("step left to set up the program", "steps left to set up the program", left)
    url = f"{reverse('admin:programs_setup')}#program-{cohort.program_id}"
    if left:
        yield AttentionItem(left, text, url, "amber")


def _events(scope: Scope, cohort: Cohort) -> PairSection:
    """Return the next events that are for the cohort, drafts too."""
    planned = (Event.State.DRAFT, Event.State.PUBLISHED)
    rows = Event.objects.for_committee(scope.member).filter(
        Q(cohorts=None) | Q(cohorts=cohort),
        program=cohort.program_id,
        state__in=planned,
        starts_at__gt=scope.at,
    )
    lines = tuple(
        SectionLine(
            str(row),
            url=reverse("admin:events_event_change", args=[row.pk]),
            note=f"{_moment(row.starts_at)}, {row.get_state_display()}",
        )
        for row in rows.select_related("program").order_by("starts_at", "pk")[:EVENTS]
    )
    links = ((_("All events"), reverse("admin:events_event_changelist")),)
    return PairSection("events", 1, _("Next events"), lines, links=links)


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def _surveys(scope: Scope, cohort: Cohort) -> PairSection:
    """Return what is planned or waits for an answer of each kind, and the results so far."""
    states = CheckIn.State
    rows = CheckIn.objects.for_committee(scope.member).in_cohort(cohort)
    found = (
        rows.filter(state__in=(states.SCHEDULED, states.OPEN))
        .order_by()
        .values("kind", "state")
        .annotate(n=Count("pk"), first=Min("opens_at"))
    )
    by_place = {(row["kind"], row["state"]): row for row in found}
    lines = [
        SectionLine(
            capfirst(str(kind.label)),
            url=scope.url("checkins_checkin", kind__exact=kind.value, state__exact=state.value),
            note=_survey_words(state, row["n"], row["first"]),
        )
        for kind in Kind
        for state in (states.OPEN, states.SCHEDULED)
        if (row := by_place.get((kind.value, state.value)))
    ]
    waves = Wave.objects.for_committee(scope.member).filter(cohort=cohort).count()
    if waves:
        text = ngettext("%(count)s result", "%(count)s results", waves) % {"count": waves}
        lines.append(SectionLine(text, url=scope.url("checkins_wave")))
    return PairSection("surveys", 2, _("Surveys"), tuple(lines))


def _survey_words(state: str, count: int, first: datetime) -> str:
    if state == CheckIn.State.OPEN:
        text = ngettext("%(count)s waits for an answer", "%(count)s wait for an answer", count)
        return text % {"count": count}
    text = ngettext(
        "%(count)s planned, for %(day)s", "%(count)s planned, the first for %(day)s", count
    )
    return text % {"count": count, "day": date_format(timezone.localdate(first))}
