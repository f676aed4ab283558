"""Asking for support, taking it back, and saying whether an answer helped.

1. Whoever was accepted to a program can ask, mentors and mentees: about one of their open pairs, or
   about their part in the program while they have none.
2. Of one topic a person has one open request; asking again tells what became of it.
3. An answer that did not help opens the request again; it then waits like a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from learning.models import SupportTopic
from matches.models import Match
from notifications.outbox import cancel_about
from notifications.reasons import reason
from programs.models import Program
from workflow.states import move

from .models import SupportAnswer, SupportRequest

State, Outcome = SupportRequest.State, SupportRequest.Outcome
NOT_YOURS = gettext_lazy("You can only ask for yourself, and while you take part in the program.")
NOT_OFFERED = gettext_lazy("Choose one of the topics of the program.")
OVER = gettext_lazy("This request is over, so nothing was changed.")
TAKEN_BACK = reason("support-taken-back", gettext_lazy("the request for support is over"))


@dataclass(frozen=True)
class Subject:
    """What someone can ask about: a pair, or an application without an open pair."""

    application: Application
    match: Match | None
    label: str

    @property
    def key(self) -> str:
        return self.match.public_id if self.match else self.application.public_id

    @property
    def program(self) -> Program:
        return self.application.cohort.program


def subjects_of(person: User) -> list[Subject]:
    """Return what `person` can ask about: each open pair, then each part without one."""
    mine = Application.objects.filter(person=person.pk, state=Application.State.ACCEPTED)
    applications = list(mine.select_related("cohort__program").order_by("-pk"))
    known = {row.pk: row for row in applications}
    open_pairs = Match.objects.of(person).open().with_people().order_by("-introduced_at", "-pk")
    found, paired = [], set()
    for match in open_pairs:
        own = match.mentee_id if match.mentee_id in known else match.mentor_id
        if own in known:
            name = {"name": match.partner_of(person).name}
            found.append(Subject(known[own], match, _("My pair with %(name)s") % name))
            paired.add((known[own].cohort.program_id, known[own].role))
    for row in applications:
        part = (row.cohort.program_id, row.role)
        if part not in paired:  # the newest application of each role and program
            paired.add(part)
            words = {"role": row.get_role_display(), "program": row.cohort.program}
            found.append(Subject(row, None, _("%(program)s, as %(role)s") % words))
    return found


def open_request(person: User, topic: SupportTopic) -> SupportRequest | None:
    """Return the request with this topic that goes on, if there is one."""
    return SupportRequest.objects.of(person).going_on().filter(topic=topic).first()


def known_already(request: SupportRequest) -> str:
    """Say what became of an open request that is asked again."""
    facts = {"topic": request.topic, "day": date_format(timezone.localtime(request.asked_at))}
    if request.state == State.ASKED:
        text = _("You asked for support with “%(topic)s” on %(day)s already. The committee has it.")
    else:
        text = _(
            "You asked for support with “%(topic)s” on %(day)s, and the committee answered. If you "
            "still need it, say so below that request."
        )
    return text % facts


@transaction.atomic
def ask(
    *,
    person: User,
    application: Application,
    match: Match | None,
    topic: SupportTopic,
    text: str = "",
    at: datetime | None = None,
) -> SupportRequest:
    """Ask for support with a topic.

    Raises ActionNotAllowed for an application or a pair that is not the person's or not open, for a
    topic that is not offered to this role, and while a request with this topic goes on.
    """
    # Two pages that are sent at the same moment take turns.
    list(User.objects.select_for_update(no_key=True).filter(pk=person.pk).values_list("pk"))
    allowed = [(one.application.pk, one.match and one.match.pk) for one in subjects_of(person)]
    if (application.pk, match and match.pk) not in allowed:
        raise ActionNotAllowed(NOT_YOURS)
    program = application.cohort.program
    if not SupportTopic.objects.for_role(program, application.role).filter(pk=topic.pk).exists():
        raise ActionNotAllowed(NOT_OFFERED)
    if known := open_request(person, topic):
        raise ActionNotAllowed(known_already(known))
    now = at or timezone.now()
    return SupportRequest.objects.create(
        program=program,
        application=application,
        match=match,
        person=person,
        topic=topic,
        text=text,
        asked_at=now,
        waiting_since=now,
    )


@transaction.atomic
def withdraw(request: SupportRequest, *, by: User, at: datetime | None = None) -> None:
    """Take a request back. Raises ActionNotAllowed for others, and once it is over."""
    _require(request, by)
    end(request, State.WITHDRAWN, by=by, at=at or timezone.now())


@transaction.atomic
def say_helped(request: SupportRequest, *, by: User, at: datetime | None = None) -> None:
    """Close an answered request. Raises ActionNotAllowed for others, and unless it is answered."""
    _require(request, by)
    end(request, State.CLOSED, by=by, at=at or timezone.now(), outcome=Outcome.HELPED)


@transaction.atomic
def ask_again(request: SupportRequest, *, by: User, at: datetime | None = None) -> None:
    """Open an answered request again, because it is still needed.

    Raises ActionNotAllowed for others, and unless it is answered.
    """
    _require(request, by)
    if request.state != State.ANSWERED:
        raise ActionNotAllowed(OVER)
    now = at or timezone.now()
    turns = request.turns + 1
    move(request, State.ASKED, by=by, at=now, waiting_since=now, turns=turns, ask_at=None)
    _cancel_emails(request)


def end(
    request: SupportRequest, state: str, *, by: User | None, at: datetime, outcome: str = ""
) -> None:
    """Close or withdraw a request without asking who may; its e-mails are cancelled."""
    if state not in SupportRequest.TRANSITIONS[request.state]:
        raise ActionNotAllowed(OVER)
    move(request, state, by=by, at=at, ended_at=at, outcome=outcome)
    _cancel_emails(request)


def end_all(application: Application, *, at: datetime) -> None:
    """Withdraw what goes on, because the person takes part no longer."""
    for row in SupportRequest.system.going_on().filter(application=application):
        end(row, State.WITHDRAWN, by=None, at=at)


def _require(request: SupportRequest, by: User) -> None:
    if request.person_id != by.pk:
        raise ActionNotAllowed(NOT_YOURS)


def _cancel_emails(request: SupportRequest) -> None:
    cancel_about(request, why=TAKEN_BACK)
    for row in SupportAnswer.system.filter(Q(request=request)):
        cancel_about(row, why=TAKEN_BACK)
