"""Two accounts of one person: the other address, its code, what moves, and one press."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from accounts import merging_accounts, privacy
from accounts.models import User
from applications.models import Application
from matches import merge_requests
from matches.models import AccountMerge
from notifications.models import Notification
from testkit import factories
from workflow.models import Transition

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=merge_requests.MINUTES)
WORK = "ben@work.example"
WRONG = "wrong, was used, or is no longer valid"
State = AccountMerge.State
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
ASK, CODE, CONFIRM, DROP = (f"matches:merge-{name}" for name in ("ask", "code", "confirm", "drop"))


@pytest.fixture
def work(db):
    """Ben's other account, with the address of his work."""
    return factories.person("Ben Okoro", email=WORK)


@pytest.fixture
def asked(ben, work):
    return merge_requests.ask(ben, f" {WORK.upper()} ", at=NOW)


@pytest.fixture
def proven(ben, asked):
    merge_requests.prove(ben, code_of(), at=NOW)
    return asked


def emails(address):
    rows = Notification.system.order_by("pk")
    return [json.loads(row.body) for row in rows if row.address == address and row.body]


def code_of(address=WORK):
    return re.search(r"\b[A-Z2-9]{10}\b", emails(address)[-1]["text"]).group()


def stored(row):
    row.refresh_from_db(from_queryset=AccountMerge.system.all())
    return row.state


def test_the_code_and_one_press_make_two_accounts_one(ben, work, proven, cohort):
    application = factories.application(work, cohort)
    merge_requests.join(ben, at=NOW)
    assert stored(proven) == State.DONE
    assert Application.objects.get(pk=application.pk).person == ben
    history = Transition.system.about(proven).order_by("pk")
    assert list(history.values_list("to_state", "by__name")) == [
        ("proven", ben.name),
        ("done", ben.name),
    ]
    for address in (ben.email, WORK):
        assert [one["subject"] for one in emails(address)][-1] == "Your two accounts are one now"


def test_joining_twice_is_refused(ben, proven):
    merge_requests.join(ben, at=NOW)
    with pytest.raises(ActionNotAllowed, match="Enter the code first"):
        merge_requests.join(ben, at=NOW)


def test_nothing_joins_without_the_code(ben, work, asked):
    with pytest.raises(ActionNotAllowed, match="Enter the code first"):
        merge_requests.join(ben, at=NOW)
    assert User.objects.get(pk=work.pk).is_active


def test_someone_else_cannot_use_the_code_or_what_it_proved(ben, dan, work, asked):
    with pytest.raises(ActionNotAllowed, match=WRONG):
        merge_requests.prove(dan, code_of(), at=NOW)
    merge_requests.prove(ben, code_of(), at=NOW)
    with pytest.raises(ActionNotAllowed, match="Enter the code first"):
        merge_requests.join(dan, at=NOW)


def test_a_code_is_used_once(ben, proven):
    code = code_of()
    with pytest.raises(ActionNotAllowed, match=WRONG):
        merge_requests.prove(ben, code, at=NOW)


@pytest.mark.parametrize("code", ["AAAAAAAAAA", ""])
def test_a_wrong_code_is_refused(ben, asked, code):
    with pytest.raises(ActionNotAllowed, match=WRONG):
        merge_requests.prove(ben, code, at=NOW)
    assert stored(asked) == State.ASKED


def test_a_newer_code_replaces_an_older_one(ben, asked):
    older = code_of()
    merge_requests.ask(ben, WORK, at=NOW)
    assert stored(asked) == State.STOPPED
    with pytest.raises(ActionNotAllowed, match=WRONG):
        merge_requests.prove(ben, older, at=NOW)
    merge_requests.prove(ben, code_of(), at=NOW)


def test_a_code_and_what_it_proved_end_after_half_an_hour(ben, asked):
    code = code_of()
    with pytest.raises(ActionNotAllowed, match=WRONG):
        merge_requests.prove(ben, code, at=SOON)
    merge_requests.end_unfinished_merges(SOON)
    assert stored(asked) == State.EXPIRED
    merge_requests.end_unfinished_merges(SOON)
    again = merge_requests.ask(ben, WORK, at=SOON)
    merge_requests.prove(ben, code_of(), at=SOON)
    late = SOON + timedelta(minutes=merge_requests.MINUTES)
    with pytest.raises(ActionNotAllowed, match="Enter the code first"):
        merge_requests.join(ben, at=late)
    merge_requests.end_unfinished_merges(late)
    assert stored(again) == State.EXPIRED


def test_an_own_address_is_refused(ben):
    with pytest.raises(ActionNotAllowed, match="opens this account already"):
        merge_requests.ask(ben, ben.email, at=NOW)


def test_an_address_without_an_account_gets_an_email_without_a_code(ben):
    row = merge_requests.ask(ben, "no.one@example.org", at=NOW)
    (email,) = emails("no.one@example.org")
    assert email["subject"] == "You asked to join two accounts"
    assert row.other is None
    with pytest.raises(ActionNotAllowed, match=WRONG):
        merge_requests.prove(ben, "AAAAAAAAAA", at=NOW)


def test_a_closed_account_is_answered_as_none(ben, work):
    User.objects.filter(pk=work.pk).update(is_active=False)
    assert merge_requests.ask(ben, WORK, at=NOW).other is None


def test_a_second_confirmed_address_of_the_other_account_is_found(ben, work):
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=work, email="ben@club.example", verified=True)
    assert merge_requests.ask(ben, "ben@club.example", at=NOW).other == work


def test_known_and_unknown_addresses_get_the_same_pages_and_the_same_work(ben, work, as_user):
    answers = []
    for email in (WORK, "no.one@example.org"):
        client = as_user(ben)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            sent = client.post(reverse(ASK), {"email": email})
        page = client.get(sent.url).content.decode().replace(email, "ADDRESS")
        wrong = client.post(reverse(CODE), {"code": "AAAAAAAAAA"}).content.decode()
        page, wrong = (re.sub(r"nonce-\S+|value=\"\S{64}\"", "", text) for text in (page, wrong))
        answers.append((sent.status_code, sent.url, len(queries), page, wrong))
        AccountMerge.system.all().delete()
        merge_requests.drop(ben)
    assert answers[0] == answers[1]


def test_asking_is_counted_by_account_and_by_address(ben, ada, work, as_user):
    client = as_user(ben)
    codes = [client.post(reverse(ASK), {"email": WORK}).status_code for _n in range(4)]
    assert codes == [302, 302, 302, 429]
    assert as_user(ada).post(reverse(ASK), {"email": WORK}).status_code == 429
    assert as_user(ada).post(reverse(ASK), {"email": "x@example.org"}).status_code == 302
    assert len(emails(WORK)) == 3


def test_guesses_are_counted(ben, asked, as_user):
    client = as_user(ben)
    answers = [client.post(reverse(CODE), {"code": f"WRONG{n}"}).status_code for n in range(4)]
    assert answers == [200, 200, 200, 429]
    assert client.post(reverse(CODE), {"code": code_of()}).status_code == 429


def test_the_pages_lead_through_it(ben, work, cohort, as_user, ada):
    factories.match(work, ada, cohort)
    client = as_user(ben)
    assert reverse(ASK) in client.get(reverse("accounts:settings")).content.decode()
    sent = client.post(reverse(ASK), {"email": WORK}, follow=True)
    assert "We have sent an e-mail to ben@work.example" in sent.content.decode()
    shown = client.post(reverse(CODE), {"code": code_of()}, follow=True).content.decode()
    assert f"Your application to {cohort.program.name}, {cohort.name}" in shown
    assert "Your pair with Ada Brook" in shown
    assert "ben@work.example signs you in to this account, too." in shown
    assert User.objects.get(pk=work.pk).is_active  # opening the page changes nothing
    done = client.post(reverse(CONFIRM), follow=True).content.decode()
    assert "Your two accounts are one now. You can sign in with either address." in done
    assert client.post(reverse(CONFIRM)).url == reverse("accounts:settings")  # a second press


def test_the_page_says_what_stands_in_the_way(ben, work, cohort, as_user):
    factories.application(ben, cohort)
    factories.application(work, cohort)
    merge_requests.ask(ben, WORK)
    merge_requests.prove(ben, code_of())
    client = as_user(ben)
    shown = client.get(reverse(CONFIRM)).content.decode()
    assert "Both accounts have an application in the same role in" in shown
    assert "Make them one" not in shown
    client.post(reverse(CONFIRM))
    assert User.objects.get(pk=work.pk).is_active


def test_no_one_sees_the_page_before_the_code(ben, asked, as_user, dan):
    assert as_user(ben).get(reverse(CONFIRM)).status_code == 404
    merge_requests.prove(ben, code_of())
    assert as_user(dan).get(reverse(CONFIRM)).status_code == 404
    assert as_user(dan).post(reverse(CONFIRM)).status_code == 404


def test_it_can_be_dropped(ben, proven, as_user):
    client = as_user(ben)
    client.post(reverse(DROP))
    client.post(reverse(DROP))
    assert stored(proven) == State.STOPPED
    assert client.get(reverse(CONFIRM)).status_code == 404


def test_an_obstacle_that_came_meanwhile_stops_it_as_a_whole(ben, work, proven, cohort):
    for person in (ben, work):
        factories.application(person, cohort)
    with pytest.raises(ActionNotAllowed, match="can't become one yet"):
        merge_requests.join(ben, at=NOW)
    assert (stored(proven), User.objects.get(pk=work.pk).is_active) == (State.PROVEN, True)


def test_what_was_written_during_the_merge_moves_afterwards(ben, work, proven, cohort):
    merge_requests.join(ben, at=NOW)
    late = factories.application(work, cohort)
    merge_requests.settle_merges(NOW + timedelta(minutes=9))
    assert Application.objects.get(pk=late.pk).person == work
    assert merge_requests.settle_merges(NOW + timedelta(minutes=10)) == 1
    assert merge_requests.settle_merges(NOW + timedelta(minutes=10)) == 0
    assert Application.objects.get(pk=late.pk).person == ben


def test_what_cannot_move_afterwards_holds_up_no_other_merge(ben, work, ada, proven, cohort):
    second = factories.person("Ada Brook", email="ada@work.example")
    merge_requests.join(ben, at=NOW)
    merge_requests.ask(ada, second.email, at=NOW - timedelta(seconds=1))
    merge_requests.prove(ada, code_of(second.email), at=NOW)
    merge_requests.join(ada, at=NOW)
    for person in (ben, work):
        factories.application(person, cohort)
    late = factories.application(second, cohort)
    with pytest.raises(IntegrityError):
        merge_requests.settle_merges(NOW + timedelta(minutes=10))
    assert Application.objects.get(pk=late.pk).person == ada


def test_what_was_written_during_the_merge_is_erased_with_the_rest(ben, work, proven, cohort):
    merge_requests.join(ben, at=NOW)
    late = factories.application(work, cohort, situation="I lead a team of one.")
    privacy.erase_person(User.objects.get(pk=ben.pk))
    found = Application.objects.get(pk=late.pk)
    assert (found.person, found.situation) == (ben, "")


def test_what_cannot_move_is_erased_all_the_same(ben, work, proven, cohort):
    merge_requests.join(ben, at=NOW)
    factories.application(ben, cohort)
    late = factories.application(work, cohort, situation="I lead a team of one.")
    privacy.erase_person(User.objects.get(pk=ben.pk))
    found = Application.objects.get(pk=late.pk)
    assert (found.person, found.situation, found.state) == (work, "", "withdrawn")
    for person in (ben, work):
        assert User.objects.get(pk=person.pk).is_erased
    assert merge_requests.settle_merges(NOW + timedelta(minutes=10)) == 0


def test_what_else_was_asked_about_the_account_ends(ben, work, ada, proven):
    other = merge_requests.ask(ada, WORK, at=NOW)
    own = merge_requests.ask(work, ben.email, at=NOW)
    merge_requests.join(ben, at=NOW)
    assert (stored(other), stored(own)) == (State.STOPPED, State.STOPPED)


def test_erasing_stops_it_and_keeps_ids_only(ben, proven):
    from accounts import privacy

    privacy.erase_person(ben)
    row = AccountMerge.system.get()
    assert (row.state, row.code_hash, row.checked) == (State.STOPPED, "", "")
    assert merging_accounts.obstacles(row.kept, row.other)
