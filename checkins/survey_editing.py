"""Changing the words and questions of a draft. Each verb locks the draft first.

Raises ActionNotAllowed for anyone but a chair, and for an edition that is no draft.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from access.ids import new_public_id
from accounts.models import User

from .editions import draft_for_update
from .models import Question, Survey

Texts = Mapping[str, str]  # by language


@transaction.atomic
def save_words(
    survey: Survey,
    *,
    titles: Texts,
    intros: Texts,
    needs_asked: int,
    is_asked_when_applying: bool = False,
    by: User,
) -> None:
    """Save the title and introduction of a draft, about how many needs it asks, and when."""
    draft = draft_for_update(survey, by=by)
    draft.titles, draft.intros, draft.needs_asked = dict(titles), dict(intros), needs_asked
    draft.is_asked_when_applying = is_asked_when_applying
    draft.save(update_fields=["titles", "intros", "needs_asked", "is_asked_when_applying"])


@transaction.atomic
def save_question(survey: Survey, question: Question, *, by: User) -> Question:
    """Save a question of a draft; a new one becomes the last and gets a code of its own.

    The code stays through all editions: it says which questions are the same.
    """
    draft = draft_for_update(survey, by=by)
    question.survey = draft
    if question._state.adding:
        question.code = f"q-{new_public_id().lower()}"
        last = draft.questions.order_by("-position").values_list("position", flat=True).first()
        question.position = 0 if last is None else last + 1
    question.save()
    return question


@transaction.atomic
def remove_question(survey: Survey, question: Question, *, by: User) -> None:
    """Remove a question of a draft. No one has answered it, for a draft is never asked."""
    draft = draft_for_update(survey, by=by)
    draft.questions.filter(pk=question.pk).delete()


@transaction.atomic
def move_question(survey: Survey, question: Question, *, places: int, by: User) -> None:
    """Move a question of a draft down by `places`, up if negative; not beyond the first or last."""
    draft = draft_for_update(survey, by=by)
    rows = list(draft.questions.all())
    place = rows.index(question)
    rows.insert(max(0, place + places), rows.pop(place))
    for position, row in enumerate(rows):
        row.position = position
    Question.objects.bulk_update(rows, ["position"])
