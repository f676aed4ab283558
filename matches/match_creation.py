"""Creating matches, the one way in, so that no mentor ever has more mentees than their capacity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from programs.models import Conflict, Membership

from .models import Match
from .rematching import read_endings
from .signals import pair_changed

# (application of the mentee, application of the mentor, reason codes that both may read)
NewPair = tuple[int, int, dict[str, object]]  # JSON of reason codes and ids
Applications = dict[int, Application]  # by id


@transaction.atomic
def create_matches(
    pairs: Iterable[NewPair], *, at: datetime, origin: str = Match.Origin.ROUND
) -> list[Match]:
    """Create a match for each pair of application ids, all or none.

    Raises ActionNotAllowed naming a mentor without a free place, a mentee who has a mentor already,
    or a person who is no longer ready.
    """
    wanted = list(pairs)
    mentees, mentors = check_pairs(wanted)
    matches = [
        Match(
            mentee=mentees[mentee],
            mentor=mentors[mentor],
            why_codes=why,
            introduced_at=at,
            origin=origin,
        )
        for mentee, mentor, why in wanted
    ]
    Match.objects.bulk_create(matches, batch_size=500)
    _create_conflicts(matches, at)
    pair_changed.send(Match, matches=[match.pk for match in matches])
    return matches


def check_pairs(wanted: list[NewPair]) -> tuple[Applications, Applications]:
    """Refuse pairs that can't be made, as `create_matches`; return mentees and mentors, by id.

    Locks the applications until the end of the transaction.
    """
    # Lock mentors before mentees, each by ascending id, so that two publications cannot deadlock.
    mentors = _locked({mentor for _mentee, mentor, _why in wanted})
    mentees = _locked({mentee for mentee, _mentor, _why in wanted})
    _check_ready(mentees | mentors)
    _check_asking(wanted, mentees, mentors)
    _check_capacity([mentor for _mentee, mentor, _why in wanted], mentors)
    _check_unmatched(mentees)
    return mentees, mentors


def _locked(ids: set[int]) -> dict[int, Application]:
    rows = (
        Application.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=ids)
        .order_by("pk")
    )
    return {row.pk: row for row in rows.select_related("person", "cohort__program__policy")}


def _check_ready(applications: dict[int, Application]) -> None:
    rows = Application.objects.ready().filter(pk__in=applications)
    ready = set(rows.values_list("pk", flat=True))
    for pk, application in applications.items():
        if pk not in ready:
            raise ActionNotAllowed(
                _("%(name)s is no longer ready to be matched.") % {"name": application.person}
            )


def _check_asking(
    wanted: list[NewPair], mentees: dict[int, Application], mentors: dict[int, Application]
) -> None:
    """Refuse people whose pair ended and who asked for no other match, or not both for this one.

    A mentor who still has a mentee gets another one only where the round says so.
    """
    of_people = Q(
        mentee__person__in=[row.person_id for row in mentees.values()],
        mentor__person__in=[row.person_id for row in mentors.values()],
    )
    matches = Match.objects.filter(Q(mentee__in=mentees) | Q(mentor__in=mentors) | of_people)
    endings = read_endings(matches)
    for mentee, mentor, _why in wanted:
        people = mentees[mentee].person, mentors[mentor].person
        if people[0] == people[1]:  # two accounts that have become one since the plan was made
            text = _("%(name)s is both people of a pair. Please check the round again.")
            raise ActionNotAllowed(text % {"name": people[0]})
        if tuple(person.pk for person in people) in endings.apart:
            text = _("%(mentee)s and %(mentor)s were a pair, and not both asked for it again.")
            raise ActionNotAllowed(text % dict(zip(("mentee", "mentor"), people, strict=True)))
    busy = open_match_counts(mentors)
    for pk, application in (mentees | mentors).items():
        if endings.is_done(pk) and not busy[pk]:
            raise ActionNotAllowed(
                _("%(name)s has not asked for another match.") % {"name": application.person}
            )


def capacity_of(mentor: Application) -> int:
    """Return how many mentees a mentor may have. Reads the policy through the cohort."""
    return mentor.cohort.program.policy.capacity_for(
        mentor.capacity, is_first_time=mentor.is_first_time
    )


def open_match_counts(mentors: Collection[int]) -> Counter[int]:
    """Return {application id of a mentor: open matches}; mentors without one count as 0."""
    rows = Match.objects.open().filter(mentor__in=mentors).order_by().values("mentor")
    return Counter({row["mentor"]: row["count"] for row in rows.annotate(count=Count("pk"))})


def _check_capacity(wanted: list[int], mentors: dict[int, Application]) -> None:
    mentees = open_match_counts(mentors)
    mentees.update(wanted)
    for pk, mentor in mentors.items():
        if mentees[pk] > capacity_of(mentor):
            text = _("%(name)s has no free place any more. Please check the round again.")
            raise ActionNotAllowed(text % {"name": mentor.person})


def _check_unmatched(mentees: dict[int, Application]) -> None:
    matches = Match.objects.open().filter(mentee__in=mentees)
    existing = matches.select_related("mentee__person").first()
    if existing:
        raise ActionNotAllowed(
            _("%(name)s already has a mentor.") % {"name": existing.mentee.person}
        )


def _create_conflicts(matches: list[Match], at: datetime) -> None:
    """Recuse committee members who are in a pair from everything about their partner."""
    pairs = [(match.mentee.person_id, match.mentor.person_id) for match in matches]
    people = {person for pair in pairs for person in pair}
    live = Membership.objects.live(at.date()).filter(user__in=people)
    members = set(live.values_list("user", flat=True))
    both_ways = [(a, b) for pair in pairs for a, b in (pair, pair[::-1])]
    for member, person in both_ways:
        if member in members:
            Conflict.objects.get_or_create(
                member_id=member,
                person_id=person,
                kind=Conflict.Kind.PARTNER,
                until=None,
                defaults={"since": at.date()},
            )
