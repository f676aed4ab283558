"""Answering a survey, by link or signed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from notifications.outbox import cancel_about
from workflow.states import move

from .concerns import raise_about_answer
from .models import Answer, CheckIn, Question

State = CheckIn.State
WRITER = "the person answers the own check-in"


@transaction.atomic
def answer(
    checkin: CheckIn,
    *,
    by: Any,
    answers: Mapping[str, str],
    is_by_link: bool = False,
    at: datetime | None = None,
) -> bool:
    """Store `answers` ({code of the question: code or words}); return whether anything was stored.

    The first answer ends the reminders. A link writes once: what is answered is changed after signing in only. An
    answer that wants action becomes a concern. Raises Refused for anybody else, and once the check-in is closed.
    """
    at = at or timezone.now()
    if checkin.person_id == by.pk and checkin.state == State.ANSWERED and is_by_link:
        return False
    if not checkin.may_be_answered_by(by, at):
        raise ActionNotAllowed(
            _(
                "This check-in is closed. If you want to tell us something, ask the committee for help."
            )
        )
    if checkin.state == State.OPEN:
        move(checkin, State.ANSWERED, by=by, at=at, answered_at=at, is_by_link=is_by_link)
        cancel_about(checkin, why="answered", at=at)
    else:
        CheckIn.objects.filter(pk=checkin.pk).update(answered_at=at, read_at=None, read_by=None)
    _store(checkin, answers)
    if any(answers.get(question.code) in question.alarms for question in checkin.questions):
        raise_about_answer(checkin, at=at)
    return True


def _store(checkin: CheckIn, answers: Mapping[str, str]) -> None:
    asked = [question for question in checkin.questions if answers.get(question.code)]
    given = [_row(checkin, question, answers[question.code]) for question in asked]
    rows = Answer.system.all()
    rows.filter(checkin=checkin).exclude(question__in=[row.question_id for row in given]).delete()
    unique, words = ["checkin", "question"], ["choice", "text"]
    rows.bulk_create(given, update_conflicts=True, unique_fields=unique, update_fields=words)


def _row(checkin: CheckIn, question: Question, value: str) -> Answer:
    is_text = question.kind == Question.Kind.TEXT
    words = {"text": value} if is_text else {"choice": value}
    return Answer(checkin=checkin, question=question, **words)


def own_answers(checkin: CheckIn, user: Any) -> dict[str, str]:
    """{code: answer} of one's own check-in, to change them."""
    rows = (
        Answer.objects.visible_to(user)
        .filter(checkin=checkin, checkin__person=user)
        .select_related("question")
    )
    return {row.question.code: row.choice or row.text for row in rows}


@transaction.atomic
def mark_read(checkin: CheckIn, *, by: Any, at: datetime | None = None) -> None:
    """A carer or chair has read the answers. Raises Refused for anybody else."""
    if (
        not Answer.objects.for_committee(by)
        .filter(checkin=checkin)
        .exclude(checkin__person=by.pk)
        .exists()
    ):
        raise ActionNotAllowed(_("Another member reads these answers."))
    CheckIn.objects.filter(pk=checkin.pk, state=State.ANSWERED, read_at=None).update(
        read_at=at or timezone.now(), read_by=by
    )
