"""Releasing decisions: after a hold, at an allowed moment, with Stop until then."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from applications import decision_release, reviewing
from applications.models import Application, Decision
from notifications.models import Notification, OutboxState
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Membership
from testkit import factories
from workflow.models import Transition

AT = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday; the people of the tests live in UTC
HELD = timedelta(minutes=10)
FRIDAY_NIGHT = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def seen(*decisions):
    return {one.pk: reviewing.decision_version(one) for one in decisions}


def ticked(*decisions):
    return {"decision": [f"{pk} {version}" for pk, version in seen(*decisions).items()]}


def state_of(application):
    return Application.objects.get(pk=application.pk).state


@pytest.fixture
def accepted(sent, cleo):
    return reviewing.decide(sent, by=cleo, outcome="accepted", at=AT)


@pytest.fixture
def asked(cohort, accepted, cleo):
    """A decision that waits for its release at AT + 10 minutes."""
    return decision_release.schedule(cohort, seen(accepted), by=cleo, at=AT)[0]


def test_a_release_waits_for_the_hold(asked, sent, cleo):
    assert asked.release_at == AT + HELD
    assert decision_release.release_due(AT + HELD - timedelta(seconds=1)) == 0
    assert (state_of(sent), Notification.system.count()) == ("submitted", 0)
    assert decision_release.release_due(AT + HELD) == 1
    assert decision_release.release_due(AT + HELD) == 0
    assert state_of(sent) == "accepted"
    step = Transition.objects.of(sent).select_related("by").get()
    assert (step.by, step.at) == (cleo, AT + HELD)
    assert [email.subject for email in deliver_due_emails(AT + HELD)] == [
        f"Accepted: {sent.cohort}"
    ]


def test_stop_puts_the_decisions_back(asked, sent, cohort, reader):
    decision_release.stop(cohort, by=reader)
    assert decision_release.release_due(AT + timedelta(days=1)) == 0
    assert (state_of(sent), Notification.system.count()) == ("submitted", 0)
    decision = Decision.system.get(pk=asked.pk)
    assert (decision.is_pending, decision.release_at, decision.release_by) == (True, None, None)


def test_there_is_nothing_to_stop_once_it_has_happened(asked, cohort, cleo):
    decision_release.release_due(AT + HELD)
    with pytest.raises(ActionNotAllowed, match="nothing to stop"):
        decision_release.stop(cohort, by=cleo)


def test_carers_and_strangers_do_not_stop(asked, cohort, carer, dan):
    for person in (carer, dan, factories.member(program=factories.program())):
        with pytest.raises(ActionNotAllowed, match="have permission"):
            decision_release.stop(cohort, by=person)


def test_a_member_with_a_conflict_of_interest_stops_all_of_it(asked, cohort, cleo, ben):
    Conflict.objects.create(member=cleo, person=ben)
    decision_release.stop(cohort, by=cleo)
    assert Decision.system.get(pk=asked.pk).release_at is None


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_only_a_chair_releases(program, cohort, accepted, role):
    member = factories.member(program=program, role=role)
    with pytest.raises(ActionNotAllowed, match="have permission"):
        decision_release.schedule(cohort, seen(accepted), by=member, at=AT)


def test_asking_twice_keeps_the_first_time(asked, accepted, cohort, cleo):
    with pytest.raises(ActionNotAllowed, match="Tick at least one"):
        decision_release.schedule(cohort, seen(accepted), by=cleo, at=AT + HELD)
    assert Decision.system.get(pk=asked.pk).release_at == AT + HELD


def test_a_decision_that_has_changed_since_the_page_is_left_out(cohort, accepted, sent, cleo):
    before = seen(accepted)
    reviewing.decide(sent, by=cleo, outcome="declined", reason="timing", at=AT + HELD)
    with pytest.raises(ActionNotAllowed, match="Tick at least one"):
        decision_release.schedule(cohort, before, by=cleo, at=AT)


def test_a_new_decision_is_not_released_with_the_old_one(asked, sent, cleo):
    reviewing.decide(sent, by=cleo, outcome="declined", reason="timing", at=AT)
    assert decision_release.release_due(AT + HELD) == 0
    assert state_of(sent) == "submitted"


def test_a_person_who_withdraws_meanwhile_is_not_told(asked, sent):
    Application.objects.filter(pk=sent.pk).update(state="withdrawn")
    assert decision_release.release_due(AT + HELD) == 0
    assert (Notification.system.count(), Decision.system.get(pk=asked.pk).release_at) == (0, None)


def test_a_chair_who_lost_the_role_releases_nothing(asked, sent, cleo):
    Membership.objects.filter(user=cleo).delete()
    assert decision_release.release_due(AT + HELD) == 0
    assert (state_of(sent), Decision.system.get(pk=asked.pk).release_at) == ("submitted", None)


def test_at_night_the_release_waits_with_its_emails(cohort, accepted, cleo, sent):
    asked = decision_release.schedule(cohort, seen(accepted), by=cleo, at=FRIDAY_NIGHT)[0]
    assert asked.release_at == MONDAY_MORNING
    assert decision_release.release_due(MONDAY_MORNING) == 1
    assert len(deliver_due_emails(MONDAY_MORNING, delivery_rules=True)) == 1


def test_a_release_that_was_missed_waits_until_its_emails_can_leave(asked, sent, cohort, cleo):
    """Nothing was sent until the night had begun: no one sees a decision without its e-mail."""
    night = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
    assert decision_release.release_due(night) == 0
    assert state_of(sent) == "submitted"
    assert Decision.system.get(pk=asked.pk).release_at == datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    decision_release.stop(cohort, by=cleo)  # still possible


def test_a_release_waits_while_the_mail_server_is_down(asked, sent):
    OutboxState.objects.update_or_create(
        defaults={"paused_until": AT + timedelta(hours=1), "pause_reason": "no-mail-server"}
    )
    assert decision_release.release_due(AT + HELD) == 0
    assert state_of(sent) == "submitted"
    assert decision_release.release_due(AT + timedelta(hours=1)) == 1


def test_samples_equal_the_emails_that_are_sent_and_change_nothing(asked, sent, cleo):
    sample = decision_release.sample_emails([asked], by=cleo)[0].email
    assert (state_of(sent), Notification.system.count()) == ("submitted", 0)
    decision_release.release_due(AT + HELD)
    email = deliver_due_emails(AT + HELD)[0]
    assert (email.subject, email.body) == (sample.subject, sample.text)


# --- the pages

RELEASE = reverse("admin:applications_application_release")


def page_of(cohort, step="cohort"):
    return reverse(f"admin:applications_application_release-{step}", args=[cohort.pk])


def test_the_page_shows_each_kind_of_email_and_releases_the_ticked(as_user, cleo, cohort, sent):
    other, last = (
        factories.application(factories.person(name), cohort, state="submitted")
        for name in ("Nils Berg", "Ola Nord")
    )
    first = reviewing.decide(sent, by=cleo, outcome="accepted")
    reviewing.decide(other, by=cleo, outcome="declined", reason="timing")
    reviewing.decide(last, by=cleo, outcome="declined", reason="no_place")
    client = as_user(cleo)
    response = client.get(RELEASE)
    assert len(response.context["samples"]) == 3  # one for each reason
    assert [(row.label, row.count) for row in response.context["departing"][0]] == [
        ("Acceptance, mentee", 1),
        ("Rejection, mentee", 2),
    ]
    client.post(page_of(cohort, "schedule"), ticked(first))
    waiting = Decision.system.exclude(release_at=None).values_list("application", flat=True)
    assert list(waiting) == [sent.pk]
    page = client.get(RELEASE).content.decode()
    assert "1 decision is released on" in page
    client.post(page_of(cohort, "stop"))
    assert not Decision.system.exclude(release_at=None).exists()


def test_cohorts_of_several_programs_are_released_apart(as_user, cleo, cohort, accepted):
    elsewhere = factories.cohort(program=factories.program())
    Membership.objects.create(user=cleo, program=elsewhere.program, role="chair")
    theirs = factories.application(factories.person("Nils Berg"), elsewhere, state="submitted")
    other = reviewing.decide(theirs, by=cleo, outcome="accepted")
    client = as_user(cleo)
    page = client.get(RELEASE).content.decode()
    assert 'type="checkbox"' not in page
    assert page_of(cohort) in page
    assert page_of(elsewhere) in page
    assert "Nils Berg" not in client.get(page_of(cohort)).content.decode()
    client.post(page_of(cohort, "schedule"), ticked(accepted, other))
    assert Decision.system.get(pk=other.pk).release_at is None


def test_the_list_of_applications_names_a_release_that_can_be_stopped(as_user, reader, asked):
    page = as_user(reader).get(reverse("admin:applications_application_changelist"))
    assert page_of(asked.application.cohort, "stop") in page.content.decode()


def test_the_release_page_without_pending_decisions(as_user, cleo):
    assert "There are no pending decisions." in as_user(cleo).get(RELEASE).content.decode()


def test_a_reader_does_not_reach_the_release_page(as_user, reader, cohort, accepted, sent):
    client = as_user(reader)
    assert client.get(RELEASE).status_code == 403
    assert client.get(page_of(cohort)).status_code == 404
    assert client.post(page_of(cohort, "schedule"), ticked(accepted)).status_code == 404
    assert Decision.system.get(pk=accepted.pk).release_at is None


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_asks_as_many_queries_for_three_as_for_one(
    as_user, cleo, cohort, django_assert_num_queries, n
):
    for number in range(n):
        person = factories.person(f"Nils {number}")
        application = factories.application(person, cohort, state="submitted")
        reviewing.decide(application, by=cleo, outcome="accepted")
    client = as_user(cleo)
    client.get(page_of(cohort))
    with django_assert_num_queries(29):
        client.get(page_of(cohort))
