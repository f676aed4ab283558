"""Mediation: a small procedure between the two of a pair, from a concern.

1. The steps: talked with the mentee, talked with the mentor, a talk with both, what they agreed on.
   Any order, each with its day; only the talk with both may be ahead.
2. Steps that involve both need that the partner may know of the concern, or that the person has
   agreed meanwhile.
3. What they agreed on follows a talk with both. A concern is resolved as mediated after one.
4. Only whoever may handle the concern reads the steps. The two read nothing of it but the words
   that the member chooses to send, which are the same for both and name no reason.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.ending_texts import MATCH_ENDED
from matches.models import Match
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.outbox import enqueue
from notifications.reasons import reason

from .models import Concern, MediationStep

Kind = MediationStep.Kind
WITH_BOTH = (Kind.JOINT, Kind.POINTS, Kind.WORDS)
WITH_TEXT = (Kind.POINTS, Kind.WORDS)
AHEAD = timedelta(days=90)
BEFORE = timedelta(days=180)
SAME_STEP = timedelta(minutes=10)
WORDS = "mediation-words"
ERASED = reason("words-erased", gettext_lazy("the words were erased"))


@transaction.atomic
def add_step(
    concern: Concern,
    *,
    by: User,
    step: str,
    on: date,
    text: str = "",
    has_agreed: bool = False,
    at: datetime | None = None,
) -> MediationStep:
    """Note a step of a mediation; words to both are sent by e-mail.

    `has_agreed`: the person agrees that the partner knows. The same step again returns the first.

    Raises ActionNotAllowed for anyone who may not handle the concern, once it is resolved, without
    a running pair, on a day that cannot be, and where the partner may not know.
    """
    at = at or timezone.now()
    text = text.strip()
    _check(concern, by, step, has_agreed=has_agreed, needs_running=step in WITH_BOTH)
    _check_day(step, on, timezone.localdate(at))
    if step in WITH_TEXT and not text:
        raise ActionNotAllowed(_("Enter the words."))
    if step == Kind.POINTS and not has_talked(concern, at):
        raise ActionNotAllowed(_("Note the talk with both first."))
    known = MediationStep.system.filter(
        concern=concern, kind=step, on=on, noted_at__gt=at - SAME_STEP
    )
    for row in known:
        if row.text == text:  # encrypted: a query cannot compare it
            return row
    made = MediationStep.system.create(
        concern=concern, kind=step, on=on, member=by, text=text, noted_at=at
    )
    Concern.system.filter(pk=concern.pk, first_action_at=None).update(first_action_at=at)
    if step == Kind.WORDS and concern.match is not None:
        for person in concern.match.people:
            enqueue(WORDS, to=person, about=made, at=at)
    return made


def has_talked(concern: Concern, at: datetime) -> bool:
    """Return whether a talk with both was noted that has taken place."""
    steps = MediationStep.system.filter(concern=concern, kind=Kind.JOINT)
    return steps.filter(on__lte=timezone.localdate(at)).exists()


def resolve(
    concern: Concern, *, by: User, outcome: str, note: str, at: datetime | None = None
) -> None:
    """Close a concern as `Concern.resolve` does; as mediated only after a talk with both."""
    concern.check_handled_by(by)
    at = at or timezone.now()
    if outcome == Concern.Outcome.MEDIATED and not has_talked(concern, at):
        raise ActionNotAllowed(
            _("Note the talk with both under “Mediation” first, with its day. Then resolve it.")
        )
    concern.resolve(by=by, outcome=outcome, note=note, at=at)


def _check(concern: Concern, by: User, step: str, *, has_agreed: bool, needs_running: bool) -> None:
    concern.check_handled_by(by)
    # Locked: two members who send at once take turns, and it is not resolved meanwhile.
    rows = Concern.system.unresolved().filter(pk=concern.pk)
    if not rows.select_for_update(no_key=True).values_list("pk").first():
        raise ActionNotAllowed(_("This concern is resolved."))
    if step not in Kind.values:
        raise ActionNotAllowed(_("Choose a step."))
    if concern.match is None:
        raise ActionNotAllowed(_("This concern is not about a pair."))
    if needs_running and concern.match.state == Match.State.CLOSED:
        raise ActionNotAllowed(_("This pair has ended."))
    if step in WITH_BOTH and not (concern.partner_may_know or has_agreed):
        raise ActionNotAllowed(
            _(
                "The partner may not know of this. Ask the person first, and tick that they agree "
                "to a step with both."
            )
        )


def _check_day(step: str, on: date, today: date) -> None:
    latest = today + AHEAD if step == Kind.JOINT else today
    if not today - BEFORE <= on <= latest:
        raise ActionNotAllowed(
            _("Enter a day within the last half year; only a talk with both may be ahead.")
        )


@kind(
    WORDS,
    label=gettext_lazy("Words from the committee to both"),
    about="checkins.MediationStep",
)
def mediation_words(step: MediationStep, person: User) -> Email | Cancel:
    """**To**: both people. **When**: a member sends words to both in a mediation. **Until**: the
    pair has ended, or the words were erased."""
    match = step.concern.match
    if match is None or match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if not step.text:
        return Cancel(ERASED)
    return Email(
        context={
            "member": step.member,
            "program": match.program,
            "partner": match.partner_of(person),
        },
        confidential={"words": step.text},
        action_url=absolute(reverse("matches:match-detail", args=[match.public_id])),
        program=match.program,
        thread=match,
    )
