"""What the committee does with an application: read it, write notes, decide, release the decision.

1. The review starts with a button, never by opening a page. From then on the person cannot change
   the answers.
2. Readers, matchers and chairs decide. A decision is pending, and invisible to the person, until it
   is released; until then it can be changed or cleared. Carers read and write notes. Where the
   program wants opinions of readers first, nothing is decided before they are written (`opinions`).
3. Only a chair releases decisions, see `decision_release`. That is when e-mails are sent.
4. No one does any of this for themselves or despite a conflict of interest: the query that checks
   the role also hides the row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import enqueue
from programs.models import Membership
from workflow.states import move

from .models import Application, CommitteeNote, Decision, Opinion
from .review_steps import Kind, add_step
from .signals import application_decided

Role = Membership.Role
State = Application.State
Outcome = Decision.Outcome

# A decision that the person does not know yet, for queries of applications that the member may see.
PENDING_DECISION = Decision.system.filter(application=OuterRef("pk"), released_at=None)

DECIDERS = Membership.READERS
RELEASERS = (Role.CHAIR,)

EMAIL_KINDS = {
    Outcome.ACCEPT: "decision-accepted",
    Outcome.WAITLIST: "decision-waitlisted",
    Outcome.DECLINE: "decision-declined",
}


def _require_role(application: Application, by: User, *roles: str) -> None:
    """Raise ActionNotAllowed unless `by` has one of `roles` and no conflict of interest."""
    if not Application.objects.for_committee(by, *roles).filter(pk=application.pk).exists():
        raise ActionNotAllowed(_("You don't have permission to do this."))


def require_decider(application: Application, by: User) -> None:
    """Raise ActionNotAllowed unless `by` may decide about the application."""
    _require_role(application, by, *DECIDERS)


def missing_opinions(application: Application) -> int:
    """Return how many readers have still to write before a sent application is decided."""
    needed = application.program.policy.opinions_needed
    if not needed or application.state != State.SUBMITTED:
        return 0
    rows = Opinion.system.filter(application=application).written().order_by("written_at", "pk")
    kept = list(rows.values_list("wanted", flat=True))
    if kept and kept[0] is not None:  # what counted when the first one was written
        needed = min(needed, kept[0])
    return max(0, needed - len(kept))


def words_of_missing_opinions(number: int) -> str:
    """Say why an application can't be decided yet."""
    text = ngettext(
        "%(n)s reader still has to write an opinion before this application is decided.",
        "%(n)s readers still have to write an opinion before this application is decided.",
        number,
    )
    return text % {"n": number}


@transaction.atomic
def start_reading(application: Application, *, by: User, at: datetime | None = None) -> None:
    """Close a submitted application for changes by its person; a second call changes nothing.

    Raises ActionNotAllowed unless it is submitted and `by` may decide about it.
    """
    _require_role(application, by, *DECIDERS)
    if application.state != State.SUBMITTED:
        raise ActionNotAllowed(_("This application is not waiting for review."))
    now = at or timezone.now()
    unread = Application.objects.filter(pk=application.pk, review_started_at=None)
    if unread.update(review_started_at=now):
        application.review_started_at = now
        add_step(application, Kind.REVIEW_STARTED, by=by, at=now)


@transaction.atomic
def add_note(
    application: Application, *, by: User, text: str, at: datetime | None = None
) -> CommitteeNote:
    """Add a note that the committee reads and the person never does. Every role may.

    The same words of the same author are stored once: a second click returns the note of the first.
    """
    _require_role(application, by)
    list(
        Application.objects.select_for_update(no_key=True)
        .filter(pk=application.pk)
        .values_list("pk")
    )
    known = CommitteeNote.system.filter(application=application, author=by)
    same = next((note for note in known if note.text == text), None)  # encrypted in the database
    return same or CommitteeNote.objects.create(
        application=application, author=by, text=text, written_at=at or timezone.now()
    )


def with_review(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Annotate `pending` (the outcome of a decision not yet released, or None), `note_count`, and
    the names of the first two readers.

    `applications` are those that the member may see; what is counted asks for no scope of its own.
    """
    notes = CommitteeNote.system.filter(application=OuterRef("pk")).order_by()
    counted = notes.values("application").annotate(n=Count("pk")).values("n")
    readers = Opinion.system.filter(application=OuterRef("pk")).values("reader__name")
    return applications.annotate(
        first_reader=Subquery(readers[:1]),
        second_reader=Subquery(readers[1:2]),
        pending=Subquery(PENDING_DECISION.values("outcome")[:1]),
        note_count=Coalesce(Subquery(counted), 0),
    )


def decision_of(application: Application) -> Decision | None:
    """Return the decision about an application that the caller fetched through `for_committee`."""
    rows = Decision.system.select_related("decided_by")
    return rows.filter(application=application).first()


def decision_version(decision: Decision | None) -> str:
    """Return what changes with each decision: a form carries it to detect decisions of others."""
    return decision.decided_at.isoformat() if decision else ""


@transaction.atomic
def decide(
    application: Application,
    *,
    by: User,
    outcome: str,
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
    expected: str | None = None,
) -> Decision:
    """Set or replace the pending decision. Also closes the application for changes by the person.

    `expected` is the `decision_version` of the page that the member looked at. Raises
    ActionNotAllowed when someone else has decided since, when the application's state does not
    allow the outcome, for any outcome but acceptance without a reason, and while opinions are
    missing.
    """
    _require_role(application, by, *DECIDERS)
    if outcome not in application.TRANSITIONS[application.state] or outcome not in Outcome.values:
        raise ActionNotAllowed(_("This decision is not possible for an application in this state."))
    if outcome != Outcome.ACCEPT and not reason:
        raise ActionNotAllowed(_("Choose a reason: the e-mail explains it to the applicant."))
    earlier = _lock_decision(application, expected)
    if missing := missing_opinions(application):
        raise ActionNotAllowed(words_of_missing_opinions(missing))
    now = at or timezone.now()
    if application.review_started_at is None:
        start_reading(application, by=by, at=now)
    decision = earlier or Decision(application=application)
    decision.outcome = outcome
    decision.reason = "" if outcome == Outcome.ACCEPT else reason
    decision.note = note
    decision.decided_by, decision.decided_at = by, now
    # A new decision is not what a chair has asked to release.
    decision.release_at = decision.release_by = decision.released_at = None
    decision.save()
    add_step(application, Kind.DECIDED, by=by, at=now, outcome=outcome)
    return decision


def _lock_decision(application: Application, expected: str | None) -> Decision | None:
    """Lock the application and return its decision; raise if either has changed meanwhile."""
    # Writing the state that we know locks the row on every database, and proves that it is still
    # the state: two members take turns.
    row = Application.objects.filter(pk=application.pk, state=application.state)
    is_same = row.update(state=application.state)
    decision = decision_of(application)
    if not is_same or (expected is not None and decision_version(decision) != expected):
        raise ActionNotAllowed(
            _(
                "Someone else has decided about this application in the meantime. "
                "Check their decision before you change it."
            )
        )
    return decision


@transaction.atomic
def clear_decision(application: Application, *, by: User) -> None:
    """Delete a pending decision. Raises ActionNotAllowed if there is none or it was released."""
    _require_role(application, by, *DECIDERS)
    pending = Decision.system.filter(application=application, released_at=None)
    if not pending.delete()[0]:
        raise ActionNotAllowed(_("There is no pending decision to clear."))
    add_step(application, Kind.CLEARED, by=by)


def pending_decisions(by: User) -> QuerySet[Decision]:
    """Return the decisions that `by` may release, with what pages and e-mails need."""
    applications = Application.objects.for_committee(by, *RELEASERS).filter(
        state__in=[State.SUBMITTED, State.WAITLISTED]
    )
    rows = Decision.system.filter(released_at=None, application__in=applications)
    return rows.select_related(
        "application__cohort__program__policy", "application__person", "decided_by", "release_by"
    )


@transaction.atomic
def release(decisions: Iterable[Decision], *, by: User | None, at: datetime) -> int:
    """Move the applications, enqueue the e-mails and return how many decisions were released.

    `by` is a chair, or None when the publication of a round releases what its members decided. A
    decision that was released or cleared meanwhile, or whose person withdrew, is skipped. Raises
    ActionNotAllowed for a decision that `by` may not release.
    """
    chosen = list(decisions)
    # Applications before decisions and in one order, as in every function that changes both: two
    # releases at once cannot deadlock.
    locked = Application.objects.select_for_update(no_key=True).filter(
        pk__in=[decision.application_id for decision in chosen]
    )
    list(locked.order_by("pk").values_list("pk"))
    if by is not None:
        for decision in chosen:
            _require_role(decision.application, by, *RELEASERS)
    return sum(_release_one(decision, by=by, at=at) for decision in chosen)


def _release_one(decision: Decision, *, by: User | None, at: datetime) -> bool:
    application = decision.application
    is_possible = decision.outcome in application.TRANSITIONS[application.state]
    row = Decision.system.filter(pk=decision.pk, outcome=decision.outcome, released_at=None)
    if not is_possible or not row.update(released_at=at):
        return False
    move(application, decision.outcome, by=by, at=at, why=decision.reason)
    application_decided.send(Application, application=application, by=by, at=at)
    kind = EMAIL_KINDS[Outcome(decision.outcome)]
    enqueue(kind, to=application.person, about=application, at=at)
    return True
