"""Rows of the confidential tables of an application, for the tests that visit every page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from applications.models import (
    CommitteeNote,
    Decision,
    ImportedRow,
    NamedWish,
    NamedWishCandidate,
    PrivateAnswers,
    QuestionAnswer,
)
from programs.models import ProgramQuestion
from testkit import factories

from .access_roles import AccessFixtures


def confidential_rows(world: AccessFixtures, application: Any) -> NamedWish:
    """Add one row of each confidential table; return the wish, which names two candidates."""
    chair = world.people["chair"]
    author = chair if application.cohort == world.cohort else world.people["outsider"]
    PrivateAnswers.objects.create(
        application=application, needs="n", limits="l", accommodations="a"
    )
    question, _is_new = ProgramQuestion.objects.get_or_create(
        program=application.program, heading="Which site?"
    )
    QuestionAnswer.objects.create(
        application=application, question=question, values_json='["North"]'
    )
    wish = NamedWish.objects.create(application=application, kind="avoid", written="somebody")
    for name in ("Some Body", "Sam Body"):
        person = factories.person(name)
        factories.application(person, application.cohort, "mentor", state="submitted")
        NamedWishCandidate.objects.create(wish=wish, candidate=person)
    CommitteeNote.objects.create(application=application, author=author, text="note")
    row = {"file_name": "people.csv", "row": 2, "written_json": "{}", "at": timezone.now()}
    ImportedRow.objects.create(application=application, **row)
    Decision.objects.create(
        application=application, outcome="accepted", note="because", decided_by=author
    )
    return wish
