"""A lost mailbox: two members, 72 hours in which an old address can stop it, and a code."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from accounts.models import User
from dashboard.attention import attention_items
from matches import recovering
from matches.models import AccountRecovery
from notifications.models import Notification
from programs.models import Membership
from testkit import factories
from workflow.models import Transition

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DUE = NOW + timedelta(hours=72)
NEW = "ben.new@example.org"
WORDS = "We met at the last event."
State = AccountRecovery.State
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def eve(program):
    return factories.member("Eve Second", program=program, role="reader")


@pytest.fixture
def application(ben, cohort):
    return factories.application(ben, cohort)


@pytest.fixture
def proposed(application, ben, cleo):
    return recovering.propose(ben, NEW, checked=WORDS, by=cleo, at=NOW)


@pytest.fixture
def waiting(proposed, eve):
    recovering.confirm(proposed, by=eve, at=NOW)
    return proposed


def emails(address):
    rows = Notification.system.order_by("pk")
    return [json.loads(row.body) for row in rows if row.address == address and row.body]


def code_of(address=NEW):
    return re.search(r"\b[A-Z2-9]{10}\b", emails(address)[-1]["text"]).group()


def stored(row):
    row.refresh_from_db(from_queryset=AccountRecovery.system.all())
    return row.state


def test_two_members_72_hours_and_a_code_give_the_account_back(waiting, ben, eve, cleo, as_user):
    session = as_user(ben)
    recovering.send_due_codes(DUE)
    recovering.finish(NEW.upper(), code_of().lower(), at=DUE)
    ben.refresh_from_db()
    assert ben.email == NEW
    rows = EmailAddress.objects.filter(user=ben)
    assert list(rows.values_list("email", "verified", "primary")) == [(NEW, True, True)]
    assert (ben.link_epoch, ben.has_usable_password()) == (1, False)
    assert "/account/" in session.get(reverse("accounts:settings")).url  # signed out everywhere
    history = Transition.system.about(waiting).order_by("pk")
    assert list(history.values_list("to_state", "by__name")) == [
        ("waiting", eve.name),
        ("done", ben.name),
    ]


def test_all_old_addresses_are_told_with_a_link_that_stops_it(application, ben, cleo, eve, client):
    other = "ben.home@example.org"
    EmailAddress.objects.create(user=ben, email=other, verified=True)
    EmailAddress.objects.create(user=ben, email="not.mine@example.org", verified=False)
    row = recovering.propose(ben, NEW, checked=WORDS, by=cleo, at=NOW)
    recovering.confirm(row, by=eve, at=NOW)
    assert [len(emails(one)) for one in (ben.email, other, "not.mine@example.org", NEW)] == [
        1, 1, 0, 0,
    ]  # fmt: skip
    path = re.search(r"/account-recovery/\S+", emails(other)[0]["text"]).group()
    assert "Stop it" in client.get(path).content.decode()
    assert stored(row) == State.WAITING  # opening the link changes nothing
    assert "Your account keeps its addresses." in client.post(path).content.decode()
    client.post(path)
    assert stored(row) == State.STOPPED
    recovering.send_due_codes(DUE)
    assert emails(NEW) == []


def test_one_member_alone_can_do_nothing(proposed, cleo):
    with pytest.raises(ActionNotAllowed, match="Another member must confirm this"):
        recovering.confirm(proposed, by=cleo, at=NOW)
    recovering.send_due_codes(DUE)
    assert (stored(proposed), emails(NEW)) == (State.PROPOSED, [])


@pytest.mark.parametrize("role", ["carer", "deputy"])
def test_who_looks_after_their_pair_is_neither_the_first_nor_the_second(
    role, ada, ben, cohort, cleo, eve
):
    carer = factories.member("Carl Carer", program=cohort.program, role="carer", deputy=eve)
    factories.match(ben, ada, cohort, carer=carer, state="active")
    member = carer if role == "carer" else eve
    with pytest.raises(ActionNotAllowed, match="look after none of their pairs"):
        recovering.propose(ben, NEW, checked=WORDS, by=member, at=NOW)
    row = recovering.propose(ben, NEW, checked=WORDS, by=cleo, at=NOW)
    with pytest.raises(ActionNotAllowed, match="look after none of their pairs"):
        recovering.confirm(row, by=member, at=NOW)
    assert stored(row) == State.PROPOSED


def test_the_person_and_strangers_can_do_nothing(application, ben, dan):
    for someone in (ben, dan):
        with pytest.raises(ActionNotAllowed):
            recovering.propose(ben, NEW, checked=WORDS, by=someone, at=NOW)
    outsider = factories.member("Olga", program=factories.program(), role="chair")
    with pytest.raises(ActionNotAllowed):
        recovering.propose(ben, NEW, checked=WORDS, by=outsider, at=NOW)


def test_an_address_that_someone_has_is_refused(application, ben, cleo, dan):
    with pytest.raises(ActionNotAllowed, match="This e-mail address is taken"):
        recovering.propose(ben, dan.email, checked=WORDS, by=cleo, at=NOW)


def test_an_address_that_became_someones_meanwhile_is_refused(waiting, ben):
    recovering.send_due_codes(DUE)
    code = code_of()
    factories.person("Nina New", email=NEW)
    with pytest.raises(ActionNotAllowed):
        recovering.finish(NEW, code, at=DUE)
    ben.refresh_from_db()
    assert ben.email != NEW


def test_a_second_one_waits_for_the_first(proposed, ben, cleo):
    with pytest.raises(ActionNotAllowed, match="waits already"):
        recovering.propose(ben, "other@example.org", checked=WORDS, by=cleo, at=NOW)


def test_no_code_is_sent_before_72_hours(waiting):
    recovering.send_due_codes(DUE - timedelta(seconds=1))
    assert emails(NEW) == []
    recovering.send_due_codes(DUE)
    recovering.send_due_codes(DUE + timedelta(minutes=1))
    assert len(emails(NEW)) == 1


def test_a_code_is_used_once(waiting, ben):
    recovering.send_due_codes(DUE)
    code = code_of()
    recovering.finish(NEW, code, at=DUE)
    with pytest.raises(ActionNotAllowed, match="wrong, was used, or is no longer valid"):
        recovering.finish(NEW, code, at=DUE)


def test_a_wrong_code_and_another_address_are_refused_in_the_same_words(waiting, ben):
    recovering.send_due_codes(DUE)
    for email, code in ((NEW, "AAAAAAAAAA"), (NEW, ""), ("x@example.org", code_of())):
        with pytest.raises(ActionNotAllowed, match="wrong, was used, or is no longer valid"):
            recovering.finish(email, code, at=DUE)
    assert stored(waiting) == State.WAITING


def test_a_code_expires_after_a_week(waiting):
    recovering.send_due_codes(DUE)
    code, late = code_of(), DUE + timedelta(days=7)
    with pytest.raises(ActionNotAllowed):
        recovering.finish(NEW, code, at=late)
    recovering.send_due_codes(late)
    assert stored(waiting) == State.EXPIRED


def test_it_can_be_stopped_after_the_code_was_sent(waiting, cleo):
    recovering.send_due_codes(DUE)
    code = code_of()
    recovering.stop(waiting, by=cleo, at=DUE)
    with pytest.raises(ActionNotAllowed):
        recovering.finish(NEW, code, at=DUE)


def test_what_is_done_cannot_be_stopped(waiting, cleo, client):
    recovering.send_due_codes(DUE)
    recovering.finish(NEW, code_of(), at=DUE)
    stored(waiting)
    with pytest.raises(ActionNotAllowed):
        recovering.stop(waiting, by=cleo, at=DUE)


def test_guesses_are_counted(waiting, client):
    page = reverse("matches:recovery-code")
    answers = [client.post(page, {"email": NEW, "code": f"WRONG{n}"}) for n in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]


def test_a_forged_link_stops_nothing(waiting, client):
    assert client.post(reverse("matches:recovery-stop", args=["forged.token"])).status_code == 404
    assert stored(waiting) == State.WAITING


def test_the_pages_of_the_committee_lead_through_it(application, ben, cleo, eve, as_user):
    add = reverse("admin:matches_accountrecovery_add")
    as_user(cleo).post(add, {"person": ben.pk, "new_email": NEW, "checked": WORDS})
    row = AccountRecovery.system.get()
    page = reverse("admin:matches_accountrecovery_change", args=[row.pk])
    assert "Confirm the new address" not in as_user(cleo).get(page).content.decode()
    assert "Confirm the new address" in as_user(eve).get(page).content.decode()
    as_user(eve).post(reverse("admin:matches_accountrecovery_confirm", args=[row.pk]))
    assert stored(row) == State.WAITING
    as_user(cleo).post(reverse("admin:matches_accountrecovery_stop", args=[row.pk]))
    assert stored(row) == State.STOPPED


def test_it_is_on_today_of_who_can_be_the_second_member(proposed, ben, cleo, eve):
    def on_today(member):
        items = attention_items(member, at=NOW)
        return [one.count for one in items if one.text == "lost mailbox waits for a second member"]

    assert (on_today(eve), on_today(cleo)) == ([1], [])  # cleo has proposed it
    recovering.confirm(proposed, by=eve, at=NOW)
    assert on_today(eve) == []


def test_what_no_second_member_confirms_is_stopped_after_a_month(proposed):
    recovering.send_due_codes(NOW + timedelta(days=30, seconds=-1))
    assert stored(proposed) == State.PROPOSED
    recovering.send_due_codes(NOW + timedelta(days=30))
    recovering.send_due_codes(NOW + timedelta(days=31))
    assert stored(proposed) == State.STOPPED


def test_the_code_page_signs_no_one_in(waiting, ben, client):
    recovering.send_due_codes(DUE)
    answer = client.post(reverse("matches:recovery-code"), {"email": NEW, "code": code_of()})
    assert answer.url == reverse("account_login")
    assert "_auth_user_id" not in client.session
    assert User.objects.get(pk=ben.pk).email == NEW


def test_words_are_erased_half_a_year_later(waiting, cleo):
    recovering.stop(waiting, by=cleo, at=NOW)
    recovering.forget_old_words(NOW + timedelta(days=182))
    assert AccountRecovery.system.get().checked == WORDS
    recovering.forget_old_words(NOW + timedelta(days=183))
    row = AccountRecovery.system.get()
    assert (row.checked, row.new_email, row.proposed_by) == ("", "", cleo)


def told(*people):
    """Return how many e-mails about the end each of these members has got."""
    title = "How a lost mailbox ended"
    return [sum(one["subject"] == title for one in emails(person.email)) for person in people]


def test_both_members_are_told_that_the_person_has_the_account_again(waiting, cleo, eve):
    recovering.send_due_codes(DUE)
    assert told(cleo, eve) == [0, 0]
    recovering.finish(NEW, code_of(), at=DUE)
    assert told(cleo, eve) == [1, 1]
    text = emails(eve.email)[-1]["text"]
    assert "has their account again" in text
    assert "Ben" not in text


def test_both_members_are_told_that_an_old_address_stopped_it(waiting, cleo, eve):
    recovering.stop(waiting, by=None, at=NOW)
    recovering.stop(waiting, by=None, at=NOW)
    assert told(cleo, eve) == [1, 1]


def test_the_member_who_stops_it_is_not_told(waiting, cleo, eve):
    recovering.stop(waiting, by=eve, at=NOW)
    assert told(cleo, eve) == [1, 0]


def test_the_members_are_told_that_the_code_was_not_used(waiting, cleo, eve):
    recovering.send_due_codes(DUE)
    for _run in range(2):
        recovering.send_due_codes(DUE + timedelta(days=7))
    assert told(cleo, eve) == [1, 1]


def test_a_former_member_is_told_nothing(waiting, cleo, eve):
    Membership.objects.filter(user=eve).update(until=NOW.date())
    recovering.stop(waiting, by=None, at=NOW)
    assert told(cleo, eve) == [1, 0]
