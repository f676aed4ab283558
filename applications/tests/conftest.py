"""A public program with a short vocabulary, and drafts of it."""

import pytest

from accounts.models import Industry, Language
from applications.models import Application
from programs.models import Experience, Topic
from testkit import factories


@pytest.fixture
def vocabulary(db):
    Topic.objects.create(code="lead", kind="goal", names={"en": "Lead"}, position=1)
    Topic.objects.create(
        code="payroll", kind="subject", names={"en": "Payroll", "fr": "Paie"}, position=2
    )
    Topic.objects.create(code="change", kind="subject", names={"en": "Change"}, position=3)
    Topic.objects.create(code="influence", kind="skill", names={"en": "Influence"}, position=4)
    Experience.objects.create(code="lay-off", names={"en": "Lay-off"}, position=1)
    Experience.objects.create(code="newcomer", names={"en": "Newcomer to the country"}, position=2)
    Language.objects.create(code="en", names={"en": "English"})
    Industry.objects.create(code="health", names={"en": "Health"})


@pytest.fixture
def draft(ben, cohort, vocabulary):
    """Ben's empty application as a mentee."""
    return Application.objects.create(
        cohort=cohort, person=ben, role="mentee", external_key=ben.email
    )


@pytest.fixture
def sent(ben, cohort):
    """Ben's application as a mentee, waiting to be read."""
    return factories.application(ben, cohort, state="submitted", review_started_at=None)


@pytest.fixture
def reader(program):
    return factories.member("Rhea Lind", program=program, role="reader")


@pytest.fixture
def carer(program):
    return factories.member("Cora Vale", program=program, role="carer")
