"""Signed on paper: denied by who did not sign, and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from agreements import amending, drafting, paper, paper_emails
from agreements.models import AgreementText, AgreementVersion, PaperRecord, Signature
from checkins.models import Concern
from dashboard.invariants import broken_invariants
from matches import endings
from testkit import agreements as make
from testkit.papers import on_paper

from .paper_words import DAY, again, emails, record, shown, url

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
State = AgreementVersion.State


# --- "I did not sign this"


def test_who_did_not_sign_says_so_and_all_of_it_is_undone(version, match, carer, ada, ben, as_user):
    record(version, carer, ada, ben)
    client = as_user(ben)
    assert "I did not sign this" in shown(client.get(url("agreement-detail", match.public_id)))
    page = client.get(url("not-signed", match.public_id))
    signature = page.context["signature"]
    client.post(url("not-signed", match.public_id), {"signature": signature.pk})
    version.refresh_from_db()
    found = again(match)
    assert (version.state, version.signed_at) == (State.SHARED, None)
    assert (found.state, found.active_at, found.ends_on) == ("introduced", None, None)
    assert [row.person for row in Signature.objects.valid()] == [ada]
    assert emails("agreement-set-aside") == {ada}
    concern = Concern.system.get()
    assert (concern.person, concern.match) == (ben, match)
    assert version.may_be_signed_by(ben)
    assert not broken_invariants(timezone.now())
    answer = client.post(
        url("not-signed", match.public_id), {"signature": signature.pk}, follow=True
    )
    assert "no signature on paper that you could still deny" in shown(answer)
    assert Concern.system.count() == 1
    make.sign(version, ben)
    assert again(match).state == "active"


def test_denying_twice_is_denying_once(version, match, carer, ada, ben):
    record(version, carer, ben)
    signature = paper.deniable(match, ben, at=timezone.now())
    for _time in range(2):
        paper.deny(signature, by=ben)
    assert Concern.system.count() == 1
    assert AgreementText.system.get(version=version).signed_text == ""


def test_the_version_before_applies_again(match, carer, ada, ben):
    first = make.signed(match)
    ends_on = again(match).ends_on
    new = amending.amend(match, by=ben)
    drafting.save_part(match, "term", {**make.TERM, "term_months": 18}, expected_revision=1, by=ben)
    drafting.share(new, by=ben)
    new.refresh_from_db()
    on_paper(new, ada, ben, by=carer)
    assert again(match).ends_on > ends_on
    new.agreement.match = again(match)
    paper.deny(paper.deniable(again(match), ada, at=timezone.now()), by=ada)
    first.refresh_from_db()
    new.refresh_from_db()
    assert (first.state, new.state) == (State.SIGNED, State.SHARED)
    assert (again(match).state, again(match).ends_on) == ("active", ends_on)
    assert not broken_invariants(timezone.now())


def test_a_newer_draft_takes_the_place_of_what_was_denied(version, match, carer, ada, ben):
    record(version, carer, ada, ben)
    new = amending.amend(again(match), by=ada)
    paper.deny(paper.deniable(again(match), ben, at=timezone.now()), by=ben)
    version.refresh_from_db()
    assert (version.state, again(match).state) == (State.DISCARDED, "introduced")
    assert not Signature.objects.valid().exists()
    assert drafting.current_version(again(match)) == new
    assert not broken_invariants(timezone.now())


def test_no_one_else_denies_it(version, match, carer, ada, ben, dan):
    record(version, carer, ben)
    signature = paper.deniable(match, ben, at=timezone.now())
    for other in (ada, dan, carer):
        with pytest.raises(ActionNotAllowed, match="Only the person"):
            paper.deny(signature, by=other)
    make.sign(version, ada)
    with pytest.raises(ActionNotAllowed, match="Only the person"):
        paper.deny(Signature.objects.get(person=ada), by=ada)


@pytest.mark.parametrize(("days", "may"), [(13, True), (14, False)])
def test_it_can_be_denied_for_fourteen_days(days, may, version, match, carer, ben):
    made = record(version, carer, ben)
    at = made.recorded_at + days * DAY
    assert (paper.deniable(match, ben, at=at) is not None) is may
    if not may:
        with pytest.raises(ActionNotAllowed, match="time for this is over"):
            paper.deny(Signature.objects.get(), by=ben, at=at)


def test_it_is_not_denied_after_the_end_or_under_a_newer_agreement(version, match, carer, ada, ben):
    record(version, carer, ada, ben)
    first = Signature.objects.select_related("paper").get(person=ben)
    new = amending.amend(again(match), by=ada)
    drafting.share(new, by=ada)
    make.sign(new, ada, ben)
    with pytest.raises(ActionNotAllowed, match="newer version"):
        paper.deny(first, by=ben)
    endings.end(again(match), by=ada, kind="choice")
    first = Signature.objects.select_related("paper").get(version=version, person=ben)
    with pytest.raises(ActionNotAllowed, match="ended"):
        paper.deny(first, by=ben)


def test_it_is_not_denied_when_the_other_has_just_ended(version, match, carer, ada, ben):
    record(version, carer, ben)
    seen = paper.deniable(match, ben, at=timezone.now())
    endings.end(again(match), by=ada, kind="choice")
    with pytest.raises(ActionNotAllowed, match="ended"):
        paper.deny(seen, by=ben)
    assert Signature.objects.get().denied_at is None


def test_the_email_offers_to_deny_only_while_it_is_possible(version, match, carer, ada, ben):
    def says(made):
        email = paper_emails.agreement_on_paper(made, ben)
        offers = {email.context["deniable_until"] is not None, "not-signed" in email.action_url}
        assert len(offers) == 1, "the words, of the button too, and where it leads agree"
        return offers.pop()

    made = record(version, carer, ada, ben)
    assert says(made)
    PaperRecord.objects.update(recorded_at=made.recorded_at - 14 * DAY)
    assert not says(made)
    PaperRecord.objects.update(recorded_at=made.recorded_at)
    new = amending.amend(again(match), by=ada)
    drafting.share(new, by=ada)
    make.sign(new, ada, ben)
    assert not says(made)


def test_the_day_and_the_hour_are_those_of_the_program(version, carer, ada):
    late = datetime(2031, 1, 1, 0, 30, tzinfo=UTC)
    with pytest.raises(ActionNotAllowed, match="not come yet"):
        record(version, carer, ada, dates={ada.pk: late.date() + DAY}, at=late)


def test_queries_of_the_page_do_not_grow(
    version, match, carer, ada, ben, as_user, django_assert_num_queries
):
    client = as_user(ada)
    page = url("agreement-review", match.public_id)
    client.get(page)
    with CaptureQueriesContext(connection) as before:
        client.get(page)
    record(version, carer, ada, ben)
    with CaptureQueriesContext(connection) as after:
        client.get(page)
    assert len(after) <= len(before)
