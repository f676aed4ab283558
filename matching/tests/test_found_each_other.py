"""Two people who found each other: one asks, the other confirms, the committee decides."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications.completeness import missing, parts
from applications.models import Application
from applications.outlook import Outlook, outlook_of
from applications.submission import withdraw
from matches.models import Match
from matching.models import KeepApart, PairInvitation, PairRequest
from matching.pool.pool_data import build_pool
from matching.rounds import found_each_other, pair_requests
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Cohort
from testkit import factories

from .found import DAY, NOW, ask, complete, confirmed, fresh, link_in

State = PairRequest.State


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def plain(page, request):
    """Return a page without what differs for each request and visit."""
    return re.sub(r'value="\w{64}"', "", page.replace(request.public_id, ""))


def test_one_asks_the_other_confirms_the_committee_accepts(open_cohort, vera, otto, cleo, client):
    request = ask(open_cohort, vera)
    assert (request.state, request.mentee.is_for_pair, request.mentor) == (State.ASKED, True, None)
    (letter,) = deliver_due_emails(NOW)
    assert letter.to == ["otto@example.org"]
    assert "Vera Blum would like to have you as their mentor" in letter.body
    page = client.get(link_in(letter)).content.decode()
    assert "Vera" not in page  # a link shows nothing that is confidential
    answer = client.post(link_in(letter), {"answer": "yes"})
    assert answer["Location"] == reverse("matching:pair-request", args=[request.public_id])
    client.force_login(otto)
    assert (
        "Vera Blum would like to be a pair with you"
        in client.get(answer["Location"]).content.decode()
    )
    tasks = client.post(answer["Location"])["Location"]
    request = fresh(request)
    assert (request.state, request.mentor.person) == (State.CONFIRMED, otto)
    assert tasks == reverse("applications:application-tasks", args=[request.mentor.public_id])
    assert {one.address for one in PairInvitation.system.all()} == {""}
    for application in request.both:
        complete(application)
    pair_requests.accept(fresh(request), by=cleo)
    assert fresh(request).state == State.APPROVED
    letters = deliver_due_emails(timezone.now())
    assert {one.to[0] for one in letters} == {vera.email, otto.email}
    (to_mentor,) = [one for one in letters if one.to == [otto.email]]
    assert "a short orientation" in to_mentor.body
    assert found_each_other.follow_requests(timezone.now()) == 0
    Application.objects.filter(person=otto).update(orientation_passed_at=timezone.now())
    assert found_each_other.follow_requests(timezone.now()) == 1
    assert found_each_other.follow_requests(timezone.now()) == 0
    match = Match.objects.get()
    assert (match.origin, match.people) == (Match.Origin.SELF, (vera, otto))
    sent = Notification.system.filter(kind="match-introduced")
    assert sent.count() == 2
    client.force_login(vera)
    hello = client.get(reverse("matches:match-hello", args=[match.public_id])).content.decode()
    assert "You found each other, and the committee agreed." in hello


def test_asking_is_off_by_default(cohort, vera, client):
    with pytest.raises(ActionNotAllowed, match="only the committee forms pairs"):
        ask(cohort, vera)
    client.force_login(vera)
    page = reverse("matching:pair-request-create", args=[cohort.program.slug])
    assert client.get(page).status_code == 404
    assert page not in client.get(f"/programs/{cohort.program.slug}/").content.decode()


def test_known_and_unknown_addresses_get_the_same_answer_and_work(open_cohort, vera, otto, client):
    page = reverse("matching:pair-request-create", args=[open_cohort.program.slug])
    client.force_login(vera)
    typed = {
        "cohort": open_cohort.slug,
        "role": "mentor",
        "reason": "We know each other",
        "is_no_line": "on",
        "language": "en",
    }
    answers, work = [], []
    first = client.post(page, {**typed, "email": "first@example.org"})
    client.get(first["Location"])  # there is a short application now, and nothing is left to show
    for address in (otto.email, "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(page, {**typed, "email": address})
        shown = client.get(answer["Location"]).content.decode()
        made = PairRequest.system.latest("pk")
        answers.append((answer.status_code, plain(shown, made)))
        work.append(len(queries))
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    letters = deliver_due_emails(NOW)
    assert {one.to[0] for one in letters} > {otto.email, "nobody@example.org"}


def test_asking_twice_is_one_request_and_one_letter(open_cohort, vera):
    assert ask(open_cohort, vera) == ask(open_cohort, vera, "Otto@Example.org ")
    assert len(deliver_due_emails(NOW)) == 1


def test_a_mentee_asks_one_person_at_a_time_and_not_themselves(open_cohort, vera):
    ask(open_cohort, vera)
    with pytest.raises(ActionNotAllowed, match="already asked for a pair"):
        ask(open_cohort, vera, "someone@example.org")
    with pytest.raises(ActionNotAllowed, match="your own address"):
        ask(open_cohort, vera, "VERA@example.org")


def test_who_asks_too_often_waits(open_cohort, vera):
    for number in range(found_each_other.LIMIT):
        ask(open_cohort, vera, f"p{number}@example.org", role="mentor")
    with pytest.raises(ActionNotAllowed, match="You have asked 5 people within 30 days"):
        ask(open_cohort, vera, "one.more@example.org", role="mentor")


def test_only_the_owner_of_the_address_sees_and_confirms(open_cohort, vera, otto, client):
    request = ask(open_cohort, vera)
    stranger = factories.person("Ines Prat")
    page = reverse("matching:pair-request", args=[request.public_id])
    client.force_login(stranger)
    assert (client.get(page).status_code, client.post(page).status_code) == (404, 404)
    for person in (stranger, vera):
        with pytest.raises(ActionNotAllowed):
            found_each_other.confirm(fresh(request), by=person)
    found_each_other.confirm(fresh(request), by=otto)
    assert found_each_other.confirm(fresh(request), by=otto).person == otto  # twice
    assert Application.objects.filter(person=otto).count() == 1


def test_an_unproven_address_confirms_nothing(open_cohort, vera):
    from allauth.account.models import EmailAddress

    request = ask(open_cohort, vera, "claimed@example.org")
    claimer = factories.person("Ines Prat")
    EmailAddress.objects.create(user=claimer, email="claimed@example.org", verified=False)
    with pytest.raises(ActionNotAllowed):
        found_each_other.confirm(fresh(request), by=claimer)
    assert not PairRequest.objects.of(claimer).exists()


def test_the_committee_sees_it_once_both_want_it(open_cohort, vera, otto, cleo):
    request = ask(open_cohort, vera)
    assert not PairRequest.objects.visible_to(cleo).exists()
    found_each_other.confirm(request, by=otto)
    assert PairRequest.objects.visible_to(cleo).count() == 1
    with pytest.raises(ActionNotAllowed, match="has not sent their application yet"):
        pair_requests.accept(fresh(request), by=cleo)


def test_no_and_no_answer_look_the_same(open_cohort, vera, client):
    pages = []
    for address, answer in (("a@example.org", "no"), ("b@example.org", "")):
        request = ask(open_cohort, vera, address)
        if answer:
            (letter,) = deliver_due_emails(timezone.now())
            client.logout()
            for _twice in range(2):
                page = client.post(link_in(letter), {"answer": "no"}).content.decode()
                assert "Thank you for telling us" in page
        else:
            assert found_each_other.follow_requests(NOW + 21 * DAY) == 1
        assert fresh(request).state == State.LAPSED
        assert fresh(request).mentee.state == Application.State.WITHDRAWN
        client.force_login(vera)
        page = client.get(reverse("matching:pair-request", args=[request.public_id]))
        pages.append(plain(page.content.decode(), request))
    assert pages[0] == pages[1]
    assert "This request has ended without an answer." in pages[0]
    assert {one.address for one in PairInvitation.system.all()} == {""}


def test_one_reminder_and_none_after_the_answer(open_cohort, vera, otto, time_machine):
    request = ask(open_cohort, vera)
    deliver_due_emails(NOW)
    reminded = {}
    for days in (6, 7, 8, 14):
        time_machine.move_to(NOW + days * DAY, tick=False)
        found_each_other.follow_requests(timezone.now())
        letters = deliver_due_emails(timezone.now())
        reminded[days] = [one.body for one in letters if one.to == ["otto@example.org"]]
    assert [days for days, letters in reminded.items() if letters] == [7]
    assert "This is the only reminder" in reminded[7][0]
    found_each_other.confirm(fresh(request), by=otto)
    assert not Notification.system.filter(kind="pair-invitation").exists()


def test_either_takes_it_back_and_nobody_else(open_cohort, vera, otto, client):
    for person in (vera, otto):
        request = confirmed(open_cohort, vera, otto)
        with pytest.raises(ActionNotAllowed):
            found_each_other.take_back(request, by=factories.person())
        client.force_login(person)
        page = reverse("matching:pair-request-take-back", args=[request.public_id])
        assert "Take your request back?" in client.get(page).content.decode()
        assert client.post(page).status_code == 302
        assert fresh(request).state == State.WITHDRAWN
        assert not Application.objects.open().filter(is_for_pair=True).exists()
        with pytest.raises(ActionNotAllowed):
            found_each_other.take_back(fresh(request), by=person)


def test_withdrawing_one_application_ends_the_request_and_the_other_short_form(
    open_cohort, vera, otto
):
    request = confirmed(open_cohort, vera, otto)
    withdraw(request.mentor, by=otto)
    assert fresh(request).state == State.WITHDRAWN
    assert not Application.objects.open().filter(is_for_pair=True).exists()


def test_turned_down_with_other_words_than_the_reason(open_cohort, vera, otto, cleo):
    request = confirmed(open_cohort, vera, otto)
    for application in request.both:
        complete(application)
    deliver_due_emails(NOW)
    pair_requests.turn_down(
        fresh(request), by=cleo, reason="His manager until May.", words="Please ask us next year."
    )
    letters = deliver_due_emails(timezone.now())
    assert {one.to[0] for one in letters} == {vera.email, otto.email}
    for letter in letters:
        assert "Please ask us next year." in letter.body
        assert "manager" not in letter.body
        assert "whenever applications are open. Your profile is kept." in letter.body
    assert not Application.objects.open().filter(is_for_pair=True).exists()


def test_who_has_an_ordinary_application_is_not_told_to_apply(open_cohort, vera, otto, cleo):
    factories.application(vera, open_cohort, state=Application.State.SUBMITTED)
    request = confirmed(open_cohort, vera, otto)
    complete(request.mentor)
    deliver_due_emails(NOW)
    pair_requests.turn_down(fresh(request), by=cleo, reason="Too close.", words="")
    letters = {one.to[0]: one for one in deliver_due_emails(timezone.now())}
    told = {to: "You can apply to" in letter.body for to, letter in letters.items()}
    assert told == {vera.email: False, otto.email: True}


def test_the_hard_rules_hold_for_what_two_people_want(open_cohort, vera, otto, cleo):
    request = confirmed(open_cohort, vera, otto)
    for application in request.both:
        complete(application, orientation_passed_at=timezone.now())
    KeepApart.objects.create(
        program=open_cohort.program, first=vera, second=otto, kind="reporting_line",
        reason="r", by=cleo,
    )  # fmt: skip
    with pytest.raises(ActionNotAllowed, match="one of them manages or appraises the other"):
        pair_requests.accept(fresh(request), by=cleo)
    assert not Match.objects.exists()


def test_an_ordinary_application_is_used_and_decided_first(open_cohort, vera, otto, cleo):
    ordinary = factories.application(vera, open_cohort, state=Application.State.SUBMITTED)
    request = confirmed(open_cohort, vera, otto)
    assert request.mentee == ordinary
    complete(request.mentor, orientation_passed_at=timezone.now())
    with pytest.raises(ActionNotAllowed, match="decide first about the application of Vera Blum"):
        pair_requests.accept(fresh(request), by=cleo)
    Application.objects.filter(pk=ordinary.pk).update(state=Application.State.ACCEPTED)
    assert pair_requests.accept(fresh(request), by=cleo).mentee == ordinary


def test_the_short_form_asks_nothing_that_only_matching_needs(open_cohort, vera):
    application = ask(open_cohort, vera).mentee
    codes = [page.code.partition("-")[0] for part in parts(application) for page in part.pages]
    assert list(dict.fromkeys(codes)) == ["suitability", "about", "work", "private", "commitment"]
    assert len(missing(application)) > 1


def test_short_applications_are_in_no_round_and_can_be_sent_at_any_time(
    open_cohort, vera, otto, cleo
):
    request = confirmed(open_cohort, vera, otto)
    for application in request.both:
        complete(application, state="accepted", orientation_passed_at=timezone.now())
    PairRequest.system.filter(pk=request.pk).update(state="withdrawn", closed_at=NOW)
    pool = build_pool(open_cohort, timezone.now())
    assert pool.columns["mentees"] == pool.columns["mentors"] == []
    Cohort.objects.update(closes_on=NOW.date() - 30 * DAY)
    draft = Application(cohort=Cohort.objects.get(), is_for_pair=True)
    assert draft.is_in_time(NOW.date())
    assert outlook_of(Application.objects.get(person=vera), NOW.date()) == Outlook.FOR_PAIR
    Cohort.objects.update(ends_on=NOW.date() - DAY)
    assert not Application(cohort=Cohort.objects.get(), is_for_pair=True).is_in_time(NOW.date())


def test_erasing_whom_someone_asked_leaves_no_address(open_cohort, vera, otto):
    request = ask(open_cohort, vera)
    found_each_other.forget_person(otto)
    assert fresh(request).state == State.LAPSED
    assert not PairInvitation.system.exists()
    assert not Notification.system.filter(kind="pair-invitation").exists()


def test_the_export_has_what_one_has_asked(open_cohort, vera, otto):
    ask(open_cohort, vera)
    (row,) = found_each_other.export(vera)
    assert (row["state"], row["reason"]) == ("asked", "Old colleagues")
    assert found_each_other.export(otto) == []
