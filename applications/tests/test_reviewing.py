"""Deciding: works, wrong person, wrong state, twice."""

from datetime import UTC, datetime

import pytest

from access.exceptions import ActionNotAllowed
from applications import reviewing
from applications.models import Application, CommitteeNote, Decision
from notifications.testing import deliver_due_emails
from programs.models import Conflict
from testkit import factories
from workflow.models import Transition

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def pending_of(application):
    return Decision.system.filter(application=application, released_at=None).first()


def test_starting_the_review_closes_the_answers(sent, reader, ben):
    reviewing.start_reading(sent, by=reader, at=AT)
    sent.refresh_from_db()
    assert sent.review_started_at == AT
    assert not sent.may_be_edited_by(ben)


def test_the_review_starts_once(sent, reader, cleo):
    reviewing.start_reading(sent, by=reader, at=AT)
    reviewing.start_reading(sent, by=cleo)
    sent.refresh_from_db()
    assert sent.review_started_at == AT


def test_a_decision_is_pending_and_closes_the_answers(sent, reader):
    decision = reviewing.decide(
        sent, by=reader, outcome="waitlisted", reason="no_place", note="Next time."
    )
    sent.refresh_from_db()
    assert (decision.outcome, decision.reason, decision.note, decision.is_pending) == (
        "waitlisted",
        "no_place",
        "Next time.",
        True,
    )
    assert (sent.state, sent.review_started_at is None) == ("submitted", False)
    assert deliver_due_emails() == []


def test_a_later_decision_replaces_the_pending_one(sent, reader, cleo):
    reviewing.decide(sent, by=reader, outcome="declined", reason="timing")
    reviewing.decide(sent, by=cleo, outcome="accepted")
    decision = pending_of(sent)
    assert (decision.outcome, decision.reason, decision.decided_by) == ("accepted", "", cleo)


def test_a_decision_made_on_an_old_page_is_refused(sent, reader, cleo):
    seen = reviewing.decision_version(reviewing.decision_of(sent))
    reviewing.decide(sent, by=reader, outcome="accepted")
    with pytest.raises(ActionNotAllowed, match="Someone else has decided"):
        reviewing.decide(sent, by=cleo, outcome="declined", reason="timing", expected=seen)
    assert pending_of(sent).outcome == "accepted"


def test_declining_needs_a_reason(sent, reader):
    with pytest.raises(ActionNotAllowed, match="reason"):
        reviewing.decide(sent, by=reader, outcome="declined")
    assert pending_of(sent) is None


@pytest.mark.parametrize("state", ["draft", "accepted", "declined", "withdrawn"])
def test_only_waiting_applications_are_decided(ben, cohort, cleo, state):
    application = factories.application(ben, cohort, state=state)
    with pytest.raises(ActionNotAllowed):
        reviewing.decide(application, by=cleo, outcome="accepted")
    assert pending_of(application) is None


def test_carers_and_people_without_a_role_do_not_decide(sent, carer, dan, ben):
    other_chair = factories.member(program=factories.program())
    for stranger in (carer, dan, ben, other_chair):
        with pytest.raises(ActionNotAllowed, match="have permission"):
            reviewing.decide(sent, by=stranger, outcome="accepted")
    assert pending_of(sent) is None


def test_no_one_decides_about_themselves(cohort, cleo):
    own = factories.application(cleo, cohort, state="submitted")
    for verb in (
        lambda: reviewing.decide(own, by=cleo, outcome="accepted"),
        lambda: reviewing.start_reading(own, by=cleo),
        lambda: reviewing.add_note(own, by=cleo, text="Wonderful."),
    ):
        with pytest.raises(ActionNotAllowed, match="have permission"):
            verb()


def test_no_one_decides_despite_a_conflict_of_interest(sent, cleo, ben):
    Conflict.objects.create(member=cleo, person=ben)
    with pytest.raises(ActionNotAllowed, match="have permission"):
        reviewing.decide(sent, by=cleo, outcome="accepted")


def test_the_maintainer_is_bound_by_conflicts_too(sent, ben):
    root = factories.person("Max Root", is_superuser=True)
    Conflict.objects.create(member=root, person=ben)
    with pytest.raises(ActionNotAllowed, match="have permission"):
        reviewing.decide(sent, by=root, outcome="accepted")


def test_clearing_deletes_a_pending_decision(sent, reader):
    reviewing.decide(sent, by=reader, outcome="accepted")
    reviewing.clear_decision(sent, by=reader)
    assert pending_of(sent) is None
    with pytest.raises(ActionNotAllowed, match="no pending decision"):
        reviewing.clear_decision(sent, by=reader)


def test_release_notifies_the_person_once(sent, reader, cleo):
    decision = reviewing.decide(sent, by=reader, outcome="accepted")
    assert reviewing.release([decision], by=cleo, at=AT) == 1
    assert reviewing.release([decision], by=cleo, at=AT) == 0
    sent.refresh_from_db()
    assert sent.state == "accepted"
    assert [
        (step.from_state, step.to_state, step.by)
        for step in Transition.objects.of(sent).select_related("by")
    ] == [("submitted", "accepted", cleo)]
    assert [email.subject for email in deliver_due_emails()] == [f"Accepted: {sent.cohort}"]


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_only_a_chair_releases(program, sent, cleo, role):
    decision = reviewing.decide(sent, by=cleo, outcome="accepted")
    member = factories.member(program=program, role=role)
    with pytest.raises(ActionNotAllowed, match="have permission"):
        reviewing.release([decision], by=member, at=AT)
    assert list(reviewing.pending_decisions(member)) == []
    assert list(reviewing.pending_decisions(cleo)) == [decision]


def test_the_publication_of_a_round_releases_without_a_person(sent, cleo):
    decision = reviewing.decide(sent, by=cleo, outcome="waitlisted", reason="no_place")
    assert reviewing.release([decision], by=None, at=AT) == 1
    sent.refresh_from_db()
    assert sent.state == "waitlisted"


def test_a_person_who_withdrew_is_not_notified(sent, cleo):
    decision = reviewing.decide(sent, by=cleo, outcome="accepted")
    Application.objects.filter(pk=sent.pk).update(state="withdrawn")
    decision.application.refresh_from_db()
    assert reviewing.release([decision], by=None, at=AT) == 0
    assert deliver_due_emails() == []


def test_a_waitlisted_application_can_be_accepted(sent, cleo):
    first = reviewing.decide(sent, by=cleo, outcome="waitlisted", reason="no_place")
    reviewing.release([first], by=cleo, at=AT)
    sent.refresh_from_db()
    second = reviewing.decide(sent, by=cleo, outcome="accepted")
    assert second.is_pending
    reviewing.release([second], by=cleo, at=AT)
    sent.refresh_from_db()
    assert sent.state == "accepted"
    with pytest.raises(ActionNotAllowed):
        reviewing.decide(sent, by=cleo, outcome="declined", reason="timing")


def test_the_email_gives_the_reason_and_other_help(sent, cleo):
    sent.program.other_help = "The career centre\nA reading circle"
    sent.program.save()
    decision = reviewing.decide(
        sent, by=cleo, outcome="declined", reason="timing", note="Too junior, she said."
    )
    reviewing.release([decision], by=cleo, at=AT)
    email = deliver_due_emails()[0]
    html = email.alternatives[0][0]
    for body in (email.body, html):
        assert "a later cohort will suit you better" in body
        assert "A reading circle" in body
        assert "Too junior" not in body


def test_every_role_writes_notes(sent, carer):
    reviewing.add_note(sent, by=carer, text="Met her at the fair.")
    assert (
        CommitteeNote.objects.visible_to(carer).get(application=sent).text == "Met her at the fair."
    )


def test_the_applicant_sees_neither_notes_nor_decisions(sent, ben, cleo):
    reviewing.add_note(sent, by=cleo, text="A note.")
    reviewing.decide(sent, by=cleo, outcome="accepted")
    assert not CommitteeNote.objects.visible_to(ben).exists()
    assert not Decision.objects.visible_to(ben).exists()
