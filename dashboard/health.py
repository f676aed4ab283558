"""The health of a pair: one of five values, with reasons and dates.

1. Health is one annotation, computed and never stored, so lists, filters and counts agree.
2. It follows from meetings, the agreement, requests for help and endings. An unanswered e-mail
   changes nothing.
3. Only those who look after the pair see that someone asked for help, or asked to talk about an
   ending; for others the pair has the value it would have without the request.
4. A pair drifts, then is stuck, without a meeting or a contact for the program's percentages of the
   rhythm that the pair agreed on, at the latest after the program's longest silence. A meeting
   ahead, confirmed or suggested, keeps a pair from being stuck. Before the agreement the first
   meeting counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
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
from django.db.models.functions import Coalesce, Greatest
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from agreements.models import AgreementVersion
from checkins.models import Concern
from matches.models import EndingRequest, Match, MatchQuerySet
from meetings.models import Meeting, PairContact
from programs.models import Policy

State = Match.State


class Health(TextChoices):
    """How a pair is doing, in the five words used everywhere."""

    ON_TRACK = "on_track", gettext_lazy("On track")
    DRIFTING = "drifting", gettext_lazy("Drifting")
    STUCK = "stuck", gettext_lazy("Stuck")
    ASKED_FOR_HELP = "asked_for_help", gettext_lazy("Asked for help")
    ENDING = "ending", gettext_lazy("Ending")


def with_health(matches: MatchQuerySet, *, reader: User, at: datetime) -> QuerySet[Match]:
    """Return the open matches annotated with `health` and the facts behind it.

    Those are `last_met_at`, `next_at`, `next_state`, `quiet_since`, `rhythm` (days), `asked_at`
    and `ending_asked_at`. `reader` is the committee member who looks: requests for help that they
    may not see do not count.
    """
    facts = _with_facts(matches.open(), reader, at)
    policies = list(Policy.objects.filter(program__in=matches.values("mentee__cohort__program")))
    rhythms = set(facts.order_by().values_list("rhythm", flat=True).distinct())  # type: ignore[misc]  # annotated by _with_facts
    quiet_too_long = _quiet(policies, rhythms, at, "stuck_percent") & Q(next_at=None)
    quiet = _quiet(policies, rhythms, at, "drifting_percent")
    late = _agreement_late(policies, at)
    not_begun = _no_first_meeting(policies, at)
    health = Case(
        When(Q(state=State.CLOSING) | Q(ending_asked_at__isnull=False), then=Value(Health.ENDING)),
        When(asked_at__isnull=False, then=Value(Health.ASKED_FOR_HELP)),
        When(quiet_too_long, then=Value(Health.STUCK)),
        When(quiet | late | not_begun, then=Value(Health.DRIFTING)),
        default=Value(Health.ON_TRACK),
        output_field=CharField(),
    )
    return facts.annotate(health=health)


def _with_facts(matches: QuerySet[Match], reader: User, at: datetime) -> QuerySet[Match]:
    meetings = Meeting.objects.filter(match=OuterRef("pk"))
    ahead = meetings.ahead(at).order_by("starts_at")
    agreed = AgreementVersion.objects.signed().filter(agreement__match=OuterRef("pk"))
    asked = (
        Concern.objects.for_committee(reader)
        .unresolved()
        .filter(match=OuterRef("pk"), cause=Concern.Cause.ASKED)
    )
    ending = EndingRequest.objects.for_committee(reader).open().filter(match=OuterRef("pk"))
    contacts = PairContact.objects.filter(match=OuterRef("pk")).order_by("-at")
    last_met_at = Subquery(meetings.held().order_by("-starts_at").values("starts_at")[:1])
    return matches.annotate(
        last_met_at=last_met_at,
        next_at=Subquery(ahead.values("starts_at")[:1]),
        next_state=Subquery(ahead.values("state")[:1]),
        is_agreed=Exists(agreed),
        ending_asked_at=Subquery(ending.order_by("asked_at").values("asked_at")[:1]),
        asked_at=Subquery(asked.order_by("raised_at").values("raised_at")[:1]),
        quiet_since=Greatest(
            Coalesce(last_met_at, F("active_at"), F("introduced_at")),
            Coalesce(Subquery(contacts.values("at")[:1]), F("introduced_at")),
        ),
        rhythm=Coalesce(
            Subquery(agreed.values("rhythm_days")[:1]),
            F("mentee__cohort__program__policy__rhythm_days"),
            output_field=IntegerField(),
        ),
    )


def days_until(policy: Policy, rhythm: int, percent: str) -> int:
    """Return after how many quiet days the health changes, for a rhythm of `rhythm` days."""
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
    """Return why a match of `with_health` has its health, in sentences with dates.

    `match` is untyped: the columns of `with_health` are no attributes of Match.
    """
    return list(_reasons(match, match.program.policy, at))


def _reasons(match: Any, policy: Policy, at: datetime) -> Iterator[str]:
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
    if match.last_met_at is None and match.next_at is None:
        yield _("No meeting since the introduction on %(day)s.") % {
            "day": _format_day(match.introduced_at)
        }
    elif match.quiet_since < at - timedelta(
        days=days_until(policy, match.rhythm, "drifting_percent")
    ):
        text = _("No meeting or contact since %(day)s; they agreed to meet every %(days)d days.")
        yield text % {"day": _format_day(match.quiet_since), "days": match.rhythm}
    if match.state == State.INTRODUCED and match.introduced_at < at - timedelta(
        days=policy.agreement_attention_days
    ):
        yield _("Agreement not signed %(days)d days after the introduction.") % {
            "days": (at - match.introduced_at).days
        }
    if match.next_state == Meeting.State.PROPOSED:
        yield _("A meeting is suggested and waits for an answer.")
    elif match.next_at:
        yield _("Next meeting on %(day)s.") % {"day": _format_day(match.next_at)}
    elif match.last_met_at and match.health == Health.ON_TRACK:
        yield _("Last met on %(day)s.") % {"day": _format_day(match.last_met_at)}


def _format_day(when: date | datetime | None) -> str:
    local = timezone.localtime(when) if isinstance(when, datetime) else when
    return format_date(local, "MONTH_DAY_FORMAT") if local else ""
