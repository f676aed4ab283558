from datetime import UTC, date, datetime

import pytest
from dateutil.relativedelta import relativedelta

from access.exceptions import ActionNotAllowed
from agreements import amending, drafting, signing, text
from agreements.models import AgreementText, AgreementVersion, Signature
from testkit import agreements as make
from workflow.models import Transition

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
State = AgreementVersion.State
SHORT = {"short_term_reason": "A new job"}


def test_second_signature_activates_the_match(match, ada, ben):
    version = make.shared(match, term={"term_months": 13})
    signing.sign(
        version, by=ada, typed_name="Ada Brook", expected_revision=version.revision, at=NOON
    )
    match.refresh_from_db()
    assert (version.state, match.state, match.ends_on) == (State.SHARED, "introduced", None)

    signing.sign(
        version, by=ben, typed_name="Ben Okoro", expected_revision=version.revision, at=NOON
    )
    match.refresh_from_db()
    assert (version.state, version.signed_at, match.state, match.active_at) == (
        State.SIGNED,
        NOON,
        "active",
        NOON,
    )
    assert match.ends_on == date(2027, 2, 28)
    assert [step.to_state for step in Transition.objects.of(match)] == ["active"]


def test_signature_keeps_the_hash_of_the_exact_text(match, ada, ben):
    version = make.signed(match)
    record = AgreementText.objects.visible_to(ben).get(version=version).signed_text
    assert record == text.canonical(text.content_for_record(version))
    assert "Two panels led before June" in record
    hashes = {(row.person, row.sha256) for row in Signature.objects.valid()}
    assert hashes == {(ada, text.sha256(record)), (ben, text.sha256(record))}


def test_signing_twice_is_signing_once(match, ada):
    version = make.shared(match)
    first = signing.sign(
        version, by=ada, typed_name="Ada Brook", expected_revision=version.revision
    )
    second = signing.sign(
        version, by=ada, typed_name="Ada Brook", expected_revision=version.revision
    )
    assert first == second
    assert Signature.objects.count() == 1


def test_double_click_of_the_second_signer_is_no_error(match, ben):
    version = make.signed(match)
    again = signing.sign(
        version, by=ben, typed_name="Ben Okoro", expected_revision=version.revision
    )
    assert again.person == ben
    assert Signature.objects.count() == 2


@pytest.mark.parametrize("person", ["dan", "cleo"])
def test_only_the_pair_signs(person, match, request):
    version = make.shared(match)
    stranger = request.getfixturevalue(person)
    with pytest.raises(ActionNotAllowed):
        signing.sign(version, by=stranger, typed_name="X", expected_revision=version.revision)
    assert Signature.objects.count() == 0


def test_a_draft_cannot_be_signed(match, ada):
    version = make.draft(match)
    with pytest.raises(ActionNotAllowed):
        signing.sign(version, by=ada, typed_name="Ada Brook", expected_revision=version.revision)


def test_an_ended_match_cannot_be_signed(match, ada):
    version = make.shared(match)
    type(match).objects.filter(pk=match.pk).update(
        state="closed", closed_at=NOON, closed_kind="choice"
    )
    with pytest.raises(ActionNotAllowed, match="ended"):
        signing.sign(version, by=ada, typed_name="Ada Brook", expected_revision=version.revision)


def test_a_text_that_changed_is_not_signed_unread(match, ada, ben):
    version = make.shared(match)
    read = version.revision
    drafting.save_part(match, "term", {**make.TERM, "term_months": 18}, expected_revision=1, by=ben)
    with pytest.raises(signing.TextChanged):
        signing.sign(version, by=ada, typed_name="Ada Brook", expected_revision=read)
    assert Signature.objects.count() == 0


def test_a_change_after_sharing_withdraws_the_signature(match, ada, ben):
    version = make.sign(make.shared(match), ada)
    drafting.save_part(
        match, "term", {**make.TERM, "term_months": 18}, expected_revision=1, by=ben, at=NOON
    )
    signature = Signature.objects.get()
    assert signature.withdrawn_at == NOON
    version.refresh_from_db()
    assert version.state == State.SHARED
    assert version.may_be_signed_by(ada)
    assert AgreementText.objects.visible_to(ada).get(version=version).signed_text == ""


def test_amendment_replaces_the_version_in_force(match, ada, ben):
    first = make.signed(match)
    second = amending.amend(match, by=ada)
    assert amending.amend(match, by=ben) == second, "two who start at once write the same one"
    drafting.save_part(
        match,
        "term",
        {**make.TERM, "term_months": 6, "short_term_reason": "A new job"},
        expected_revision=1,
        by=ada,
    )
    first.refresh_from_db()
    assert first.state == State.SIGNED, "the old text applies until both have signed the new one"

    second.refresh_from_db()
    drafting.share(second, by=ada)
    make.sign(second, ben, ada)
    first.refresh_from_db()
    match.refresh_from_db()
    assert (first.state, second.state, match.state) == (State.SUPERSEDED, State.SIGNED, "active")
    started_on = match.active_at.date()
    assert match.ends_on == started_on + relativedelta(months=6)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 5), 12, date(2027, 12, 5)),
        (date(2026, 6, 1), 7, date(2027, 1, 1)),
    ],
)
def test_months_end_where_a_person_would_expect(day, months, expected, match, ada, ben):
    version = make.shared(match, term={**make.TERM, "term_months": months, **SHORT})
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for person in (ada, ben):
        signing.sign(
            version, by=person, typed_name=person.name, expected_revision=version.revision, at=noon
        )
    match.refresh_from_db()
    assert match.ends_on == expected
