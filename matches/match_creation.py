"""Places of mentors: the one way in which a match is made, so that no mentor ever has more mentees than places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from programs.models import Conflict, Membership

from .models import Match


@transaction.atomic
def make_matches(pairs: Iterable[tuple[int, int, dict[str, Any]]], *, at: datetime) -> list[Match]:
    """Make matches of (mentee, mentor, why) by ids of applications, all or none.

    Locks the applications of the mentors in the order of their ids, counts their open matches, and only then inserts.
    Raises Refused naming the mentor without a free place, or the person who is no longer ready.
    """
    wanted = list(pairs)
    mentors = _locked({mentor for _mentee, mentor, _why in wanted})
    mentees = _locked({mentee for mentee, _mentor, _why in wanted})
    _check_ready(mentees | mentors)
    _check_places(wanted, mentors)
    _check_unmatched(mentees)
    made = [
        Match(mentee=mentees[mentee], mentor=mentors[mentor], why_codes=why, introduced_at=at)
        for mentee, mentor, why in wanted
    ]
    Match.objects.bulk_create(made, batch_size=500)
    _write_conflicts(made, at)
    return made


def _locked(ids: set[int]) -> dict[int, Application]:
    rows = Application.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows.select_related("person", "cohort__program__policy")}


def _check_ready(applications: dict[int, Application]) -> None:
    ready = set(
        Application.objects.ready().filter(pk__in=applications).values_list("pk", flat=True)
    )
    for pk, application in applications.items():
        if pk not in ready:
            raise ActionNotAllowed(
                _("%(name)s is not ready to be matched any more.") % {"name": application.person}
            )


def capacity_of(mentor: Application) -> int:
    """How many mentees a mentor may have: what they offer, within what the program allows."""
    policy = mentor.cohort.program.policy
    return min(
        mentor.capacity, policy.first_time_capacity if mentor.is_first_time else policy.capacity_max
    )


def taken(mentors: Iterable[int]) -> Counter[int]:
    """Open matches per mentor application."""
    rows = (
        Match.objects.open()
        .filter(mentor__in=list(mentors))
        .values("mentor")
        .annotate(count=Count("pk"))
    )
    return Counter({row["mentor"]: row["count"] for row in rows.order_by()})


def _check_places(
    wanted: list[tuple[int, int, dict[str, Any]]], mentors: dict[int, Application]
) -> None:
    load = taken(mentors)
    load.update(mentor for _mentee, mentor, _why in wanted)
    for pk, mentor in mentors.items():
        if load[pk] > capacity_of(mentor):
            text = _("%(name)s has no free place any more. Please look at the round again.")
            raise ActionNotAllowed(text % {"name": mentor.person})


def _check_unmatched(mentees: dict[int, Application]) -> None:
    twice = Match.objects.open().filter(mentee__in=mentees).select_related("mentee__person").first()
    if twice:
        raise ActionNotAllowed(_("%(name)s has a mentor already.") % {"name": twice.mentee.person})


def _write_conflicts(matches: list[Match], at: datetime) -> None:
    """A committee member who is in a pair must not look at what belongs to their partner."""
    people = {
        person for match in matches for person in (match.mentee.person_id, match.mentor.person_id)
    }
    members = set(
        Membership.objects.live(at.date()).filter(user__in=people).values_list("user", flat=True)
    )
    for match in matches:
        for member, person in (
            (match.mentee.person_id, match.mentor.person_id),
            (match.mentor.person_id, match.mentee.person_id),
        ):
            if member in members:
                Conflict.objects.get_or_create(
                    member_id=member,
                    person_id=person,
                    kind=Conflict.Kind.PARTNER,
                    until=None,
                    defaults={"since": at.date()},
                )
