"""What the committee's page of a person shows: both roles, pairs, times, checks and hours.

Each part is asked of its own table for the member, so that a conflict of interest hides it here as
in the lists. Hours are those of meetings that the member sees one by one, as carer or deputy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from applications.models import Application, ScreeningCheck
from matches.models import Match
from matches.pair_sections import PairSection, SectionLine
from matches.vocabulary_text import slot_text
from meetings.models import Meeting

HOUR = 60  # minutes


@dataclass(frozen=True)
class Reader:
    """Whose page is shown to whom, and when."""

    person: User
    member: User
    at: datetime


def sections_of(person: User, member: User, at: datetime) -> list[PairSection]:
    """Return the sections that have something to say, in five queries."""
    reader = Reader(person, member, at)
    found = [_applications(reader), _pairs(reader), _times(reader), _checks(reader), _hours(reader)]
    return [section for section in found if section.lines]


def _applications(reader: Reader) -> PairSection:
    rows = Application.objects.for_committee(reader.member).filter(person=reader.person)
    lines = tuple(
        SectionLine(
            f"{capfirst(str(row.get_role_display()))}, {row.cohort}",
            url=reverse("admin:applications_application_change", args=[row.pk]),
            note=_state_of(row, reader.at),
        )
        for row in rows.select_related("cohort").order_by("-pk")
    )
    return PairSection("applications", 1, _("Applications"), lines)


def _state_of(application: Application, at: datetime) -> str:
    """Return the state, and for accepted people a break or how many mentees they have room for."""
    words = str(application.get_state_display())
    if application.state != Application.State.ACCEPTED:
        return words
    if application.is_on_break(timezone.localdate(at)) and application.break_until:
        until = date_format(application.break_until)
        return _("%(state)s, on a break until %(day)s") % {"state": words, "day": until}
    count = application.capacity
    if not application.is_mentor or count is None:
        return words
    text = ngettext(
        "%(state)s, at most %(count)s mentee", "%(state)s, at most %(count)s mentees", count
    )
    return text % {"state": words, "count": count}


def _pairs(reader: Reader) -> PairSection:
    is_in = Q(mentee__person=reader.person) | Q(mentor__person=reader.person)
    rows = Match.objects.for_committee(reader.member).filter(is_in).with_people()
    lines = tuple(
        SectionLine(
            str(row),
            url=reverse("admin:matches_match_change", args=[row.pk]),
            note=_pair_words(row),
        )
        for row in rows.order_by("-introduced_at", "pk")
    )
    return PairSection("pairs", 2, _("Pairs"), lines)


def _pair_words(match: Match) -> str:
    """Return the state with its day: since when, or the last day of one that is closing."""
    state = match.get_state_display()
    if match.state == Match.State.CLOSING and match.ends_on:
        words = {"state": state, "day": date_format(match.ends_on)}
        return _("%(state)s, last day %(day)s") % words
    since = match.closed_at or match.active_at or match.introduced_at
    words = {"state": state, "day": date_format(timezone.localdate(since))}
    return _("%(state)s, since %(day)s") % words


def _times(reader: Reader) -> PairSection:
    profile = getattr(reader.person, "profile", None)
    slots = profile.availability if profile else []
    lines = (SectionLine(", ".join(map(slot_text, slots))),) if slots else ()
    return PairSection("times", 3, _("Usual times"), lines)


def _checks(reader: Reader) -> PairSection:
    rows = ScreeningCheck.objects.for_committee(reader.member).filter(person=reader.person)
    lines = tuple(
        SectionLine(
            capfirst(str(row.get_kind_display())),
            note=_check_words(row, timezone.localdate(reader.at)),
        )
        for row in rows
    )
    return PairSection("checks", 4, _("Checks"), lines)


def _check_words(check: ScreeningCheck, today: date) -> str:
    day = date_format(check.done_on)
    if not check.is_passed:
        return _("not passed on %(day)s") % {"day": day}
    if check.expires_on is None:
        return _("passed on %(day)s") % {"day": day}
    words = {"day": day, "until": date_format(check.expires_on)}
    if check.is_valid(today):
        return _("passed on %(day)s, valid until %(until)s") % words
    return _("passed on %(day)s, was valid until %(until)s") % words


def _hours(reader: Reader) -> PairSection:
    is_in = Q(match__mentee__person=reader.person) | Q(match__mentor__person=reader.person)
    rows = Meeting.objects.for_committee(reader.member).filter(is_in).held()
    minutes = rows.aggregate(total=Sum("minutes"))["total"] or 0
    hours = round(minutes / HOUR, 1)
    words = _("%(hours)s h") % {"hours": number_format(hours if hours % 1 else int(hours))}
    label = _("Meetings in the pairs that you look after")
    lines = (SectionLine(label, note=words),) if minutes else ()
    return PairSection("hours", 5, _("Hours"), lines)
