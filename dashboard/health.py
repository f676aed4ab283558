"""The health of a pair: one of five values, with reasons and dates.

1. Health compares now with two dates that are kept with the match (`health_dates`); the word
   itself is never stored. Lists, filters and counts agree: the conditions are here only.
2. It follows from meetings, the agreement, requests for help and endings. An unanswered e-mail
   changes nothing.
3. Only those who look after the pair see that someone asked for help, or asked to talk about an
   ending; for others the pair has the value it would have without the request.
4. When a pair drifts and is stuck, `health_dates` says. A paused pair is neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

from django.db.models import Manager, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from checkins.models import Concern
from matches.models import EndingRequest, Match, MatchQuerySet, Pause, not_paused
from matches.pair_clock import later
from meetings.models import Meeting
from programs.models import Policy, Program, ids_read_once

from .health_dates import days_until

State = Match.State


class Health(TextChoices):
    """How a pair is doing, in the five words used everywhere."""

    ON_TRACK = "on_track", gettext_lazy("On track")
    DRIFTING = "drifting", gettext_lazy("Drifting")
    STUCK = "stuck", gettext_lazy("Stuck")
    ASKED_FOR_HELP = "asked_for_help", gettext_lazy("Asked for help")
    ENDING = "ending", gettext_lazy("Ending")


class FollowedPair(Protocol):
    """A match with the columns of `with_requests`."""

    state: str
    program: Program
    introduced_at: datetime
    ends_on: date | None
    last_met_at: datetime | None
    quiet_since: datetime | None
    rhythm_days: int | None
    drifting_from: datetime | None
    stuck_from: datetime | None
    next_at: datetime | None
    next_state: str | None
    asked_at: datetime | None
    ending_asked_at: datetime | None
    paused_until: datetime | None
    counts_from: datetime
    pauses: Manager[Pause]

    def is_paused(self, at: datetime) -> bool: ...


def with_requests(matches: QuerySet[Match], *, reader: User, at: datetime) -> QuerySet[Match]:
    """Annotate what `health_of` and `reasons` need beside what is kept: see `FollowedPair`.

    `reader` is the committee member who looks: requests that they may not see do not count.
    """
    ahead = Meeting.objects.filter(match=OuterRef("pk")).ahead(at).order_by("starts_at")
    asked = _calls_for_help(reader).filter(match=OuterRef("pk")).order_by("raised_at")
    ending = _requests_to_end(reader).filter(match=OuterRef("pk")).order_by("asked_at")
    return matches.prefetch_related("pauses").annotate(
        next_at=Subquery(ahead.values("starts_at")[:1]),
        next_state=Subquery(ahead.values("state")[:1]),
        asked_at=Subquery(asked.values("raised_at")[:1]),
        ending_asked_at=Subquery(ending.values("asked_at")[:1]),
    )


def health_of(match: FollowedPair, *, at: datetime) -> Health:
    """Return the health of an open match; of many, `in_health` asks the same."""
    if match.state == State.CLOSING or match.ending_asked_at:
        return Health.ENDING
    if match.asked_at:
        return Health.ASKED_FOR_HELP
    if match.is_paused(at):
        return Health.ON_TRACK
    if match.stuck_from and match.stuck_from < at:
        return Health.STUCK
    if match.drifting_from and match.drifting_from < at:
        return Health.DRIFTING
    return Health.ON_TRACK


def in_health(
    matches: MatchQuerySet, health: str, *, reader: User, at: datetime
) -> QuerySet[Match]:
    """Return the open matches whose `health_of` is `health`, found by indexes."""
    return by_health(matches, reader=reader, at=at)[Health(health)]


def by_health(
    matches: MatchQuerySet, *, reader: User, at: datetime
) -> dict[Health, QuerySet[Match]]:
    """Return the open matches of each value of `health_of`, found by indexes."""
    left: QuerySet[Match] = matches.open()
    found = {}
    for word, condition in _conditions(reader, at).items():
        found[word] = left.filter(condition)
        left = left.exclude(condition)
    return {**found, Health.ON_TRACK: left}


def may_end(matches: MatchQuerySet, *, reader: User) -> QuerySet[Match]:
    """Return the open matches that asked the committee, because they may want to end."""
    return matches.open().filter(_has_asked_to_end(reader))


def _conditions(reader: User, at: datetime) -> dict[Health, Q]:
    """Return what each value means; the first one that is met is the health."""
    return {
        Health.ENDING: Q(state=State.CLOSING) | _has_asked_to_end(reader),
        Health.ASKED_FOR_HELP: _has_asked_for_help(reader),
        Health.STUCK: Q(not_paused(at), stuck_from__lt=at),
        Health.DRIFTING: Q(not_paused(at), drifting_from__lt=at),
    }


# Requests that wait are few, and one page asks several times whose they are. With their numbers the
# database begins at these pairs, or at the dates; with a subquery it may read every open pair.


def _has_asked_to_end(reader: User) -> Q:
    return _is_match_of("requests to end", reader, _requests_to_end(reader))


def _has_asked_for_help(reader: User) -> Q:
    calls = _calls_for_help(reader).exclude(match=None)
    return _is_match_of("calls for help", reader, calls)


def _is_match_of(name: str, reader: User, requests: QuerySet) -> Q:
    matches = requests.order_by().values_list("match", flat=True)
    return Q(pk__in=ids_read_once(name, reader, lambda: matches))


def _requests_to_end(reader: User) -> QuerySet[EndingRequest]:
    return EndingRequest.objects.for_committee(reader).open()


def _calls_for_help(reader: User) -> QuerySet[Concern]:
    calls = Concern.objects.for_committee(reader).unresolved()
    return calls.filter(cause__in=Concern.REQUESTS)


def reasons(match: FollowedPair, *, at: datetime) -> list[str]:
    """Return why a match of `with_requests` has its health, in sentences with dates."""
    return list(_reasons(match, match.program.policy, at))


def _reasons(match: FollowedPair, policy: Policy, at: datetime) -> Iterator[str]:
    if match.state == State.CLOSING:
        yield _("Closing. Their time together ends on %(day)s.") % {
            "day": _format_day(match.ends_on)
        }
    if match.ending_asked_at:
        yield _("Asked the committee on %(day)s, because they may want to end.") % {
            "day": _format_day(match.ending_asked_at)
        }
    if match.asked_at:
        yield _("Asked for help on %(day)s.") % {"day": _format_day(match.asked_at)}
    if match.is_paused(at):
        last_day = next(rest.last_day for rest in match.pauses.all() if rest.is_on(at))
        yield _("On a pause until %(day)s.") % {"day": _format_day(last_day)}
    else:
        yield from _reasons_of_silence(match, policy, at)
    if match.next_state == Meeting.State.PROPOSED:
        yield _("A meeting is suggested and waits for an answer.")
    elif match.next_at:
        yield _("Next meeting on %(day)s.") % {"day": _format_day(match.next_at)}
    elif match.last_met_at and health_of(match, at=at) == Health.ON_TRACK:
        yield _("Last met on %(day)s.") % {"day": _format_day(match.last_met_at)}


def _reasons_of_silence(match: FollowedPair, policy: Policy, at: datetime) -> Iterator[str]:
    quiet_since = match.quiet_since or match.introduced_at
    rhythm = match.rhythm_days or policy.rhythm_days
    quiet = timedelta(days=days_until(policy, rhythm, "drifting_percent"))
    if match.last_met_at is None and match.next_at is None:
        yield _("No meeting since the introduction on %(day)s.") % {
            "day": _format_day(match.introduced_at)
        }
    elif later(quiet_since, quiet, list(match.pauses.all())) < at:
        agreed = _("No meeting or contact since %(day)s; they agreed to meet every %(days)d days.")
        usual = _("No meeting or contact since %(day)s; pairs usually meet every %(days)d days.")
        text = usual if match.state == State.INTRODUCED else agreed  # signing makes it active
        yield text % {"day": _format_day(quiet_since), "days": rhythm}
    if match.state == State.INTRODUCED and match.counts_from < at - timedelta(
        days=policy.agreement_attention_days
    ):
        yield _("Agreement not signed %(days)d days after the introduction.") % {
            "days": (at - match.introduced_at).days
        }


def _format_day(when: date | datetime | None) -> str:
    local = timezone.localtime(when) if isinstance(when, datetime) else when
    return format_date(local, "MONTH_DAY_FORMAT") if local else ""
