"""The mentors' orientation: short modules to read, then questions with the reason for each answer.

1. It is for accepted mentors; no one is matched as a mentor without it.
2. All answers must be right to pass. Mentors may try as often as they like and see every reason.
3. A committee member may instead record that a mentor attended a session, with a reason.

The modules' texts are templates in `templates/applications/orientation/`.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import cancel_about
from notifications.reasons import reason
from programs.models import Membership, Policy

from .models import Application, CommitteeNote

INVITATION = "orientation-open"  # the kind of e-mail
REMINDER_DAYS = (7, 14)  # after acceptance
LAST_REMINDER_DAYS = 7  # how long the last one is useful
ORIENTATION_PASSED = reason(
    "orientation-passed", gettext_lazy("the orientation is passed or no longer needed")
)
ATTENDANCE_RECORDERS = (Membership.Role.MATCHER, Membership.Role.CHAIR)
WORDS_PER_MINUTE = 100  # slow reading, with time to think about one's own answer


class Module(NamedTuple):
    code: str
    title: str | Promise

    @property
    def template(self) -> str:
        return f"applications/orientation/{self.code}.html"

    @property
    def minutes(self) -> int:
        """How long the module takes to read, from the length of its text in the active language."""
        return _reading_minutes(self.template, get_language() or "")


class Question(NamedTuple):
    """`options` are (code, text) pairs; `right` is the code of the right one."""

    code: str
    text: str | Promise
    options: tuple[tuple[str, str | Promise], ...]
    right: str
    reason: str | Promise


MODULES = (
    Module("role", gettext_lazy("What a mentor is, and is not")),
    Module("asking", gettext_lazy("Ask more than you tell")),
    Module("boundaries", gettext_lazy("Limits, boundaries and when to call us")),
    Module("confidentiality", gettext_lazy("What stays between you, and what can't")),
    Module("course", gettext_lazy("First meeting, agreement, good ending")),
)

QUESTIONS = (
    Question(
        "advice",
        gettext_lazy("Your mentee asks: “Should I take the job?” What do you do first?"),
        (
            ("tell", gettext_lazy("Say what you would do")),
            (
                "ask",
                gettext_lazy("Ask for the pros and cons, and what matters most to them"),
            ),
            ("wait", gettext_lazy("Say that mentoring is not for questions like this")),
        ),
        "ask",
        gettext_lazy(
            "It is the mentee's decision. A good question helps for longer than a good answer. "
            "You can tell your own story afterwards."
        ),
    ),
    Question(
        "lead",
        gettext_lazy("Who suggests the dates and brings the agenda?"),
        (
            ("mentor", gettext_lazy("The mentor, who has more experience")),
            ("committee", gettext_lazy("The committee")),
            ("mentee", gettext_lazy("The mentee; the mentor replies and adds to it")),
        ),
        "mentee",
        gettext_lazy(
            "The mentee takes the initiative. If you hear nothing, ask once, then tell us."
        ),
    ),
    Question(
        "secret",
        gettext_lazy(
            "You know your mentee's manager, who asks how the mentoring is going. What do you say?"
        ),
        (
            (
                "short",
                gettext_lazy("That you meet, and that everything else stays between you"),
            ),
            ("good", gettext_lazy("Only the good things")),
            ("nothing", gettext_lazy("That you are not a mentor")),
        ),
        "short",
        gettext_lazy(
            "It is no secret that you are a pair, but what you talk about is. "
            "Even praise would be a report."
        ),
    ),
    Question(
        "danger",
        gettext_lazy("Your mentee says they are thinking of harming themselves. What do you do?"),
        (
            ("keep", gettext_lazy("Keep it to yourself, as agreed")),
            (
                "call",
                gettext_lazy(
                    "Stay with them, get help now, and tell the committee "
                    "that you had to break confidentiality"
                ),
            ),
            ("refer", gettext_lazy("Suggest talking about it at the next meeting")),
        ),
        "call",
        gettext_lazy(
            "Confidentiality ends where a person is in danger. "
            "You don't have to handle this alone, and you don't treat it yourself."
        ),
    ),
    Question(
        "job",
        gettext_lazy("Your mentee asks you to find them a job at your company. What do you do?"),
        (
            ("push", gettext_lazy("Pass on their application and recommend them")),
            (
                "limits",
                gettext_lazy(
                    "Explain kindly that mentoring is not a job-search service, "
                    "and look at what they can do themselves"
                ),
            ),
            ("end", gettext_lazy("End the mentoring")),
        ),
        "limits",
        gettext_lazy(
            "You can share contacts and knowledge, but finding a job is not the purpose of "
            "mentoring. If you say so early, it does no harm."
        ),
    ),
    Question(
        "fit",
        gettext_lazy("After two meetings it doesn't feel right. What is the best next step?"),
        (
            ("fade", gettext_lazy("Answer more and more slowly")),
            ("endure", gettext_lazy("Carry on until the end")),
            (
                "talk",
                gettext_lazy(
                    "Say so in the fit check or to the committee, and talk about it respectfully"
                ),
            ),
        ),
        "talk",
        gettext_lazy(
            "Not every pair works, and that is no one's fault. "
            "An honest talk may change things; silence never does."
        ),
    ),
)


@lru_cache(maxsize=64)
def _reading_minutes(template: str, language: str) -> int:
    """Count words once for each `language`, which is the active one: templates do not change."""
    text = strip_tags(render_to_string(template, {"program": {"policy": Policy()}}))
    return max(1, round(len(text.split()) / WORDS_PER_MINUTE))


def total_minutes() -> int:
    """Return how long all modules take to read, in the active language."""
    return sum(module.minutes for module in MODULES)


def orientation_figures() -> dict[str, object]:
    """Return the size of the orientation, for templates that mention it."""
    return {
        "module_count": len(MODULES),
        "question_count": len(QUESTIONS),
        "orientation_minutes": total_minutes(),
    }


def is_open_for(application: Application) -> bool:
    """Return whether this applicant may take the orientation: accepted mentors only."""
    return application.is_mentor and application.state == Application.State.ACCEPTED


def wrong_answers(answers: dict[str, str]) -> list[str]:
    """Return the codes of the questions that `answers` ({code: option}) does not answer right."""
    return [question.code for question in QUESTIONS if answers.get(question.code) != question.right]


@transaction.atomic
def submit_answers(
    application: Application, *, by: User, answers: dict[str, str], at: datetime | None = None
) -> bool:
    """Check the answers, record the first pass and return whether all were right.

    Raises ActionNotAllowed for anyone but the accepted mentor.
    """
    if application.person_id != by.pk or not is_open_for(application):
        raise ActionNotAllowed(_("The orientation is only for accepted mentors."))
    if wrong_answers(answers):
        return False
    _record_pass(application, at or timezone.now())
    return True


@transaction.atomic
def mark_attended(
    application: Application, *, by: User, reason: str, at: datetime | None = None
) -> None:
    """Record that a mentor attended a session; the reason becomes a committee note.

    Raises ActionNotAllowed without a reason, for anyone but an accepted mentor, and when `by` has
    not the role or has a conflict of interest.
    """
    permitted = Application.objects.for_committee(by, *ATTENDANCE_RECORDERS)
    if not permitted.filter(pk=application.pk).exists():
        raise ActionNotAllowed(_("You don't have permission to do this."))
    if not is_open_for(application):
        raise ActionNotAllowed(_("The orientation is only for accepted mentors."))
    if not reason.strip():
        raise ActionNotAllowed(_("Enter how this mentor was prepared."))
    now = at or timezone.now()
    if _record_pass(application, now):
        text = _("Orientation recorded as passed: %(reason)s") % {"reason": reason}
        CommitteeNote.objects.create(application=application, author=by, text=text, written_at=now)


def _record_pass(application: Application, at: datetime) -> bool:
    row = Application.objects.filter(pk=application.pk, orientation_passed_at=None)
    if not row.update(orientation_passed_at=at):
        return False
    application.orientation_passed_at = at
    cancel_about(application, why=ORIENTATION_PASSED, at=at, kinds=(INVITATION,))
    return True
