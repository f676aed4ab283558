"""Someone who was declined applies again, with an address of their new work: two accounts."""

from __future__ import annotations

from accounts.models import User
from applications import submission

from . import personas
from .personas import ProgramVocabulary
from .setup import DemoCohort

NAME = "Noah Petrosyan"


def apply_with_another_address(demo: DemoCohort, *, day: float) -> None:
    """Add the second account of someone who has applied to an earlier cohort of the program.

    A chair can propose to make the two accounts one.
    """
    (row,) = (one for one in personas.read("hr_mentees") if one["name"] == NAME)
    begun_at = demo.calendar.at(day, hour=12)
    person = personas.participant({**row, "name": f"{NAME} Work"}, begun_at)
    User.objects.filter(pk=person.pk).update(name=NAME)
    person.refresh_from_db()
    vocabulary = ProgramVocabulary.of(demo.program)
    made = personas.application(row, person, demo.cohort, "mentee", vocabulary, begun_at)
    submission.send(made, by=person, at=demo.calendar.at(day + 1, hour=13))
