"""Apply for a later cohort with what someone said the last time, without a new form.

1. Everything is copied that the program still asks: topics and experiences that were retired since
   are not, nor are wishes about named people, which were about that cohort.
2. The commitment and the code of conduct are accepted again by applying; an orientation that was
   passed counts.
3. If nothing is missing the application is sent. Otherwise it stays a draft, of which only what is
   missing has to be filled in: texts may have been erased since.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.models import Cohort, Experience, ProgramQuestion, Topic

from .completeness import missing
from .models import (
    Application,
    ApplicationExperience,
    ApplicationTopic,
    PrivateAnswers,
    QuestionAnswer,
)
from .preparations import note_code
from .submission import begin, send

State = Application.State
COPIED = (
    "situation",
    "hopes",
    "mode",
    "travel_km",
    "rhythm_days",
    "hours_per_month",
    "help_kinds",
    "mentor_styles",
    "join_reasons",
    "suitability",
    "way_of_working",
    "matters_most",
    "saved_pages",
    "orientation_passed_at",
)


@transaction.atomic
def apply_again(
    earlier: Application,
    cohort: Cohort,
    *,
    by: User,
    capacity: int | None = None,
    at: datetime | None = None,
) -> Application:
    """Return the application of `by` for `cohort` in the role of `earlier`, sent if it is whole.

    `capacity`: the number of mentees, as before if it is None. An application that exists already
    is returned as it is. Raises ActionNotAllowed for the application of someone else or of another
    program, and when the cohort takes none.
    """
    at = at or timezone.now()
    if earlier.person_id != by.pk or earlier.program != cohort.program:
        raise ActionNotAllowed(_("You can only apply again with an application of your own."))
    known = Application.objects.of(by).filter(cohort=cohort, role=earlier.role)
    if found := known.exclude(state=State.WITHDRAWN).first():
        return found
    made = begin(cohort, earlier.role, by=by)
    values: dict[str, Any] = {name: getattr(earlier, name) for name in COPIED}
    values |= {
        "capacity": capacity or earlier.capacity,
        "is_first_time": False if earlier.is_mentor else earlier.is_first_time,
        "committed_at": at,
        "saved_at": at,
    }
    Application.objects.filter(pk=made.pk, state=State.DRAFT).update(**values)
    note_code(made, at)
    _copy_rows(earlier, made, by=by)
    rows = Application.objects.select_related("cohort__program", "person__profile")
    made = rows.prefetch_related("topic_rows__topic").get(pk=made.pk)
    if not missing(made):
        send(made, by=by, at=at)
    return made


def _copy_rows(earlier: Application, made: Application, *, by: User) -> None:
    program = made.program
    topics = Topic.objects.current(program)
    experiences = Experience.objects.current(program)
    asked = (ProgramQuestion.Asked.BOTH, made.role)
    questions = ProgramQuestion.objects.current(program).filter(asked__in=asked)
    private = PrivateAnswers.objects.visible_to(by).filter(application=earlier)
    answers = QuestionAnswer.objects.visible_to(by).filter(application=earlier)
    for rows in (
        ApplicationTopic.objects.filter(application=earlier, topic__in=topics),
        ApplicationExperience.objects.filter(application=earlier, experience__in=experiences),
        private,
        answers.filter(question__in=questions),
    ):
        for row in rows:
            _copy(row, made)


def _copy(row: Model, made: Application) -> None:
    """Store `row` once more, as one of the application `made`."""
    row.pk = None
    row._state.adding = True
    setattr(row, "application", made)  # noqa: B010  each of the four tables has it
    row.save(force_insert=True)
