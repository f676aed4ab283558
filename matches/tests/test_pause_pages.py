"""The pages of a pause: preview, meetings within it, the pair page, the link, and the admin."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from matches import pauses
from matches.models import Match, Pause, PauseNote, PauseRequest
from matches.pause_days import Wish
from matches.pause_emails import LINK_PURPOSE, match_paused
from meetings.models import Meeting
from notifications.links import link
from testkit import factories, meetings

State = Match.State


@pytest.fixture
def carer(program):
    return factories.member("Karin Osei", program=program, role="carer")


@pytest.fixture
def pair(ada, ben, cohort, carer):
    now = timezone.now()
    begun = now - timedelta(days=120)
    return factories.match(
        ben,
        ada,
        cohort,
        carer=carer,
        state=State.ACTIVE,
        introduced_at=begun,
        active_at=begun,
        ends_on=timezone.localdate(now) + timedelta(days=200),
    )


def in_days(number):
    return timezone.localdate() + timedelta(days=number)


def url(pair, name=""):
    return f"/pair/{pair.public_id}/pause/{name}"


def form(days=10, **values):
    wish = {"last_day": in_days(days).isoformat(), "shows": "day", "reason": "health"}
    return {**wish, "text": "An operation", **values}


def text_of(response):
    return unescape(response.content.decode())


def test_the_preview_shows_what_the_partner_reads_and_writes_nothing(client, pair, ben):
    client.force_login(ben)
    sent = form(shows="note", line="Back in spring")
    shown = text_of(client.post(url(pair), sent))
    assert "What Ada will read" in shown
    assert "Back in spring" in shown
    card = shown.split('id="reads"')[1].split("</section>")[0]
    assert "operation" not in card
    assert "health" not in card
    assert not Pause.objects.exists()


def test_confirming_pauses_and_the_email_says_what_the_preview_said(client, pair, ben, ada):
    client.force_login(ben)
    preview = text_of(client.post(url(pair), form()))
    response = client.post(url(pair, "confirm/"), form())
    assert response["Location"] == f"/pair/{pair.public_id}/"
    email = match_paused(Pause.objects.get(), ada)
    for line in email.context["lines"]:
        assert line in preview
    assert PauseRequest.system.get().text == "An operation"


def test_a_line_is_kept_only_if_the_person_chose_to_show_it(client, pair, ben):
    client.force_login(ben)
    client.post(url(pair, "confirm/"), form(line="Not this one"))
    assert not PauseNote.system.exists()
    client.post(url(pair, "confirm/"), form(shows="note", line="See you in May"))
    assert PauseNote.system.get().text == "See you in May"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"last_day": ""}, "Enter the last day of the pause."),
        ({"last_day": "2001-01-01"}, "This day is over."),
        ({"last_day": "2199-01-01"}, "at the latest"),
        ({"last_day": "soon"}, "Enter a valid date."),
        ({"shows": "note"}, "Write a line for your partner"),
        ({"shows": ""}, "Choose what your partner may read."),
        ({"reason": "fun"}, "Select a valid choice"),
    ],
)
def test_an_error_says_what_to_put_right(client, pair, ben, values, message):
    client.force_login(ben)
    for name in ("", "confirm/"):
        assert message in text_of(client.post(url(pair, name), form(**values)))
    assert not Pause.objects.exists()


def test_meetings_within_the_pause_stay_or_are_cancelled(client, pair, ben):
    client.force_login(ben)
    inside = meetings.meeting(pair, timezone.now() + timedelta(days=5))
    after = meetings.meeting(pair, timezone.now() + timedelta(days=25))
    shown = text_of(client.post(url(pair), form()))
    assert shown.count('name="cancels_meetings"') == 2
    client.post(url(pair, "confirm/"), form())

    def states():
        return [Meeting.objects.get(pk=row.pk).state for row in (inside, after)]

    assert states() == ["set", "set"]
    client.post(url(pair, "confirm/"), form(cancels_meetings="on"))
    assert states() == ["cancelled", "set"]


def test_the_pair_page_says_it_to_both_with_the_line(client, pair, ada, ben):
    pauses.pause(pair, Wish(in_days(9), note="Back soon", text="Secret"), by=ben)
    for person in (ada, ben):
        client.force_login(person)
        shown = text_of(client.get(f"/pair/{pair.public_id}/"))
        assert "On a pause until" in shown
        assert "Back soon" in shown
        assert "Secret" not in shown


def test_only_who_asked_can_end_it_on_the_page(client, pair, ada, ben):
    pauses.pause(pair, Wish(in_days(9)), by=ben)
    client.force_login(ada)
    assert "End the pause now" not in text_of(client.get(url(pair)))
    client.post(url(pair, "end/"))
    assert Pause.objects.open().exists()
    client.force_login(ben)
    assert "End the pause now" in text_of(client.get(url(pair)))
    client.post(url(pair, "end/"))
    assert not Pause.objects.open().exists()


def test_an_ended_pair_has_no_page_for_it(client, pair, ben):
    Match.objects.filter(pk=pair.pk).update(
        state=State.CLOSED, closed_at=timezone.now(), closed_kind="choice"
    )
    client.force_login(ben)
    assert client.get(url(pair)).status_code == 302


def test_the_home_page_of_both_says_that_nothing_is_due(client, pair, ada, ben):
    pauses.pause(pair, Wish(in_days(9)), by=ben)
    for person in (ada, ben):
        client.force_login(person)
        assert "On a pause until" in text_of(client.get("/home/"))


# --- the link


@pytest.fixture
def tap(pair, ben):
    pause = pauses.pause(pair, Wish(in_days(9)), by=ben)
    until = timezone.now() + timedelta(days=9)
    made = link(LINK_PURPOSE, person=ben, subject=pause, version=0, until=until)
    return "/" + made.split("/", 3)[3]


def test_opening_the_link_changes_nothing_and_one_tap_does(client, tap):
    assert "Pause until" in text_of(client.get(tap))
    assert Pause.objects.get().changes == 0
    assert "Saved: your pause now lasts until" in text_of(client.post(tap))
    assert Pause.objects.get().last_day == in_days(23)
    assert "has been changed since" in text_of(client.post(tap))
    assert Pause.objects.get().last_day == in_days(23)


def test_the_link_shows_nothing_once_the_pause_is_over(client, pair, ben, tap):
    pauses.come_back(pair, by=ben)
    assert "nothing left to change" in text_of(client.get(tap))
    assert "not paused" in text_of(client.post(tap))


# --- the committee


def admin_url(pair, name):
    return f"/admin/matches/match/{pair.pk}/{name}"


def test_the_carer_pauses_for_one_of_the_two_and_ends_it(client, pair, carer, ben):
    client.force_login(carer)
    asked = text_of(client.get(admin_url(pair, "pause/")))
    assert "Only the pair's carer, their deputy and the chair read it." in asked
    assert "your carer" not in asked.lower()
    assert f'href="/admin/matches/match/{pair.pk}/change/">' in asked  # the way back
    sent = {"last_day": in_days(9).isoformat(), "about": "mentee", "reason": "", "text": "By phone"}
    client.post(admin_url(pair, "pause/"), sent)
    assert PauseRequest.system.get().person == ben
    shown = text_of(client.get(admin_url(pair, "change/")))
    assert "By phone" in shown
    assert "Paused from" in shown
    client.post(admin_url(pair, "pause/end/"))
    assert not Pause.objects.open().exists()
    assert "Ended early" in text_of(client.get(admin_url(pair, "change/")))


def test_the_form_of_the_committee_needs_to_know_who_asked(client, pair, carer):
    client.force_login(carer)
    shown = client.post(admin_url(pair, "pause/"), {"last_day": in_days(9).isoformat()})
    assert "Choose which of the two asked for the pause." in text_of(shown)


def test_a_matcher_reads_the_days_and_not_the_reason(client, pair, ben, program):
    pauses.pause(pair, Wish(in_days(9), reason="health", text="An operation"), by=ben)
    client.force_login(factories.member("Mia Fox", program=program, role="matcher"))
    shown = text_of(client.get(admin_url(pair, "change/")))
    assert "Paused from" in shown
    assert "operation" not in shown
    assert client.post(admin_url(pair, "pause/end/")).status_code == 404


def test_the_list_is_filtered_by_pause(client, pair, cleo, ben, cohort):
    other = factories.match(
        factories.person("Eva Lind"), factories.person("Finn Moe"), cohort, state=State.ACTIVE
    )
    pauses.pause(pair, Wish(in_days(9)), by=ben)
    client.force_login(cleo)
    names = {"yes": ("Ben Okoro", "Eva Lind"), "no": ("Eva Lind", "Ben Okoro")}
    for value, (there, missing) in names.items():
        shown = text_of(client.get(f"/admin/matches/match/?paused={value}"))
        assert there in shown
        assert missing not in shown
    assert other.state == State.ACTIVE


# --- the page on which someone takes a break


def test_a_break_can_pause_the_pairs_too(client, pair, ada):
    client.force_login(ada)
    address = reverse("applications:application-part", args=[pair.mentor.public_id])
    assert "Pause my pairs until then, too" in text_of(client.get(address))
    sent = {"capacity": 1, "break_until": in_days(9).isoformat()}
    client.post(address, sent)
    assert not Pause.objects.exists()
    shown = text_of(client.post(address, {**sent, "pauses_pairs": "on"}, follow=True))
    assert "You and Ben are on a pause until" in shown
    assert Pause.objects.get().last_day == in_days(9)


def test_a_break_that_is_longer_than_a_pause_changes_nothing(client, pair, ada):
    client.force_login(ada)
    address = reverse("applications:application-part", args=[pair.mentor.public_id])
    sent = {"capacity": 1, "break_until": in_days(200).isoformat(), "pauses_pairs": "on"}
    assert "at the latest" in text_of(client.post(address, sent, follow=True))
    assert not Pause.objects.exists()
    pair.mentor.refresh_from_db()
    assert pair.mentor.break_until is None


def test_pairs_are_paused_only_until_a_day(client, pair, ada):
    client.force_login(ada)
    address = reverse("applications:application-part", args=[pair.mentor.public_id])
    shown = text_of(client.post(address, {"capacity": 1, "pauses_pairs": "on"}))
    assert "Enter until when your pairs are paused." in shown
