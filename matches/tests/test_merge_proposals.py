"""A chair proposes to make two accounts one; both addresses say yes, and each can stop it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from matches import merge_proposals
from matches.models import AccountMerge
from notifications.models import Notification
from programs.models import Membership
from testkit import factories
from workflow.models import Transition

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DUE = NOW + timedelta(hours=72)
LATE = NOW + timedelta(days=merge_proposals.DAYS)
WORK = "ben@work.example"
WORDS = "He told me on the phone."
OVER = "This is over. The two accounts stay as they are."
State = AccountMerge.State
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def work(cohort):
    """Ben's other account, with the address of his work."""
    person = factories.person("Ben Okoro", email=WORK)
    factories.application(person, factories.cohort(program=cohort.program))
    return person


@pytest.fixture
def mine(ben, cohort):
    return factories.application(ben, cohort)


@pytest.fixture
def proposed(ben, work, cleo, mine):
    return merge_proposals.propose(ben, work, checked=WORDS, by=cleo, at=NOW)


@pytest.fixture
def agreed(proposed, ben, work):
    for person in (ben, work):
        merge_proposals.agree(proposed, person, at=NOW)
    return proposed


def emails(address):
    rows = Notification.system.order_by("pk")
    return [json.loads(row.body) for row in rows if row.address == address and row.body]


def link(address, verb, number=-1):
    return re.search(rf"/account-merge/{verb}/\S+", emails(address)[number]["text"]).group()


def stored(row):
    row.refresh_from_db(from_queryset=AccountMerge.system.all())
    return row.state


def test_both_say_yes_and_after_72_hours_the_accounts_are_one(ben, work, proposed, client):
    for address in (ben.email, WORK):
        page = client.get(link(address, "yes", 0))
        assert "Say yes only if both addresses in the e-mail are yours." in page.content.decode()
        answer = client.post(link(address, "yes", 0)).content.decode()
        assert "We have noted your yes." in answer
    assert stored(proposed) == State.PROVEN
    assert [emails(one)[-1]["subject"] for one in (ben.email, WORK)] == [
        "Your two accounts become one"
    ] * 2
    merge_proposals.follow_proposals(DUE - timedelta(seconds=1))
    assert User.objects.get(pk=work.pk).is_active
    merge_proposals.follow_proposals(DUE)
    merge_proposals.follow_proposals(DUE)
    assert (stored(proposed), proposed.checked) == (State.DONE, "")
    assert Application.objects.filter(person=ben).count() == 2
    history = Transition.system.about(proposed).order_by("pk")
    assert list(history.values_list("to_state", "by")) == [("proven", ben.pk), ("done", None)]


def test_the_moment_is_said_by_the_clock_of_each_reader(ben, work, cleo, mine):
    User.objects.filter(pk=work.pk).update(time_zone="America/Toronto")
    row = merge_proposals.propose(ben, work, checked=WORDS, by=cleo, at=NOW)
    for person in (ben, work):
        merge_proposals.agree(row, person, at=NOW)
    texts = [emails(address)[-1]["text"] for address in (ben.email, WORK)]
    for text, hour in zip(texts, ("12:00", "08:00"), strict=True):
        assert f"From 7 May 2026, {hour} on, your two accounts are one." in text


def test_no_email_and_no_page_says_the_other_address(ben, work, proposed, client):
    pages = [emails(ben.email), client.get(link(ben.email, "yes")).content.decode()]
    text = json.dumps(pages, ensure_ascii=False)
    assert WORK not in text
    assert "b…@work.example" in text


def test_nothing_happens_with_one_yes(ben, work, proposed):
    merge_proposals.agree(proposed, ben, at=NOW)
    merge_proposals.agree(proposed, ben, at=NOW)
    merge_proposals.follow_proposals(DUE)
    assert (stored(proposed), User.objects.get(pk=work.pk).is_active) == (State.ASKED, True)


def test_someone_else_cannot_say_yes(dan, proposed):
    with pytest.raises(ActionNotAllowed, match=OVER):
        merge_proposals.agree(proposed, dan, at=NOW)


def test_opening_a_link_changes_nothing_and_a_forged_one_is_refused(ben, proposed, client):
    for verb in ("yes", "stop"):
        client.get(link(ben.email, verb))
        path = reverse(f"matches:merge-{verb}", args=["forged.token"])
        assert client.post(path).status_code == 404
    assert stored(proposed) == State.ASKED
    other = link(ben.email, "yes").replace("/yes/", "/stop/")
    assert client.post(other).status_code == 404  # a link does one thing


@pytest.mark.parametrize("which", ["asked", "agreed"])
def test_either_address_stops_it(which, ben, work, proposed, client):
    if which == "agreed":
        for person in (ben, work):
            merge_proposals.agree(proposed, person, at=NOW)
    path = link(WORK, "stop")
    assert "Stop it" in client.get(path).content.decode()
    for _press in range(2):
        assert "It is stopped." in client.post(path).content.decode()
    merge_proposals.follow_proposals(DUE)
    assert (stored(proposed), User.objects.get(pk=work.pk).is_active) == (State.STOPPED, True)
    assert "This is over." in client.post(link(ben.email, "yes", 0)).content.decode()


def test_a_second_confirmed_address_can_stop_it(ben, work, proposed, client):
    EmailAddress.objects.create(user=work, email="ben@club.example", verified=True)
    for person in (ben, work):
        merge_proposals.agree(proposed, person, at=NOW)
    client.post(link("ben@club.example", "stop"))
    assert stored(proposed) == State.STOPPED


def test_a_chair_stops_it_and_no_other_member_does(cleo, program, agreed):
    reader = factories.member("Eve Reader", program=program, role="reader")
    with pytest.raises(ActionNotAllowed, match="Only a chair"):
        merge_proposals.stop(agreed, by=reader, at=NOW)
    assert stored(agreed) == State.PROVEN
    merge_proposals.stop(agreed, by=cleo, at=NOW)
    merge_proposals.stop(agreed, by=cleo, at=NOW)
    assert (stored(agreed), agreed.checked) == (State.STOPPED, "")
    for person in (agreed.kept, agreed.other):
        subjects = [one["subject"] for one in emails(person.email)]
        assert subjects.count("Your two accounts stay as they are") == 1


def test_who_was_not_told_that_it_comes_is_not_told_that_it_does_not(ben, work, cleo, proposed):
    merge_proposals.agree(proposed, ben, at=NOW)
    merge_proposals.stop(proposed, by=cleo, at=NOW)
    assert [len(emails(address)) for address in (ben.email, WORK)] == [1, 1]


def test_the_link_that_stops_it_can_be_pressed_in_an_email_in_html(ben, proposed):
    assert re.search(r'href="[^"]+/account-merge/stop/', emails(ben.email)[0]["html"])


def test_what_is_done_cannot_be_stopped(cleo, agreed):
    merge_proposals.follow_proposals(DUE)
    stored(agreed)
    with pytest.raises(ActionNotAllowed):
        merge_proposals.stop(agreed, by=cleo, at=DUE)


def test_it_ends_without_an_answer_of_both(ben, work, proposed):
    merge_proposals.agree(proposed, ben, at=NOW)
    merge_proposals.follow_proposals(LATE)
    assert stored(proposed) == State.EXPIRED
    with pytest.raises(ActionNotAllowed, match=OVER):
        merge_proposals.agree(proposed, work, at=LATE)


def test_what_stands_in_the_way_by_then_ends_it_and_nothing_moves(ben, work, agreed, cohort):
    factories.application(work, cohort)
    merge_proposals.follow_proposals(DUE)
    assert stored(agreed) == State.STOPPED
    assert Application.objects.filter(person=work).count() == 2
    why = Transition.system.about(agreed).latest("pk").why
    assert why == "something stands in the way"
    for address in (ben.email, WORK):
        assert emails(address)[-1]["subject"] == "Your two accounts stay as they are"


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_only_a_chair_proposes(role, ben, work, program, mine):
    member = factories.member("Eve Member", program=program, role=role)
    with pytest.raises(ActionNotAllowed, match="of whom you are a chair"):
        merge_proposals.propose(ben, work, checked=WORDS, by=member, at=NOW)


def test_a_chair_proposes_no_one_whom_they_do_not_see(ben, work, cleo, mine, dan):
    for kept, other in ((ben, dan), (ben, cleo), (ben, ben)):
        with pytest.raises(ActionNotAllowed, match="of whom you are a chair"):
            merge_proposals.propose(kept, other, checked=WORDS, by=cleo, at=NOW)
    with pytest.raises(ActionNotAllowed, match="Enter how you know"):
        merge_proposals.propose(ben, work, checked=" ", by=cleo, at=NOW)


def test_a_chair_of_one_program_does_not_learn_who_is_in_the_other(ben, cleo, mine, as_user):
    away = factories.program(name="Elsewhere")
    Membership.objects.create(user=cleo, program=away, role="chair", since=NOW.date())
    eve = factories.member("Eve Elsewhere", program=away)
    work = factories.person("Ben Okoro", email=WORK)
    factories.application(work, factories.cohort(program=away))
    row = merge_proposals.propose(ben, work, checked=WORDS, by=cleo, at=NOW)
    assert row.program == away
    page = reverse("admin:matches_accountmerge_changelist")
    seen = [page_of.get(page).content.decode() for page_of in (as_user(cleo), as_user(eve))]
    assert ["Ben Okoro" in text for text in seen] == [True, False]
    for person in (ben, work):
        merge_proposals.agree(row, person, at=NOW)
    merge_proposals.follow_proposals(DUE)
    assert AccountMerge.objects.for_committee(eve).get().state == State.DONE


def test_a_second_proposal_about_either_waits(ben, work, cleo, proposed):
    with pytest.raises(ActionNotAllowed, match="Another proposal about one of the two waits"):
        merge_proposals.propose(work, ben, checked=WORDS, by=cleo, at=NOW)


def test_a_chair_reads_only_what_stands_in_the_way_in_their_program(ben, work, cleo, mine, cohort):
    away = factories.cohort(program=factories.program(name="Elsewhere"))
    for person in (ben, work):
        factories.application(person, away)
    with pytest.raises(ActionNotAllowed, match="only the person can read") as refused:
        merge_proposals.propose(ben, work, checked=WORDS, by=cleo, at=NOW)
    assert away.name not in str(refused.value)
    factories.application(work, cohort)
    with pytest.raises(ActionNotAllowed, match=f"in the same role in {cohort.name}"):
        merge_proposals.propose(ben, work, checked=WORDS, by=cleo, at=NOW)


def test_names_that_are_alike_are_shown_to_who_may_read_both(ben, work, ada, cleo, mine, program):
    assert {row.pk for row in merge_proposals.of_the_same_name(cleo)} == {ben.pk, work.pk}
    reader = factories.member("Eve Reader", program=program, role="reader")
    assert merge_proposals.of_the_same_name(reader) == []


def test_the_pages_of_the_chair_lead_through_it(ben, work, cleo, mine, as_user):
    add = reverse("admin:matches_accountmerge_add")
    client = as_user(cleo)
    assert f"Ben Okoro &lt;{WORK}&gt;" in client.get(add).content.decode()
    client.post(add, {"kept": ben.pk, "other": work.pk, "checked": WORDS})
    row = AccountMerge.system.get()
    page = reverse("admin:matches_accountmerge_change", args=[row.pk])
    assert "Two accounts of Ben Okoro" in client.get(page).content.decode()
    client.post(reverse("admin:matches_accountmerge_stop", args=[row.pk]))
    assert stored(row) == State.STOPPED
