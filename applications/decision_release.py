"""Decisions of a cohort are released together, after a hold, at a moment that lets e-mails leave.

1. A chair ticks decisions and sets the time of their release. Until then Stop puts them back, and
   no applicant sees or hears anything.
2. At that time, in one transaction, applications change and e-mails are enqueued. The moment is
   outside the quiet hours of those who are written to, so that both happen at once.
3. Where e-mails could not leave at that moment after all, because the mail server is down or
   because nothing was sent until quiet hours had begun, the release waits too. Stop works until it
   has happened.
4. A decision that was changed since, or whose chair no longer releases it, is not released.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications import kinds
from notifications.kinds import Email
from notifications.models import Notification, OutboxState
from notifications.outbox import key_of
from notifications.recipients import recipient_locale
from notifications.reconcilers import reconciler
from notifications.release_times import Zones, later_moment, times_to_choose
from notifications.rendering import RenderedEmail, compose
from programs.committee import has_role
from programs.models import Cohort
from programs.sender_policy import sender_policy_for

from .models import Application, Decision
from .review_steps import Kind, add_steps
from .reviewing import (
    DECIDERS,
    EMAIL_KINDS,
    RELEASERS,
    Outcome,
    decision_version,
    pending_decisions,
    release,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sample:
    """One of the e-mails that a release sends, as one of its recipients will read it."""

    decision: Decision
    email: RenderedEmail


def zones_of(decisions: Iterable[Decision]) -> Zones:
    """Count the applicants of decisions by time zone; `decisions` come with their people."""
    return Counter(decision.application.person.time_zone for decision in decisions)


def release_times(
    cohort: Cohort, decisions: Iterable[Decision], *, at: datetime | None = None
) -> list[datetime]:
    """Return the moments that a chair may choose for a release asked for at `at`, usual one first.

    Reads the policy of the cohort's program.
    """
    program = cohort.program
    earliest = (at or timezone.now()) + timedelta(minutes=program.policy.publication_hold_minutes)
    policy = sender_policy_for(program)
    return times_to_choose(zones_of(decisions), earliest, program.time_zone, policy)


@transaction.atomic
def schedule(
    cohort: Cohort,
    seen: Mapping[int, str],
    *,
    by: User,
    is_sooner: bool = False,
    at: datetime | None = None,
) -> list[Decision]:
    """Set the time of release of the ticked decisions of a cohort, and return those it was set for.

    `seen`: {id of a decision: `decision_version` of it on the page where it was ticked}. Decisions
    that have changed since, are released, or wait for a release already are left out. `is_sooner`
    chooses the second of `release_times`. Raises ActionNotAllowed unless `by` is a chair.
    """
    if not has_role(by, cohort.program, *RELEASERS):
        raise ActionNotAllowed(_("You don't have permission to do this."))
    rows = pending_decisions(by).filter(application__cohort=cohort, release_at=None)
    chosen = [one for one in rows.filter(pk__in=seen) if decision_version(one) == seen[one.pk]]
    if not chosen:
        raise ActionNotAllowed(_("Tick at least one decision that is not released yet."))
    _lock_applications(decision.application_id for decision in chosen)
    moments = release_times(cohort, chosen, at=at)
    when = moments[-1] if is_sooner else moments[0]
    asked = [decision for decision in chosen if _ask_for_release(decision, when, by)]
    add_steps((one.application_id for one in asked), Kind.RELEASE_ASKED, by=by, at=at)
    return asked


def _ask_for_release(decision: Decision, when: datetime, by: User) -> bool:
    unchanged = Decision.system.filter(
        pk=decision.pk, decided_at=decision.decided_at, released_at=None, release_at=None
    )
    if not unchanged.update(release_at=when, release_by=by):
        return False
    decision.release_at, decision.release_by = when, by
    return True


@transaction.atomic
def stop(cohort: Cohort, *, by: User) -> None:
    """Put back every decision of a cohort that waits for its release.

    Everyone who decides may do so, since it only prevents, even where they have a conflict of
    interest with an applicant. Raises ActionNotAllowed for others, and if nothing waits: then
    e-mails have left already, or another member has stopped them.
    """
    if not has_role(by, cohort.program, *DECIDERS):
        raise ActionNotAllowed(_("You don't have permission to do this."))
    waiting = Decision.system.filter(
        application__cohort=cohort, released_at=None, release_at__isnull=False
    )
    _lock_applications(waiting.values_list("application", flat=True))
    if not _put_back(waiting, Kind.RELEASE_STOPPED, by):
        raise ActionNotAllowed(_("No release is waiting any more, so there is nothing to stop."))


def _put_back(waiting: QuerySet[Decision], kind: str, by: User | None) -> bool:
    """Let decisions wait for no release any more; return whether there were any."""
    add_steps(list(waiting.values_list("application", flat=True)), kind, by=by)
    return bool(waiting.update(release_at=None, release_by=None))


def _lock_applications(ids: Iterable[int]) -> None:
    """Lock applications in the order of `reviewing.release`: a Stop and a worker take turns."""
    rows = (
        Application.objects.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk")
    )
    list(rows.values_list("pk"))


@reconciler
def release_due(at: datetime) -> int:
    """Release the decisions whose time has come; return how many. May run twice and in parallel."""
    if OutboxState.objects.paused(at).exists():
        return 0  # their e-mails could not leave now
    due = Decision.system.filter(released_at=None, release_at__lte=at)
    groups = due.order_by("release_at", "application__cohort", "release_by")
    keys = groups.values_list("application__cohort", "release_at", "release_by").distinct()
    released = 0
    for cohort, moment, member in list(keys):
        assert moment is not None  # the rows were filtered by it
        released += _release_group(cohort, moment, member, at=at)
    return released


@transaction.atomic
def _release_group(cohort: int, moment: datetime, member: int, *, at: datetime) -> int:
    """Release what one chair asked for at one time; return how many decisions were released."""
    group = Decision.system.filter(
        application__cohort=cohort, release_at=moment, release_by=member, released_at=None
    )
    _lock_applications(group.values_list("application", flat=True))
    by = User.objects.get(pk=member)
    decisions = list(pending_decisions(by).filter(pk__in=group))
    if not decisions:
        _give_up(group)
        return 0
    policy = sender_policy_for(decisions[0].application.program)
    later = later_moment(zones_of(decisions), moment, at, policy)
    if later:
        group.update(release_at=later)
        return 0
    released = release(decisions, by=by, at=at)
    _give_up(group)
    return released


def _give_up(group: QuerySet[Decision]) -> None:
    """Put back what cannot be released: the person withdrew, or the chair may not any more."""
    if _put_back(group, Kind.NOT_RELEASED, None):
        log.warning("decisions were not released")


def sample_emails(decisions: Iterable[Decision], *, by: User | None) -> list[Sample]:
    """Return one of each sort of e-mail that the release of `decisions` would send.

    They are made by a real release in a transaction that is rolled back, so that a sample cannot
    differ from what is sent. `by` is None for the release with a round.
    """
    first: dict[tuple[str, str, str], Decision] = {}
    for decision in decisions:
        sort = (decision.outcome, decision.application.role, decision.reason)
        first.setdefault(sort, decision)
    with transaction.atomic():
        release(first.values(), by=by, at=timezone.now())
        keys = {_key_of(decision): decision for decision in first.values()}
        rows = Notification.system.in_bulk(list(keys), field_name="key")
        samples = [Sample(one, _render_email(one, rows[key])) for key, one in keys.items()]
        transaction.set_rollback(True)
    for decision in first.values():
        decision.application.refresh_from_db(fields=["state"])
    return samples


def _key_of(decision: Decision) -> str:
    application = decision.application
    kind = EMAIL_KINDS[Outcome(decision.outcome)]
    return key_of(kind, about=application, to=application.person)


def _render_email(decision: Decision, row: Notification) -> RenderedEmail:
    application = decision.application
    email = kinds.get(row.kind).build(application, application.person)
    if not isinstance(email, Email):
        raise ActionNotAllowed(
            _("This e-mail would not be sent: %(reason)s.") % {"reason": email.reason}
        )
    with recipient_locale(application.person):
        return compose(row, application.person, email, sender_policy_for(application.program))
