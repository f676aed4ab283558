"""The mentors' orientation: short modules to read, then six questions with the reason for each answer.

1. Accepted mentors only; nobody is matched as a mentor without it.
2. All six right answers pass. Trying again is free, and every answer comes with its reason.
3. A committee member may record that somebody attended a session instead, with a reason.
Texts of the modules are templates in `templates/programs/orientation/`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from notifications.outbox import cancel_about, enqueue
from programs.models import Membership

from .models import Application, CommitteeNote

REMINDER_DAYS = (7, 14)
MARKERS = (Membership.Role.MATCHER, Membership.Role.CHAIR)


class Module(NamedTuple):
    code: str
    title: str | Promise
    minutes: int


class Question(NamedTuple):
    code: str
    text: str | Promise
    options: tuple[tuple[str, str | Promise], ...]
    right: str
    reason: str | Promise


MODULES = (
    Module("role", gettext_lazy("What a mentor is, and is not"), 8),
    Module("asking", gettext_lazy("Ask more than you tell"), 8),
    Module("boundaries", gettext_lazy("Limits, boundaries and when to call us"), 8),
    Module("confidentiality", gettext_lazy("What stays between you, and what cannot"), 8),
    Module("year", gettext_lazy("The year: first meeting, agreement, good ending"), 8),
)

QUESTIONS = (
    Question(
        "advice",
        gettext_lazy("Your mentee asks: “Should I take the job?” What comes first?"),
        (
            ("tell", gettext_lazy("You say what you would do")),
            (
                "ask",
                gettext_lazy(
                    "You ask what speaks for it and against it, and what matters most to them"
                ),
            ),
            ("wait", gettext_lazy("You say that this is not a subject for mentoring")),
        ),
        "ask",
        gettext_lazy(
            "The decision is the mentee's. A good question serves longer than a good answer; your own story can follow."
        ),
    ),
    Question(
        "lead",
        gettext_lazy("Who suggests the dates and brings the agenda?"),
        (
            ("mentor", gettext_lazy("The mentor, who has more experience")),
            ("committee", gettext_lazy("The committee")),
            ("mentee", gettext_lazy("The mentee; the mentor replies and adds")),
        ),
        "mentee",
        gettext_lazy(
            "The mentee takes the initiative: it is their year. If nothing comes, ask once, then tell us."
        ),
    ),
    Question(
        "secret",
        gettext_lazy(
            "Your mentee's manager, whom you know, asks how the mentoring goes. What do you say?"
        ),
        (
            (
                "short",
                gettext_lazy(
                    "That you meet, and that everything else stays between the two of you"
                ),
            ),
            ("good", gettext_lazy("Only the good things")),
            ("nothing", gettext_lazy("That you are not a mentor")),
        ),
        "short",
        gettext_lazy(
            "That a pair exists is no secret; what is said in it is. Praise would be a report too."
        ),
    ),
    Question(
        "danger",
        gettext_lazy("Your mentee says that they think of harming themselves. What do you do?"),
        (
            ("keep", gettext_lazy("You keep it to yourself, as agreed")),
            (
                "call",
                gettext_lazy(
                    "You stay with them, get help now, and tell the committee that confidentiality had to end"
                ),
            ),
            ("refer", gettext_lazy("You suggest to talk about it at the next meeting")),
        ),
        "call",
        gettext_lazy(
            "Danger to a person is the limit of confidentiality. You do not carry this alone, and you do not treat it."
        ),
    ),
    Question(
        "job",
        gettext_lazy("Your mentee asks you to find them a job at your company. What now?"),
        (
            ("push", gettext_lazy("You pass on the application with a good word")),
            (
                "limits",
                gettext_lazy(
                    "You say kindly that mentoring is not a job-search service, and look at what they can do themselves"
                ),
            ),
            ("end", gettext_lazy("You end the mentoring")),
        ),
        "limits",
        gettext_lazy(
            "Contacts and knowledge may be shared; placing people may not become the point. Said early, it strains nothing."
        ),
    ),
    Question(
        "fit",
        gettext_lazy("After two meetings it does not feel right. What is the best next step?"),
        (
            ("fade", gettext_lazy("You answer more and more slowly")),
            ("endure", gettext_lazy("You hold out for the year")),
            (
                "talk",
                gettext_lazy(
                    "You say so in the fit check or to the committee, and talk about it respectfully"
                ),
            ),
        ),
        "talk",
        gettext_lazy(
            "Not every pair works, and that is nobody's fault. A frank talk may turn it; silence never does."
        ),
    ),
)


def is_open_for(application: Application) -> bool:
    return application.is_mentor and application.state == Application.State.ACCEPTED


def wrong(answers: dict[str, str]) -> list[str]:
    """Codes of the questions that were not answered right."""
    return [question.code for question in QUESTIONS if answers.get(question.code) != question.right]


@transaction.atomic
def answer(
    application: Application, *, by: Any, answers: dict[str, str], at: datetime | None = None
) -> bool:
    """Check the six answers; passing is recorded once. Returns whether it was passed. Raises Refused for others."""
    if application.person_id != by.pk or not is_open_for(application):
        raise ActionNotAllowed(_("The orientation is for mentors who were accepted."))
    if wrong(answers):
        return False
    _pass(application, at or timezone.now())
    return True


@transaction.atomic
def mark_attended(
    application: Application, *, by: Any, reason: str, at: datetime | None = None
) -> None:
    """Record that a mentor came to a session instead; the reason becomes a committee note.

    Raises Refused without a reason, for others than accepted mentors, and for people whom `by` may not decide about.
    """
    if not Application.objects.for_committee(by, *MARKERS).filter(pk=application.pk).exists():
        raise ActionNotAllowed(
            _(
                "This is not yours to do: your role does not include it, or the person is too close to you."
            )
        )
    if not is_open_for(application):
        raise ActionNotAllowed(_("The orientation is for mentors who were accepted."))
    if not reason.strip():
        raise ActionNotAllowed(_("Please say how this mentor was prepared."))
    now = at or timezone.now()
    if _pass(application, now):
        text = _("Orientation recorded as attended: %(reason)s") % {"reason": reason}
        CommitteeNote.objects.create(application=application, author=by, text=text, written_at=now)


def _pass(application: Application, at: datetime) -> bool:
    row = Application.objects.filter(pk=application.pk, orientation_passed_at=None)
    if not row.update(orientation_passed_at=at):
        return False
    application.orientation_passed_at = at
    cancel_about(application, why="the orientation is passed", at=at, kinds=("orientation-open",))
    return True


def invite(application: Application, *, at: datetime) -> None:
    """Owe the letter that opens the orientation, with its reminders: for mentors who got no decision letter."""
    enqueue("orientation-open", to=application.person, about=application, at=at)
    remind(application, at=at)


def remind(application: Application, *, at: datetime) -> None:
    """Owe the reminders; each is given up when the next one is due, and all stop once it is passed."""
    for ordinal, days in enumerate(REMINDER_DAYS, start=2):
        enqueue(
            "orientation-open",
            to=application.person,
            about=application,
            ordinal=ordinal,
            due_at=at + timedelta(days=days),
            at=at,
        )
