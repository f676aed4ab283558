"""What a person can take along, and what is left when they go."""

import pytest

from accounts.privacy import erasure_blockers
from applications import privacy, reviewing, submission
from applications.models import Application, CommitteeNote, NamedWish, PrivateAnswers
from testkit import factories
from testkit.programs import MENTEE, answer


@pytest.fixture
def told(ben, draft, cleo):
    answer(draft, MENTEE)
    draft.refresh_from_db()
    submission.send(draft, by=ben)
    reviewing.note(draft, by=cleo, text="CANARY-note")
    return draft


def test_the_export_holds_ones_own_words_and_not_the_committees(told, ben, cleo):
    reviewing.decide(told, by=cleo, outcome="declined", reason="timing", note="CANARY-decision")
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


def test_the_export_holds_what_one_was_told(told, ben, cleo):
    decision = reviewing.decide(told, by=cleo, outcome="accepted")
    reviewing.release([decision], by=cleo, at=told.submitted_at)
    assert privacy.export(ben)["applications"][0]["decisions"][0]["outcome"] == "accept"


def test_erasing_leaves_a_row_without_words(told, ben, cleo, ada):
    other = factories.application(ada, told.cohort, "mentor")
    NamedWish.system.create(application=other, kind="avoid", written="Ben Okoro", person=ben)
    privacy.erase(ben)
    told.refresh_from_db()
    assert (told.state, told.situation, told.hopes, told.external_key) == ("withdrawn", "", "", "")
    assert not told.experience_rows.exists()
    for model in (PrivateAnswers, NamedWish, CommitteeNote):
        assert not model.system.exists()


def test_erasing_twice_changes_nothing_more(told, ben):
    privacy.erase(ben)
    privacy.erase(ben)
    assert Application.objects.get(pk=told.pk).state == "withdrawn"


def test_the_answers_of_others_stay(told, ada, ben):
    other = factories.application(ada, told.cohort, "mentor")
    privacy.erase(ben)
    other.refresh_from_db()
    assert other.situation == "What Ada Brook is going through."


def test_a_committee_member_hands_over_first(cleo):
    assert (
        "You are on a committee. Please ask the chair to end your role first."
        in erasure_blockers(cleo)
    )
