"""The surveys of a milestone: baseline, mid-term, closing, exit, and some months after.

1. A program asks one once it has published its own edition. The shared ones are to start from,
   but the one some months after the end: it is asked wherever there is no own one.
2. Each person of a pair is asked once, when the moment has come. Moments from before the program
   began to ask are left out, so a new survey never reaches back. A newer edition changes nothing of
   that: it goes on from the edition that it replaces.
3. A pause moves the moment; an extension moves what is counted from the end. The committee can
   move it for one pair, see `moving`.
4. The mid-term survey comes before the closing survey, or not at all.
5. No one is asked about a pair that was created by mistake, and no one a baseline that they
   answered when they applied (`applicants_survey`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, Subquery

from matches.models import Match, MatchQuerySet
from matches.pair_clock import begin_of, later
from programs.models import Policy, Program

from .applicants_survey import asked_with
from .models import (
    AFTER_THE_END,
    MILESTONES,
    OWN_ONLY,
    CheckIn,
    Kind,
    MovedDate,
    Survey,
    moved_moment,
)
from .seeds import seed_surveys

Closed = Match.Closed
MONTH = 30  # days; a milestone needs no calendar
ENDINGS = {
    Kind.EXIT: (Closed.COMPLETED_EARLY, Closed.BY_CHOICE, Closed.BY_CIRCUMSTANCE),
    Kind.LATER: (Closed.COMPLETED, Closed.COMPLETED_EARLY),
}


def plan_milestones(at: datetime) -> None:
    """Add the check-ins whose milestone has come by `at`. Running it twice adds nothing."""
    asked = [*asked_today(), *_asked_without_an_edition(at)]
    new = [row for program, kind, since in asked for row in _due(program, kind, since, at)]
    CheckIn.objects.bulk_create(new, ignore_conflicts=True)  # another worker may be as fast


def asked_today(kinds: Sequence[str] = MILESTONES) -> list[tuple[Program, str, datetime]]:
    """Return which programs ask surveys of these kinds of their own, and since when."""
    editions = Survey.objects.filter(kind__in=kinds, published_at__isnull=False)
    own = editions.exclude(program=None).order_by("program", "kind", "-number")
    found: dict[tuple[int | None, str], tuple[Survey, datetime]] = {}
    for edition in own.select_related("program__policy"):
        key = (edition.program_id, edition.kind)
        if edition.state == Survey.State.PUBLISHED and edition.published_at is not None:
            found[key] = (edition, edition.published_at)
        elif key in found and edition.published_at and edition.retired_at == found[key][1]:
            found[key] = (found[key][0], edition.published_at)  # it was replaced without a gap
    return [
        (edition.program, edition.kind, since)
        for edition, since in found.values()
        if edition.program is not None
    ]


def _asked_without_an_edition(at: datetime) -> list[tuple[Program, str, datetime]]:
    """Return the programs that ask the shared survey some months after the end, and since when.

    One that has retired its own has asked the shared one since then.
    """
    kinds = [kind for kind in MILESTONES if kind not in OWN_ONLY]
    found: list[tuple[Program, str, datetime]] = []
    for shared in _shared(kinds, at):
        own = Survey.objects.filter(kind=shared.kind, program=OuterRef("pk"))
        asking = Program.objects.filter(~Exists(own.published())).select_related("policy")
        retired = own.order_by(F("retired_at").desc(nulls_last=True)).values("retired_at")[:1]
        for program in asking.annotate(own_until=Subquery(retired)):
            begun = shared.published_at or at
            found.append((program, shared.kind, max(begun, program.own_until or begun)))
    return found


def _shared(kinds: list[Kind], at: datetime) -> list[Survey]:
    """Return the shared editions of these kinds; a new installation gets them here."""
    rows = Survey.objects.published().filter(program=None, kind__in=kinds)
    if found := list(rows):
        return found
    seed_surveys(at)
    return list(rows.all())


def _due(program: Program, kind: str, since: datetime, at: datetime) -> Iterator[CheckIn]:
    moments = {
        match: moment_of(kind, match, program.policy)
        for match in _candidates(kind, program, since, at)
    }
    due = {match: moment for match, moment in moments.items() if moment and since <= moment <= at}
    earlier = _asked_earlier(kind, due)
    for match, moment in due.items():
        for application in (match.mentee, match.mentor):
            asked = earlier.get(application.pk)
            is_answered = asked is not None and asked.state == CheckIn.State.ANSWERED
            if application.person.is_active and not is_answered:
                opens_at = max(moment, asked.closes_at or moment) if asked else moment
                yield CheckIn(match=match, person=application.person, kind=kind, opens_at=opens_at)


def _asked_earlier(kind: str, matches: Collection[Match]) -> dict[int, CheckIn]:
    """Return {application: the baseline asked with it} of the people in `matches`."""
    if kind != Kind.BASELINE or not matches:
        return {}
    return asked_with([pk for match in matches for pk in (match.mentee_id, match.mentor_id)])


def _candidates(kind: str, program: Program, since: datetime, at: datetime) -> MatchQuerySet:
    """Return pairs that may have come to the milestone between `since` and `at`, not asked yet."""
    asked = CheckIn.objects.filter(match=OuterRef("pk"), kind=kind)
    pairs = Match.objects.filter(mentee__cohort__program=program).filter(~Exists(asked))
    if kind == Kind.BASELINE:
        pairs = pairs.exclude(both_answered())
    near = _near(kind, pairs, program.policy, since, at) | _moved(kind, pairs)
    return near.with_people().prefetch_related("pauses", "moved_dates")


def both_answered() -> Q:
    """Match pairs of which both have answered the baseline when they applied."""
    answered = CheckIn.objects.of_applicants().filter(state=CheckIn.State.ANSWERED)
    mentees, mentors = (
        Exists(answered.filter(application=OuterRef(role))) for role in ("mentee", "mentor")
    )
    return Q(mentees) & Q(mentors)


def _moved(kind: str, pairs: MatchQuerySet) -> MatchQuerySet:
    """Return the open pairs for which the committee has moved the milestone."""
    moved = MovedDate.objects.filter(match=OuterRef("pk"), kind=kind)
    return pairs.exclude(state=Match.State.CLOSED).filter(Exists(moved))


def _near(
    kind: str, pairs: MatchQuerySet, policy: Policy, since: datetime, at: datetime
) -> MatchQuerySet:
    """Narrow `pairs` by columns with an index; a pause may only make the moment later."""
    if kind in AFTER_THE_END:
        wait = _wait(kind, policy)
        ended = pairs.filter(closed_kind__in=ENDINGS[Kind(kind)])
        return ended.filter(closed_at__gte=since - wait, closed_at__lte=at - wait)
    running = pairs.filter(state__in=[Match.State.ACTIVE, Match.State.CLOSING,
                                      Match.State.INTRODUCED])  # fmt: skip
    if kind == Kind.CLOSING:
        first, last = since - timedelta(days=1), at + timedelta(days=1)  # in any time zone
        days = timedelta(days=policy.closing_survey_days)
        return running.filter(ends_on__gte=(first + days).date(), ends_on__lte=(last + days).date())
    wait, paused = _wait(kind, policy), timedelta(days=policy.pause_total_days)
    return running.filter(introduced_at__gte=since - wait - paused, introduced_at__lte=at - wait)


def _wait(kind: str, policy: Policy) -> timedelta:
    """Return the time after the introduction, or after the end, at its shortest."""
    return {
        Kind.BASELINE: timedelta(days=policy.baseline_days),
        Kind.MIDTERM: timedelta(days=MONTH * policy.midterm_months),
        Kind.EXIT: timedelta(days=policy.exit_survey_days),
        Kind.LATER: timedelta(days=MONTH * policy.later_survey_months),
    }[Kind(kind)]


def moment_of(kind: str, match: Match, policy: Policy) -> datetime | None:
    """Return when the people of `match` are asked, None if the pair has no such milestone.

    The committee may have moved it. Reads `pauses` and `moved_dates` of the match.
    """
    moved = moved_moment(match, kind, 1, end_of(match))
    moment = moved or planned_moment(kind, match, policy)
    if kind == Kind.MIDTERM and moment is not None:
        closing = moment_of(Kind.CLOSING, match, policy)
        return moment if closing is None or moment < closing else None
    return moment


def end_of(match: Match) -> datetime | None:
    """Return the first moment of the last day of a pair, None while it has none."""
    if match.ends_on is None:
        return None
    return begin_of(match.ends_on, ZoneInfo(match.program.time_zone))


def planned_moment(kind: str, match: Match, policy: Policy) -> datetime | None:
    """Return when a milestone is planned by the settings of the program."""
    if kind == Kind.CLOSING:
        if match.ends_on is None:
            return None
        day = match.ends_on - timedelta(days=policy.closing_survey_days)
        return begin_of(day, ZoneInfo(match.program.time_zone))
    if kind in AFTER_THE_END:
        return match.closed_at + _wait(kind, policy) if match.closed_at else None
    return later(match.introduced_at, _wait(kind, policy), list(match.pauses.all()))
