"""How a pair is doing, in the five words of the program, always with reasons and dates.

1. The word is one annotation, so that lists, filters and counts can never disagree; it is computed and never stored.
2. It follows from what happened: meetings, the agreement, a call for help, an ending. A mail that nobody answered says nothing.
3. "Asked for help" is known to those who look after the pair; for others such a pair has the word it would have without.
4. Quiet pairs: drifting and stuck begin at the program's percentages of the rhythm that the pair agreed on, at the latest after
   the program's longest silence. A date ahead keeps a pair from being stuck. Before the agreement the first meeting counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.template.defaultfilters import date as in_words
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import AgreementVersion
from checkins.models import Concern
from matches.models import Match
from meetings.models import Meeting
from programs.models import Policy

State = Match.State


class Health(TextChoices):
    ON_TRACK = "on_track", gettext_lazy("On track")
    DRIFTING = "drifting", gettext_lazy("Drifting")
    STUCK = "stuck", gettext_lazy("Stuck")
    ASKED_FOR_HELP = "asked_for_help", gettext_lazy("Asked for help")
    ENDING = "ending", gettext_lazy("Ending")


def with_health(matches: QuerySet[Match], *, reader: Any, at: datetime) -> QuerySet[Match]:
    """Open matches with `health` and the facts behind it: `last_met_at`, `next_at`, `quiet_since`, `rhythm`, `asked_at`."""
    facts = _with_facts(matches.open(), reader, at)
    policies = list(Policy.objects.filter(program__in=matches.values("mentee__cohort__program")))
    rhythms = set(facts.order_by().values_list("rhythm", flat=True).distinct())
    quiet_too_long = _quiet(policies, rhythms, at, "stuck_percent") & Q(next_at=None)
    quiet = _quiet(policies, rhythms, at, "drifting_percent")
    late = _agreement_late(policies, at)
    not_begun = _no_first_meeting(policies, at)
    word = Case(
        When(state=State.CLOSING, then=Value(Health.ENDING)),
        When(asked_at__isnull=False, then=Value(Health.ASKED_FOR_HELP)),
        When(quiet_too_long, then=Value(Health.STUCK)),
        When(quiet | late | not_begun, then=Value(Health.DRIFTING)),
        default=Value(Health.ON_TRACK),
        output_field=CharField(),
    )
    return facts.annotate(health=word)


def _with_facts(matches: QuerySet[Match], reader: Any, at: datetime) -> QuerySet[Match]:
    meetings = Meeting.objects.filter(match=OuterRef("pk"))
    ahead = meetings.ahead(at).order_by("starts_at")
    agreed = AgreementVersion.objects.signed().filter(agreement__match=OuterRef("pk"))
    asked = (
        Concern.objects.for_committee(reader)
        .unresolved()
        .filter(match=OuterRef("pk"), cause=Concern.Cause.ASKED)
    )
    last_met_at = Subquery(meetings.held().order_by("-starts_at").values("starts_at")[:1])
    return matches.annotate(
        last_met_at=last_met_at,
        next_at=Subquery(ahead.values("starts_at")[:1]),
        is_agreed=Exists(agreed),
        asked_at=Subquery(asked.order_by("raised_at").values("raised_at")[:1]),
        quiet_since=Coalesce(last_met_at, F("active_at"), F("introduced_at")),
        rhythm=Coalesce(
            Subquery(agreed.values("rhythm_days")[:1]),
            F("mentee__cohort__program__policy__rhythm_days"),
            output_field=IntegerField(),
        ),
    )


def days_until(policy: Policy, rhythm: int, percent: str) -> int:
    """After how many quiet days a word changes, for a pair that agreed on `rhythm` days."""
    return min(rhythm * int(getattr(policy, percent)) // 100, policy.silence_days)


def _quiet(policies: list[Policy], rhythms: set[int], at: datetime, percent: str) -> Q:
    found = Q(pk__in=[])
    for policy in policies:
        for rhythm in rhythms:
            before = at - timedelta(days=days_until(policy, rhythm, percent))
            found |= Q(
                mentee__cohort__program=policy.program_id, rhythm=rhythm, quiet_since__lt=before
            )
    return found & ~Q(state=State.INTRODUCED) | found & Q(last_met_at__isnull=False)


def _agreement_late(policies: list[Policy], at: datetime) -> Q:
    found = Q(pk__in=[])
    for policy in policies:
        before = at - timedelta(days=policy.agreement_attention_days)
        found |= Q(mentee__cohort__program=policy.program_id, introduced_at__lt=before)
    return found & Q(state=State.INTRODUCED, is_agreed=False)


def _no_first_meeting(policies: list[Policy], at: datetime) -> Q:
    found = Q(pk__in=[])
    for policy in policies:
        before = at - timedelta(days=policy.first_meeting_attention_days)
        found |= Q(mentee__cohort__program=policy.program_id, introduced_at__lt=before)
    return found & Q(last_met_at=None, next_at=None)


def reasons(match: Any, *, at: datetime) -> list[str]:
    """Why a match of `with_health` has its word, in sentences with dates; for the rows that are shown."""
    return list(_reasons(match, match.program.policy, at))


def _reasons(match: Any, policy: Policy, at: datetime) -> Iterator[str]:
    if match.state == State.CLOSING:
        yield _("The pair is closing; its time ends on %(day)s.") % {"day": _day(match.ends_on)}
    if match.asked_at:
        yield _("Asked for help on %(day)s.") % {"day": _day(match.asked_at)}
    if match.last_met_at is None and match.next_at is None:
        yield _("No meeting yet, introduced on %(day)s.") % {"day": _day(match.introduced_at)}
    elif match.quiet_since < at - timedelta(
        days=days_until(policy, match.rhythm, "drifting_percent")
    ):
        words = _("No meeting since %(day)s; they agreed on every %(days)d days.")
        yield words % {"day": _day(match.quiet_since), "days": match.rhythm}
    if match.state == State.INTRODUCED and match.introduced_at < at - timedelta(
        days=policy.agreement_attention_days
    ):
        yield _("The agreement is not signed, %(days)d days after the introduction.") % {
            "days": (at - match.introduced_at).days
        }
    if match.next_at:
        yield _("Next meeting on %(day)s.") % {"day": _day(match.next_at)}
    elif match.last_met_at and match.health == Health.ON_TRACK:
        yield _("Last met on %(day)s.") % {"day": _day(match.last_met_at)}


def _day(when: Any) -> str:
    local = timezone.localtime(when) if isinstance(when, datetime) else when
    return in_words(local, "j F") if local else ""
