import pytest
from django.db import IntegrityError, transaction

from access.exceptions import ActionNotAllowed
from agreements import amending, drafting
from agreements.models import AgreedActivity, AgreedGoal, Agreement, AgreementVersion
from matches import endings
from testkit import agreements as make

pytestmark = pytest.mark.django_db


def test_first_saved_part_makes_the_agreement_with_the_programs_numbers(match, ben, program):
    program.policy.term_months = 9
    program.policy.save()
    version = drafting.save_part(match, "activities", make.ACTIVITIES, expected_revision=0, by=ben)
    assert (version.number, version.state, version.term_months) == (1, "draft", 9)
    assert version.missing_parts == ["rhythm", "goals", "confidentiality", "term"]
    assert (
        list(AgreedActivity.objects.visible_to(ben).values_list("text", flat=True))
        == make.ACTIVITIES["activities"]
    )


def test_the_later_of_two_edits_conflicts_and_nothing_is_lost(match, ada, ben):
    drafting.save_part(match, "term", make.TERM, expected_revision=0, by=ben)
    with pytest.raises(drafting.ConflictingEdit) as caught:
        drafting.save_part(
            match, "term", {**make.TERM, "term_months": 6}, expected_revision=0, by=ada
        )
    assert caught.value.version.term_months == 12
    assert caught.value.version.changed_by == ben
    assert AgreementVersion.objects.get().term_months == 12


def test_saving_the_same_again_changes_nothing(match, ben):
    first = drafting.save_part(match, "goals", make.GOALS, expected_revision=0, by=ben)
    again = drafting.save_part(match, "goals", make.GOALS, expected_revision=0, by=ben)
    assert (first.revision, again.revision) == (1, 1)
    assert AgreedGoal.objects.visible_to(ben).count() == 1


def test_two_people_write_different_parts_without_conflict(match, ada, ben):
    drafting.save_part(match, "term", make.TERM, expected_revision=0, by=ben)
    version = drafting.save_part(match, "goals", make.GOALS, expected_revision=0, by=ada)
    assert (version.term_revision, version.goals_revision, version.revision) == (1, 1, 2)


@pytest.mark.parametrize("person", ["dan", "cleo"])
def test_only_the_pair_writes(person, match, request):
    with pytest.raises(ActionNotAllowed):
        drafting.save_part(
            match, "term", make.TERM, expected_revision=0, by=request.getfixturevalue(person)
        )
    assert Agreement.objects.count() == 0


def test_a_version_in_force_is_not_edited(match, ben):
    make.signed(match)
    with pytest.raises(ActionNotAllowed):
        drafting.save_part(
            match, "term", {**make.TERM, "term_months": 6}, expected_revision=1, by=ben
        )


def test_an_ended_match_cannot_be_edited(match, ben):
    endings.end(match, by=ben, kind="choice")
    with pytest.raises(ActionNotAllowed):
        drafting.save_part(match, "term", make.TERM, expected_revision=0, by=ben)


def test_the_database_rejects_a_goal_without_a_measure(match, ben):
    version = make.draft(match)
    with pytest.raises(IntegrityError, match="goal_has_a_measure"), transaction.atomic():
        AgreedGoal.objects.create(version=version, text="Lead", measure="")


def test_an_incomplete_draft_is_not_shared(match, ben):
    version = drafting.save_part(match, "term", make.TERM, expected_revision=0, by=ben)
    with pytest.raises(ActionNotAllowed, match="empty"):
        drafting.share(version, by=ben)


def test_sharing_twice_is_sharing_once(match, ben):
    version = make.shared(match)
    shared_at = version.shared_at
    drafting.share(version, by=ben)
    version.refresh_from_db()
    assert (version.shared_at, version.signing_round) == (shared_at, 1)


def test_there_is_nothing_to_amend_before_signing(match, ben):
    with pytest.raises(ActionNotAllowed):
        amending.amend(match, by=ben)
