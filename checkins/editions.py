"""The life of a survey's editions: start one from another, publish it, retire it.

Only a chair of its program does this; the shared surveys are copied instead of changed. Publishing
an edition retires the one before it in the same moment. Who was asked already answers the edition
that they were asked.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.committee import Role, has_role
from programs.models import Program
from workflow.states import move

from .models import Question, Survey
from .survey_checks import problems

State = Survey.State
COPIED = ("position", "code", "asked", "kind", "channel", "is_counted", "is_required", "texts",
          "choices", "most_chosen", "concern_codes")  # fmt: skip


def may_edit(survey: Survey, user: User) -> bool:
    """Return whether `user` may change `survey`, as far as its state allows."""
    return survey.program is not None and has_role(user, survey.program, Role.CHAIR)


@transaction.atomic
def draft_for_update(survey: Survey, *, by: User) -> Survey:
    """Return the draft, locked until the transaction ends, so that no one publishes it meanwhile.

    Raises ActionNotAllowed for anyone but a chair, and for an edition that is no draft.
    """
    _require_chair(survey, by)
    locked = Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)
    locked.require_draft()
    return locked


def _require_chair(survey: Survey, user: User) -> None:
    if not may_edit(survey, user):
        raise ActionNotAllowed(_("Only a chair of the program can change its surveys."))


@transaction.atomic
def start_edition(source: Survey, *, program: Program, by: User) -> Survey:
    """Start a draft for `program` from `source`, with all its questions.

    Raises ActionNotAllowed for anyone but a chair of `program`, and while there is a draft of the
    same kind already.
    """
    if not has_role(by, program, Role.CHAIR):
        raise ActionNotAllowed(_("Only a chair of the program can change its surveys."))
    # Two drafts can't start at once.
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    editions = Survey.objects.filter(program=program, kind=source.kind)
    if editions.filter(state=State.DRAFT).exists():
        raise ActionNotAllowed(
            _("There is a draft of this survey already. Edit it, or discard it first.")
        )
    draft = Survey.objects.create(
        program=program,
        kind=source.kind,
        number=1 + (editions.aggregate(last=Max("number"))["last"] or 0),
        titles=source.titles,
        intros=source.intros,
        needs_asked=source.needs_asked,
        is_asked_when_applying=source.is_asked_when_applying,
        based_on=source,
    )
    Question.objects.bulk_create(
        Question(survey=draft, **{name: getattr(question, name) for name in COPIED})
        for question in source.questions.all()
    )
    return draft


@transaction.atomic
def publish(survey: Survey, *, by: User | None, at: datetime | None = None) -> None:
    """Freeze a draft and ask it from `at` (now) on, instead of the edition before it.

    `by` is None for the surveys that come with the product. Raises ActionNotAllowed for anyone but
    a chair, for what is no draft, and for a draft with problems.
    """
    at = at or timezone.now()
    if by is not None:
        _require_chair(survey, by)
    survey.refresh_from_db(from_queryset=Survey.objects.select_for_update(no_key=True))
    if by is not None and (found := problems(survey)):
        raise ActionNotAllowed(found[0].text)
    for previous in Survey.objects.editions_of(survey).published().exclude(pk=survey.pk):
        move(previous, State.RETIRED, by=by, at=at, retired_at=at)
    move(survey, State.PUBLISHED, by=by, at=at, published_at=at)


@transaction.atomic
def retire(survey: Survey, *, by: User, at: datetime | None = None) -> None:
    """Ask a published edition no longer, or discard a draft.

    Whoever was asked already can still answer. Raises ActionNotAllowed for anyone but a chair, and
    for an edition that is retired.
    """
    at = at or timezone.now()
    _require_chair(survey, by)
    move(survey, State.RETIRED, by=by, at=at, retired_at=at)
