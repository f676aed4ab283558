"""Drafts that were never sent are closed, and what was written is erased."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from applications.draft_closing import close_old_drafts, was_closed
from applications.models import Application, ApplicationTopic, PrivateAnswers
from applications.submission import withdraw
from notifications.testing import deliver_due_emails
from programs.models import Cohort
from testkit import factories
from testkit.programs import MENTEE, answer

CLOSED_ON = date(2026, 3, 2)
LATER = datetime(2026, 3, 17, 15, tzinfo=UTC)


@pytest.fixture
def old(draft):
    """A complete draft in a cohort that took applications until 2 March."""
    answer(draft, MENTEE)
    Cohort.objects.filter(pk=draft.cohort_id).update(opens_on=date(2026, 1, 1), closes_on=CLOSED_ON)
    draft.refresh_from_db()
    return draft


def test_a_draft_is_closed_after_two_weeks_and_its_answers_are_gone(old, ben):
    assert close_old_drafts(LATER - timedelta(days=1)) == 0
    assert close_old_drafts(LATER) == 1
    old.refresh_from_db()
    assert (old.state, old.situation, old.help_kinds) == ("withdrawn", "", [])
    assert not PrivateAnswers.objects.visible_to(ben).filter(application=old).exists()
    assert not ApplicationTopic.objects.filter(application=old).exists()
    assert close_old_drafts(LATER) == 0
    assert deliver_due_emails(LATER) == []


def test_a_sent_application_stays(old, cohort):
    Application.objects.filter(pk=old.pk).update(state="submitted", submitted_at=LATER)
    assert close_old_drafts(LATER) == 0


def test_where_people_apply_at_any_time_a_forgotten_draft_is_closed(old):
    Cohort.objects.filter(pk=old.cohort_id).update(closes_on=None)
    assert close_old_drafts(old.saved_at + timedelta(days=89)) == 0
    assert close_old_drafts(old.saved_at + timedelta(days=91)) == 1


def test_the_page_does_not_say_that_the_person_withdrew(as_user, old, ben):
    close_old_drafts(LATER)
    old.refresh_from_db()
    page = as_user(ben).get(reverse("applications:application-sent", args=[old.public_id]))
    assert "We have closed your draft" in page.content.decode()
    assert "You have withdrawn your application" not in page.content.decode()


def test_who_withdraws_has_withdrawn(ben, cohort):
    mine = factories.application(ben, cohort, state="draft", submitted_at=None)
    withdraw(mine, by=ben)
    assert not was_closed(mine)
