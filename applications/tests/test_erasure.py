"""What a person can take along, and what is left when they go."""

import pytest

from accounts.privacy import erasure_blockers
from applications import privacy, reviewing, submission
from applications.models import Application, CommitteeNote, NamedWish, PrivateAnswers
from testkit import factories
from testkit.programs import MENTEE, answer


@pytest.fixture
def private_application(ben, draft, cleo):
    answer(draft, MENTEE)
    draft.refresh_from_db()
    submission.send(draft, by=ben)
    reviewing.add_note(draft, by=cleo, text="CANARY-note")
    return draft


def test_the_export_has_the_persons_answers_and_not_the_committees_notes(
    private_application, ben, cleo
):
    reviewing.decide(
        private_application, by=cleo, outcome="declined", reason="timing", note="CANARY-decision"
    )
    words = str(privacy.export(ben))
    for own in (
        "A team of one since May.",
        "Quiet places",
        "Ada Brook",
        "Newcomer to the country",
        "Payroll",
    ):
        assert own in words
    assert "CANARY" not in words
    assert "decline" not in words


def test_the_export_has_the_released_decision(private_application, ben, cleo):
    decision = reviewing.decide(private_application, by=cleo, outcome="accepted")
    reviewing.release([decision], by=cleo, at=private_application.submitted_at)
    assert privacy.export(ben)["applications"][0]["decisions"][0]["outcome"] == "accept"


def test_erasing_leaves_a_row_without_text(private_application, ben, cleo, ada):
    other = factories.application(ada, private_application.cohort, "mentor")
    NamedWish.system.create(application=other, kind="avoid", written="Ben Okoro", person=ben)
    privacy.erase(ben)
    private_application.refresh_from_db()
    assert (
        private_application.state,
        private_application.situation,
        private_application.hopes,
        private_application.external_key,
    ) == ("withdrawn", "", "", "")
    assert not private_application.experience_rows.exists()
    for model in (PrivateAnswers, NamedWish, CommitteeNote):
        assert not model.system.exists()


def test_erasing_twice_changes_nothing_more(private_application, ben):
    privacy.erase(ben)
    privacy.erase(ben)
    assert Application.objects.get(pk=private_application.pk).state == "withdrawn"


def test_the_answers_of_others_stay(private_application, ada, ben):
    other = factories.application(ada, private_application.cohort, "mentor")
    privacy.erase(ben)
    other.refresh_from_db()
    assert other.situation == "What Ada Brook is going through."


def test_a_live_committee_role_blocks_erasure(cleo):
    assert "You are on a committee. Ask the chair to end your role first." in erasure_blockers(cleo)
