from datetime import UTC, datetime

import pytest
from django.utils import timezone

from agreements import reconcilers as agreement_reconcilers
from checkins import concerns, results, unanswered_emails
from checkins.models import Adjustment, Survey
from notifications.testing import deliver_due_emails
from testkit import checkins as make
from testkit import factories

from .adjustments_made import SHOWN

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def run_program(at):
    """Reconcile and send e-mail at `at`; only what these tests need, as they run through months."""
    agreement_reconcilers.enqueue_reminders(at)
    for reconcile in (
        make.plan,
        unanswered_emails.raise_about_unanswered_emails,
        concerns.escalate,
        results.publish_waves,
    ):
        reconcile(at)
    return deliver_due_emails(at, reconcile=False)


@pytest.fixture
def surveys(db):
    make.seed_surveys()
    return list(Survey.objects.filter(program=None).order_by("pk"))


@pytest.fixture
def match(ada, ben, cohort, surveys):
    """Ben (mentee) and Ada (mentor), introduced on 5 January 2026."""
    return factories.match(ben, ada, cohort, introduced_at=START)


@pytest.fixture
def eve(program):
    """Eve cares for the match, and is no chair."""
    return factories.member("Eve Lund", program=program, role="carer")


@pytest.fixture
def cared(match, eve):
    match.carer = eve
    match.save()
    return match


@pytest.fixture
def adjustment_entries(program):
    return {
        "program": program.pk,
        "cohort": "",
        "role": "",
        "wave": "",
        "theme": "",
        "since_on": "2026-05-03",
        "heard_en": "Evenings are hard.",
        "heard_fr": "",
        "changed_en": SHOWN,
        "changed_fr": "",
    }


@pytest.fixture
def draft(program, cleo):
    """Return `draft(**columns)`: an adjustment that the chair has written down."""

    def made(**columns):
        words = {"heard": {"en": "Evenings are hard."}, "changed": {"en": SHOWN}}
        day = {"since_on": timezone.localdate()}
        return Adjustment.objects.create(
            **{"program": program, "recorded_by": cleo, **words, **day, **columns}
        )

    return made
