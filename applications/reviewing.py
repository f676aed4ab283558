"""What the committee does with an application: read, note, decide, tell.

1. Reading begins by a button, never by opening a page; from then on the person cannot change the answers.
2. Readers, matchers and chairs decide. A decision is pending and invisible to the person until it is released;
   until then it can be changed or cleared. Carers read and note.
3. Only a chair releases: that is when letters leave (`domain.md`: the chair is who can publish).
4. Nobody does any of this about oneself or about a person with whom a conflict of interest is declared; the gate
   is the same query that hides the row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from notifications import kinds
from notifications.kinds import Email
from notifications.models import Notification
from notifications.outbox import enqueue, key_of
from notifications.recipients import recipient_locale
from notifications.rendering import RenderedEmail, compose
from programs.models import Membership
from programs.sender_policy import sender_policy_for
from workflow.states import move

from . import orientation
from .models import Application, CommitteeNote, Decision

Role = Membership.Role
State = Application.State
Outcome = Decision.Outcome

DECIDERS = (Role.READER, Role.MATCHER, Role.CHAIR)
RELEASERS = (Role.CHAIR,)

LETTERS = {
    Outcome.ACCEPT: "decision-accepted",
    Outcome.WAITLIST: "decision-waitlisted",
    Outcome.DECLINE: "decision-declined",
}


def _gate(application: Application, by: Any, *roles: str) -> None:
    if not Application.objects.for_committee(by, *roles).filter(pk=application.pk).exists():
        raise ActionNotAllowed(
            _(
                "This is not yours to do: your role does not include it, or the person is too close to you."
            )
        )


def start_reading(application: Application, *, by: Any, at: datetime | None = None) -> None:
    """Close the application for changes by the person. Raises Refused unless it is sent and `by` may decide."""
    _gate(application, by, *DECIDERS)
    if application.state != State.SUBMITTED:
        raise ActionNotAllowed(_("This application is not waiting to be read."))
    now = at or timezone.now()
    if Application.objects.filter(pk=application.pk, review_started_at=None).update(
        review_started_at=now
    ):
        application.review_started_at = now


def note(
    application: Application, *, by: Any, text: str, at: datetime | None = None
) -> CommitteeNote:
    """Write a note that the committee reads and the person never does. Every role may."""
    _gate(application, by)
    return CommitteeNote.objects.create(
        application=application, author=by, text=text, written_at=at or timezone.now()
    )


def decision_of(application: Application) -> Decision | None:
    """The decision about an application that the caller has fetched through the committee's own query."""
    rows = Decision.system.select_related("decided_by")
    return rows.filter(application=application).first()


def seen(decision: Decision | None) -> str:
    """What a page shows of a decision, so that a later change by somebody else is noticed."""
    return decision.decided_at.isoformat() if decision else ""


@transaction.atomic
def decide(
    application: Application,
    *,
    by: Any,
    outcome: str,
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
    expected: str | None = None,
) -> Decision:
    """Set, or replace, the pending decision. Also closes the application for changes by the person.

    `expected` is `seen(...)` of the page that the member looked at. Raises Refused when somebody else has decided
    since, when the step is not possible from the application's state, or a "no" comes without a reason.
    """
    _gate(application, by, *DECIDERS)
    if outcome not in application.TRANSITIONS[application.state] or outcome not in Outcome.values:
        raise ActionNotAllowed(_("This decision is not possible for an application in this state."))
    if outcome != Outcome.ACCEPT and not reason:
        raise ActionNotAllowed(_("Please give a reason: the letter says it in kind words."))
    # Writing the state that we know locks the row and proves that it is still the state: two members take turns.
    is_same = Application.objects.filter(pk=application.pk, state=application.state).update(
        state=application.state
    )
    earlier = decision_of(application)
    if not is_same or (expected is not None and seen(earlier) != expected):
        raise ActionNotAllowed(
            _(
                "Somebody else has decided about this application meanwhile. Please look at it again."
            )
        )
    now = at or timezone.now()
    if application.review_started_at is None:
        start_reading(application, by=by, at=now)
    decision = earlier or Decision(application=application)
    decision.outcome, decision.reason = outcome, "" if outcome == Outcome.ACCEPT else reason
    decision.note, decision.decided_by, decision.decided_at, decision.released_at = (
        note,
        by,
        now,
        None,
    )
    decision.save()
    return decision


@transaction.atomic
def clear_decision(application: Application, *, by: Any) -> None:
    """Take a pending decision back. Raises Refused when there is none, or it has been told."""
    _gate(application, by, *DECIDERS)
    pending = Decision.system.filter(application=application, released_at=None)
    if not pending.delete()[0]:
        raise ActionNotAllowed(_("There is no pending decision to clear."))


def pending(by: Any) -> Any:
    """Decisions that `by` may release, with what their pages and letters need."""
    told = Application.objects.for_committee(by, *RELEASERS).filter(
        state__in=[State.SUBMITTED, State.WAITLISTED]
    )
    rows = Decision.system.all()
    return rows.filter(released_at=None, application__in=told).select_related(
        "application__cohort__program", "application__person", "decided_by"
    )


@transaction.atomic
def release(decisions: Iterable[Decision], *, by: Any, at: datetime) -> int:
    """Tell people what was decided: states move, letters are owed, in one transaction. Returns how many were told.

    `by` is a chair, or None when the publication of a round releases what its members decided. A decision that was
    released or cleared meanwhile, or whose person withdrew, is left out. Raises Refused for one that `by` may not tell.
    """
    told, chosen = 0, list(decisions)
    # Applications before decisions, in one order, as everybody who changes them does: nobody waits for each other in a ring.
    held = Application.objects.select_for_update().filter(
        pk__in=[decision.application_id for decision in chosen]
    )
    list(held.order_by("pk").values_list("pk"))
    for decision in chosen:
        application = decision.application
        if by is not None:
            _gate(application, by, *RELEASERS)
        is_open = decision.outcome in application.TRANSITIONS[application.state]
        mine = Decision.system.filter(pk=decision.pk, outcome=decision.outcome, released_at=None)
        if not is_open or not mine.update(released_at=at):
            continue
        move(application, decision.outcome, by=by, at=at, why=decision.reason)
        enqueue(LETTERS[Outcome(decision.outcome)], to=application.person, about=application, at=at)
        if decision.outcome == Outcome.ACCEPT and application.is_mentor:
            orientation.remind(application, at=at)
        told += 1
    return told


def sample_letters(decisions: Iterable[Decision], *, by: Any) -> list[RenderedEmail]:
    """The letters that `release` would send, one for each outcome and role.

    They are made by releasing for real inside a transaction that is taken back, so a sample cannot differ from what
    leaves.
    """
    first: dict[tuple[str, str], Decision] = {}
    for decision in decisions:
        first.setdefault((decision.outcome, decision.application.role), decision)
    with transaction.atomic():
        release(first.values(), by=by, at=timezone.now())
        letters = [_letter(decision) for decision in first.values()]
        transaction.set_rollback(True)
    for decision in first.values():
        decision.application.refresh_from_db(fields=["state"])
    return letters


def _letter(decision: Decision) -> RenderedEmail:
    application, kind = decision.application, LETTERS[Outcome(decision.outcome)]
    key = key_of(kind, about=application, to=application.person)
    row = Notification.system.get(key=key)
    letter = kinds.get(kind).build(application, application.person)
    if not isinstance(letter, Email):
        raise ActionNotAllowed(
            _("This letter would not be sent: %(reason)s.") % {"reason": letter.reason}
        )
    with recipient_locale(application.person):
        return compose(row, application.person, letter, sender_policy_for(application.program))
