"""What needs the committee today: each line a number, a reason, and the list behind it with the same filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import AgreementVersion
from applications.models import Application, Decision
from checkins.models import Answer, CheckIn, Concern
from matches.models import Match
from matching.models import Round
from notifications import outbox_health as outbox_health
from notifications.models import Notification
from programs.models import Cohort, Membership, Program

from .health import Health, with_health

Role = Membership.Role


@dataclass(frozen=True)
class Need:
    """One line: `count` things, in words, and where they are. `tone` is bad, amber or info."""

    count: int
    text: str
    url: str
    tone: str = "info"


def needs_of(member: Any, *, at: datetime) -> list[Need]:
    """What `member` can do something about; nothing that their role or a conflict of interest hides from them."""
    lines = [
        *_alarms(member, at),
        *_people(member),
        *_rounds(member),
        *_pairs(member, at),
        *_letters(member),
    ]
    return [line for line in lines if line.count]


def is_empty_installation() -> bool:
    return not Cohort.objects.exists()


def warning(at: datetime) -> list[str]:
    """Why letters may not be leaving; empty when all is well."""
    report = outbox_health.report(at)
    return list(report["problems"])


def page(name: str, **query: Any) -> str:
    words = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"admin:{name}_changelist") + (f"?{words}" if words else "")


def _counts(rows: QuerySet, *conditions: Q) -> list[int]:
    """How many of `rows` meet each condition, asked all at once: to find them is what takes long."""
    found = rows.order_by().aggregate(
        **{str(place): Count("pk", filter=one) for place, one in enumerate(conditions)}
    )
    return [found[str(place)] for place in range(len(conditions))]


def _alarms(member: Any, at: datetime) -> Iterator[Need]:
    waiting = Concern.objects.for_committee(member).filter(state=Concern.State.OPEN)
    is_urgent = Q(urgency=Concern.Urgency.URGENT)
    urgent, others = _counts(waiting, is_urgent, ~is_urgent)
    text = ngettext("urgent call for help", "urgent calls for help", urgent)
    yield Need(
        urgent, text, page("checkins_concern", state__exact="open", urgency__exact="urgent"), "bad"
    )
    yield Need(
        others,
        ngettext("concern is open", "concerns are open", others),
        page("checkins_concern", state__exact="open"),
        "amber",
    )
    readable = Answer.objects.for_committee(member).values("checkin")
    unread = CheckIn.objects.for_committee(member).to_read().filter(pk__in=readable).count()
    yield Need(
        unread,
        ngettext("check-in to read", "check-ins to read", unread),
        page("checkins_checkin", read="no"),
    )


def _people(member: Any) -> Iterator[Need]:
    mine = Application.objects.for_committee(member, Role.READER, Role.MATCHER, Role.CHAIR)
    decided = Decision.objects.visible_to(member).filter(released_at=None).values("application")
    unread, untold, unprepared = _counts(
        mine,
        Q(state=Application.State.SUBMITTED) & ~Q(pk__in=decided),
        Q(state__in=["submitted", "waitlisted"], pk__in=decided),
        Q(state=Application.State.ACCEPTED, role="mentor", orientation_passed_at=None),
    )
    text = ngettext("application to read", "applications to read", unread)
    yield Need(unread, text, page("applications_application", queue="to-read"), "amber")
    text = ngettext(
        "decision that nobody has been told", "decisions that nobody has been told", untold
    )
    yield Need(untold, text, page("applications_application", queue="pending"))
    text = ngettext("mentor without orientation", "mentors without orientation", unprepared)
    yield Need(unprepared, text, page("applications_application", queue="orientation"))


def _rounds(member: Any) -> Iterator[Need]:
    mine = Round.objects.for_committee(member, Role.MATCHER, Role.CHAIR)
    for_me, approved, drafts = _counts(
        mine,
        Q(state=Round.State.REVIEW) & ~Q(prepared_by=member.pk),
        Q(state=Round.State.APPROVED, publish_at=None),
        Q(state=Round.State.DRAFT),
    )
    text = ngettext("round waits for a second look", "rounds wait for a second look", for_me)
    yield Need(for_me, text, page("matching_round", state__exact="review"), "amber")
    text = ngettext("approved round to publish", "approved rounds to publish", approved)
    yield Need(approved, text, page("matching_round", state__exact="approved"), "amber")
    yield Need(
        drafts,
        ngettext("round in draft", "rounds in draft", drafts),
        page("matching_round", state__exact="draft"),
    )


def _pairs(member: Any, at: datetime) -> Iterator[Need]:
    pairs = with_health(Match.objects.for_committee(member), reader=member, at=at)
    counted = list(pairs.order_by().values_list("health", "carer"))
    stuck = sum(word == Health.STUCK for word, _carer in counted)
    drifting = sum(word == Health.DRIFTING for word, _carer in counted)
    uncared = sum(carer is None for _word, carer in counted)
    yield Need(
        stuck,
        ngettext("pair is stuck", "pairs are stuck", stuck),
        page("dashboard_pair", health="stuck"),
        "bad",
    )
    text = ngettext("pair is drifting", "pairs are drifting", drifting)
    yield Need(drifting, text, page("dashboard_pair", health="drifting"), "amber")
    text = ngettext("pair without a carer", "pairs without a carer", uncared)
    yield Need(uncared, text, page("dashboard_pair", carer="none"), "amber")
    late = _late_agreements(member, at)
    text = ngettext(
        "agreement open for more than three weeks",
        "agreements open for more than three weeks",
        late,
    )
    yield Need(late, text, page("dashboard_pair", state__exact="introduced"))


def _late_agreements(member: Any, at: datetime) -> int:
    """Introduced longer ago than the program's own attention day, and nothing signed."""
    late = Q(pk__in=[])
    for program in Program.objects.for_committee(member).select_related("policy"):
        before = at - timedelta(days=program.policy.agreement_attention_days)
        late |= Q(mentee__cohort__program=program, introduced_at__lt=before)
    signed = AgreementVersion.objects.signed().values("agreement__match")
    introduced = Match.objects.for_committee(member).filter(state=Match.State.INTRODUCED)
    return introduced.filter(late).exclude(pk__in=signed).count()


def _letters(member: Any) -> Iterator[Need]:
    held, failed = Notification.State.HELD, Notification.State.FAILED
    # Filtered first: where no letter waits for anybody, no rule has to be asked.
    mine = Notification.objects.filter(state__in=[held, failed]).for_committee(member)
    counts = _counts(mine, Q(state=held), Q(state=failed))
    for state, count, tone, one, many in (
        (held, counts[0], "amber", _("letter is held back"), _("letters are held back")),
        (
            failed,
            counts[1],
            "bad",
            _("letter could not be delivered"),
            _("letters could not be delivered"),
        ),
    ):
        yield Need(
            count,
            one if count == 1 else many,
            page("notifications_notification", state__exact=state),
            tone,
        )
