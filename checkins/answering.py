"""Answering a survey, by link or signed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import cancel_about
from notifications.reasons import ANSWERED
from workflow.states import move

from .concerns import raise_about_answer
from .models import Answer, CheckIn, Question
from .needs import code_of, own_needs, store_needs
from .theme_marks import drop_marks_of_changed

State = CheckIn.State


@transaction.atomic
def answer(
    checkin: CheckIn,
    *,
    by: User,
    answers: Mapping[str, str],
    is_by_link: bool = False,
    at: datetime | None = None,
) -> bool:
    """Store `answers`, {code of the question: code of the choice, or text}.

    Of several choices: their codes, with a space in between. Return whether anything was stored.
    The first answer ends the reminders; an answer that needs someone to act raises a concern. A
    link stores answers once: changing them needs signing in.
    Raises ActionNotAllowed for anyone else, and once the check-in is closed.
    """
    at = at or timezone.now()
    if checkin.person_id == by.pk and checkin.state == State.ANSWERED and is_by_link:
        return False
    if not checkin.may_be_answered_by(by, at):
        raise ActionNotAllowed(
            _("This check-in is closed. If something is wrong, ask the committee for help.")
        )
    is_first = checkin.state == State.OPEN
    if is_first:
        move(checkin, State.ANSWERED, by=by, at=at, answered_at=at, is_by_link=is_by_link)
    else:
        CheckIn.objects.filter(pk=checkin.pk).update(answered_at=at, read_at=None, read_by=None)
    _store(checkin, answers)
    store_needs(checkin, answers)
    if is_first:
        cancel_about(checkin, why=ANSWERED, at=at)
    if any(_raises_concern(question, answers) for question in checkin.questions):
        raise_about_answer(checkin, at=at)
    return True


def _raises_concern(question: Question, answers: Mapping[str, str]) -> bool:
    chosen = (answers.get(question.code) or "").split()
    return any(code in question.concern_codes for code in chosen)


def _store(checkin: CheckIn, answers: Mapping[str, str]) -> None:
    given = [
        _row(checkin, question, answers[question.code])
        for question in checkin.questions
        if answers.get(question.code)
    ]
    drop_marks_of_changed(checkin, given)
    rows = Answer.system.all()
    rows.filter(checkin=checkin).exclude(question__in=[row.question_id for row in given]).delete()
    rows.bulk_create(
        given,
        update_conflicts=True,
        unique_fields=["checkin", "question"],
        update_fields=["choice", "text"],
    )


def _row(checkin: CheckIn, question: Question, value: str) -> Answer:
    if question.kind == Question.Kind.TEXT:
        return Answer(checkin=checkin, question=question, text=value)
    return Answer(checkin=checkin, question=question, choice=value)


def own_answers(checkin: CheckIn, user: User) -> dict[str, str]:
    """Return {code: answer} of one's own check-in, to change them."""
    rows = Answer.objects.visible_to(user).filter(checkin=checkin, checkin__person=user)
    found = rows.select_related("question__survey")
    needs = {code_of(row.topic): row.choice for row in own_needs(checkin, user) if row.choice}
    return {row.question.code: row.choice or row.text for row in found} | needs


@transaction.atomic
def mark_read(checkin: CheckIn, *, by: User, at: datetime | None = None) -> None:
    """Record that a carer or chair has read the answers; a second time does nothing.

    Raises ActionNotAllowed for anyone who may not read them.
    """
    readable = Answer.objects.for_committee(by).filter(checkin=checkin)
    if not readable.exclude(checkin__person=by.pk).exists():
        raise ActionNotAllowed(
            _("You can't read these answers. Another committee member must read them.")
        )
    CheckIn.objects.filter(pk=checkin.pk, state=State.ANSWERED, read_at=None).update(
        read_at=at or timezone.now(), read_by=by
    )
