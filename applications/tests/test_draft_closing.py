"""Drafts that were never sent are closed, and what was written is erased."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.draft_closing import close_old_drafts, was_closed
from applications.draft_times import kept_until
from applications.models import Application, ApplicationTopic, PrivateAnswers
from applications.models.applications import answer_late
from applications.signals import application_withdrawn
from applications.submission import begin_for_pair, close_for_pair, withdraw
from notifications.testing import deliver_due_emails
from programs.models import Cohort
from programs.models.cohorts import ANSWER_WITHIN
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


@pytest.fixture
def of_pair(ben, cohort, vocabulary):
    """A short draft for a pair, begun long after the cohort has stopped taking applications."""
    Cohort.objects.filter(pk=cohort.pk).update(opens_on=date(2026, 1, 1), closes_on=CLOSED_ON)
    closed = Cohort.objects.get(pk=cohort.pk)
    draft = begin_for_pair(closed, "mentee", by=ben)
    Application.objects.filter(pk=draft.pk).update(saved_at=LATER)
    draft.refresh_from_db()
    return draft


def test_a_draft_for_a_pair_stays_as_long_as_it_can_be_sent(of_pair):
    assert of_pair.is_in_time()
    assert close_old_drafts(LATER + timedelta(days=41)) == 0
    assert close_old_drafts(LATER + timedelta(days=43)) == 1


def test_a_draft_for_a_pair_is_closed_once_the_cohort_is_over(of_pair):
    Cohort.objects.update(ends_on=timezone.localdate(LATER))
    assert close_old_drafts(LATER) == 0
    assert close_old_drafts(LATER + timedelta(days=1)) == 1


def test_a_closed_draft_ends_what_was_asked_with_it(of_pair):
    told = []

    def hear(sender, application, at, **_kwargs):
        told.append((application.pk, at))

    application_withdrawn.connect(hear)
    try:
        close_old_drafts(LATER + timedelta(days=91))
    finally:
        application_withdrawn.disconnect(hear)
    assert told == [(of_pair.pk, LATER + timedelta(days=91))]


def test_the_page_says_why_an_application_for_a_pair_was_closed(as_user, of_pair, ben):
    close_for_pair(of_pair, at=LATER)
    of_pair.refresh_from_db()
    page = as_user(ben).get(reverse("applications:application-sent", args=[of_pair.public_id]))
    text = page.content.decode()
    assert "We have closed your application" in text
    assert "It was only for a pair with someone you know, and that request has ended." in text
    assert "You have withdrawn your application" not in text
    assert "what you wrote has been erased" not in text


def test_who_applies_for_a_pair_gets_an_answer_after_sending(of_pair):
    day = timezone.localdate(LATER)
    Application.objects.update(state="submitted", submitted_at=LATER)
    Cohort.objects.update(matching_on=CLOSED_ON)
    of_pair = Application.objects.select_related("cohort").get()
    assert of_pair.answer_by_on == day + ANSWER_WITHIN
    late = Application.objects.filter(answer_late(day + ANSWER_WITHIN))
    assert not late.exists()
    assert Application.objects.filter(answer_late(day + ANSWER_WITHIN + timedelta(days=1))).exists()


def test_who_withdraws_has_withdrawn(ben, cohort):
    mine = factories.application(ben, cohort, state="draft", submitted_at=None)
    withdraw(mine, by=ben)
    assert not was_closed(mine)


@pytest.mark.parametrize(
    "kind", ["closing cohort", "rolling cohort", "pair", "pair in a cohort that ends"]
)
def test_a_draft_is_kept_until_the_day_that_its_owner_was_told(kind, old):
    """The day before it is there, on the day after it is closed."""
    if kind != "closing cohort":
        ends_on = date(2026, 3, 20) if kind == "pair in a cohort that ends" else None
        Cohort.objects.filter(pk=old.cohort_id).update(closes_on=None, ends_on=ends_on)
    Application.objects.filter(pk=old.pk).update(
        is_for_pair=kind.startswith("pair"), saved_at=datetime(2026, 3, 1, 12, tzinfo=UTC)
    )
    old = Application.objects.select_related("cohort").get(pk=old.pk)
    last = datetime.combine(kept_until(old), datetime.min.time(), tzinfo=UTC)
    assert close_old_drafts(last + timedelta(hours=11)) == 0
    assert close_old_drafts(last + timedelta(hours=37)) == 1
