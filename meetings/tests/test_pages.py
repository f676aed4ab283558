import html
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from matches import endings
from meetings import recording, scheduling
from meetings.models import LogEntry, Meeting
from meetings.presenters import PAST_SHOWN
from notifications.testing import deliver_due_emails
from testkit import meetings as make

pytestmark = pytest.mark.django_db
PLAN = {
    "wall_time": "18:00",
    "minutes_planned": "60",
    "mode": "video",
    "is_agreed": "no",
    "place": "A link",
    "points": "",
}


def day(offset):
    return (timezone.now() + timedelta(days=offset)).date().isoformat()


def page(name, row):
    return reverse(f"meetings:{name}", args=[row.public_id])


def test_planning_asks_the_partner_by_email(match, as_user, ben):
    answer = as_user(ben).post(
        page("meeting-create", match), {**PLAN, "on": day(9), "points": "Pay"}
    )
    assert answer["Location"] == page("meeting-list", match)
    emails = deliver_due_emails(reconcile=False)
    assert [(email.to[0].split(".")[0], email.subject.split(" ")[0]) for email in emails] == [
        ("ada", "Ben")
    ]
    assert "Where: A link" in emails[0].body
    assert "Pay" not in emails[0].body


def test_an_email_about_tomorrow_does_not_wait(match, as_user, ben):
    as_user(ben).post(page("meeting-create", match), {**PLAN, "on": day(1), "is_agreed": "yes"})
    assert len(deliver_due_emails(reconcile=False)) == 2
    assert Meeting.objects.get().state == "set"


@pytest.mark.parametrize(
    "change",
    [
        {"on": ""},
        {"on": "2200-01-01"},
        {"minutes_planned": "x"},
        {"minutes_planned": "481"},
        {"mode": "carrier pigeon"},
        {"on": "2020-01-01"},
        {"on_2": "2020-01-01", "wall_time_2": "18:00"},
        {"wall_time_3": "18:00"},
        {"is_agreed": "perhaps"},
    ],
)
def test_invalid_entries_show_errors(change, match, as_user, ben):
    answer = as_user(ben).post(page("meeting-create", match), {**PLAN, "on": day(9), **change})
    wrong = {"wall_time_3": "on_3", "wall_time_2": "on_2"}
    assert set(answer.context["form"].errors) == {wrong.get(name, name) for name in change}
    assert Meeting.objects.count() == 0


def test_an_empty_form_shows_errors(match, as_user, ben):
    assert as_user(ben).post(page("meeting-create", match), {}).context["form"].errors
    assert as_user(ben).post(page("meeting-record", match), {}).context["form"].errors


def test_recording_a_meeting_with_its_log(match, as_user, ben, ada):
    meeting = make.meeting(match, timezone.now() - timedelta(hours=3))
    data = {"outcome": "held", "minutes": "50", "learned": "To ask", "next_step": "Write to Kim"}
    as_user(ben).post(page("meeting-log", meeting), data)
    as_user(ben).post(page("meeting-log", meeting), data)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.minutes) == ("held", 50)
    assert LogEntry.objects.visible_to(ada).get().next_step == "Write to Kim"
    assert "Write to Kim" in as_user(ada).get(page("meeting-list", match)).content.decode()


def test_recording_too_early_shows_why_not(match, as_user, ben):
    meeting = make.meeting(match)
    answer = as_user(ben).post(page("meeting-log", meeting), {"outcome": "held"}, follow=True)
    assert "This meeting hasn't started yet." in html.unescape(answer.content.decode())


def test_cancelling_asks_first(match, as_user, ada):
    meeting = make.meeting(match)
    client = as_user(ada)
    client.get(page("meeting-cancel", meeting))
    assert Meeting.objects.get().state == "set"
    client.post(page("meeting-cancel", meeting))
    client.post(page("meeting-cancel", meeting))
    assert Meeting.objects.get().state == "cancelled"


def test_moving_asks_the_partner_and_says_what_holds_until_then(match, as_user, ada, ben):
    meeting = make.meeting(match)
    date = meeting.starts_at
    ada.time_zone = "America/Toronto"
    ada.save()
    client = as_user(ada)
    data = {"on": day(12), "wall_time": "09:00", "on_2": day(13), "wall_time_2": "09:00"}
    data |= {"is_agreed": "no", "expected_sequence": "0"}
    answer = client.post(page("meeting-move", meeting), data, follow=True).content.decode()
    meeting.refresh_from_db()
    assert (meeting.state, meeting.awaiting, meeting.starts_at) == ("set", ben, date)
    assert "Until then you are meeting on" in answer
    assert "You asked to move it. Until Ben accepts, you are meeting on" in answer
    theirs = as_user(ben).get(page("meeting-list", match)).content.decode()
    assert "Ada would like to move it. Until you accept, you are meeting on" in theirs
    assert "09:00 for Ada" in theirs


def test_the_reply_page_accepts_one_of_the_times(match, as_user, ada, ben):
    times = [make.when(ben, days) for days in (7, 8, 9)]
    meeting = make.meeting(match, is_agreed=False, times=times)
    client = as_user(ada)
    shown = client.get(page("meeting-reply", meeting))
    choices = [value for value, _label in shown.context["form"].fields["starts_at"].choices]
    assert len(choices) == 3
    for wrong in ({}, {"starts_at": "x"}):
        answer = client.post(page("meeting-reply", meeting), {"expected_sequence": 0, **wrong})
        assert "starts_at" in answer.context["form"].errors
    chosen = {"expected_sequence": 0, "starts_at": choices[1]}
    answer = client.post(page("meeting-reply", meeting), chosen, follow=True).content.decode()
    meeting.refresh_from_db()
    assert (meeting.state, meeting.starts_at) == ("set", times[1].starts_at)
    assert "The meeting is confirmed for" in answer


def test_an_answer_to_replaced_times_shows_the_new_ones(match, as_user, ada, ben):
    meeting = make.meeting(match, is_agreed=False)
    old = {"expected_sequence": 0, "starts_at": meeting.starts_at.isoformat()}
    scheduling.suggest_times(meeting, [make.when(ben, 20), make.when(ben, 7)], by=ben)
    answer = as_user(ada).post(page("meeting-reply", meeting), old)
    assert "has just been changed" in answer.content.decode()
    assert answer.context["form"]["expected_sequence"].value() == 1


def test_whose_turn_it_is_not_is_told_so(match, as_user, ben):
    meeting = make.meeting(match, is_agreed=False)
    answer = as_user(ben).get(page("meeting-reply", meeting), follow=True)
    assert "not waiting for your answer" in answer.content.decode()


def test_keeping_the_date_says_which(match, as_user, ada, ben):
    meeting = make.meeting(match)
    scheduling.suggest_times(meeting, [make.when(ada, 9)], by=ada)
    client = as_user(ben)
    for _twice in range(2):
        answer = client.post(page("meeting-keep", meeting), {"expected_sequence": "1"}, follow=True)
        assert "The meeting stays on" in answer.content.decode()
    assert client.get(page("meeting-keep", meeting)).status_code == 303


def test_a_skipped_hour_is_said_with_both_clocks(match, as_user, ada, ben):
    ben.time_zone, ada.time_zone = "America/Toronto", "Europe/Paris"
    ben.save()
    ada.save()
    year = timezone.now().year + 1
    march = date(year, 3, 8)
    sunday = march + timedelta(days=(6 - march.weekday()) % 7)
    data = {**PLAN, "on": sunday.isoformat(), "wall_time": "02:30"}
    answer = as_user(ben).post(page("meeting-create", match), data, follow=True)
    text = answer.content.decode()
    assert "go forward and skip 02:30" in text
    assert "03:30 (08:30 for Ada)" in text


def test_a_second_meeting_at_the_same_time_keeps_what_was_typed(match, as_user, ben):
    make.meeting(match, place="Café Nord")
    when = make.when(ben)
    data = {**PLAN, "on": when.on.isoformat(), "wall_time": when.wall_time.strftime("%H:%M")}
    answer = as_user(ben).post(page("meeting-create", match), {**data, "points": "My own plan"})
    text = answer.content.decode()
    assert "already have a meeting" in text
    assert "My own plan" in text
    assert Meeting.objects.count() == 1


def test_what_is_recorded_is_said_and_can_be_corrected(match, as_user, ben):
    meeting = make.meeting(match, timezone.now() - timedelta(hours=3))
    client = as_user(ben)
    first = {"outcome": "held", "minutes": "240", "expected_sequence": "0"}
    answer = client.post(page("meeting-log", meeting), first, follow=True)
    assert "Saved: you met for 240 minutes." in answer.content.decode()
    second = {"outcome": "missed", "minutes": "240", "expected_sequence": "1"}
    text = client.post(page("meeting-log", meeting), second, follow=True).content.decode()
    assert "Saved: the meeting was missed." in text
    assert "from “Held, 240 minutes” to “Missed, 240 minutes”" in text


@pytest.mark.parametrize("minutes", ["4", "481", "x"])
def test_a_length_out_of_range_is_refused_on_the_page(minutes, match, as_user, ben):
    meeting = make.meeting(match, timezone.now() - timedelta(hours=3))
    data = {"outcome": "held", "minutes": minutes}
    answer = as_user(ben).post(page("meeting-log", meeting), data)
    assert "minutes" in answer.context["form"].errors
    assert Meeting.objects.get().state == "set"


def test_moved_leads_to_the_new_date(match, as_user, ben):
    meeting = make.meeting(match, timezone.now() - timedelta(hours=3))
    answer = as_user(ben).post(page("meeting-log", meeting), {"outcome": "moved"})
    assert answer["Location"] == page("meeting-move", meeting)


def test_a_lapsed_proposal_asks_and_is_not_to_come(match, as_user, ben, ada):
    start = timezone.now() - timedelta(hours=3)
    make.meeting(match, start, is_agreed=False)
    for person in (ben, ada):
        answer = as_user(person).get(page("meeting-list", match))
        assert [len(answer.context[name]) for name in ("to_record", "upcoming", "past")] == [
            1,
            0,
            0,
        ]
        assert "No one answered before the time passed" in answer.content.decode()


def test_an_empty_list_says_how_to_begin(match, as_user, ben):
    text = as_user(ben).get(page("meeting-list", match)).content.decode()
    assert "No meeting is planned." in text
    assert "Suggest up to three times" in text


@pytest.mark.parametrize("name", ["meeting-list", "meeting-create", "meeting-record"])
@pytest.mark.parametrize("person", ["dan", "cleo"])
def test_only_the_pair_has_these_pages(name, person, match, as_user, request):
    assert as_user(request.getfixturevalue(person)).get(page(name, match)).status_code == 404


@pytest.mark.parametrize(
    "name", ["meeting-reply", "meeting-keep", "meeting-move", "meeting-cancel", "meeting-log"]
)
def test_a_stranger_changes_nothing(name, match, as_user, dan):
    meeting = make.meeting(match)
    assert as_user(dan).post(page(name, meeting), {"outcome": "held"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    count, match, as_user, ben, django_assert_num_queries
):
    for n in range(count):
        make.held(match, timezone.now() - timedelta(days=n + 1))
    client = as_user(ben)
    client.get(page("meeting-list", match))
    with django_assert_num_queries(11):
        client.get(page("meeting-list", match))


def test_the_list_shows_the_latest_of_the_past_and_all_on_request(match, as_user, ben):
    for n in range(PAST_SHOWN + 2):
        make.held(match, timezone.now() - timedelta(days=n + 1))
    client = as_user(ben)
    short = client.get(page("meeting-list", match))
    assert len(short.context["past"]) == PAST_SHOWN
    assert "Show 2 earlier meetings" in short.content.decode()
    full = client.get(page("meeting-list", match), {"past": "all"})
    assert len(full.context["past"]) == PAST_SHOWN + 2
    assert "earlier meeting" not in full.content.decode()


def test_next_steps_of_meetings_that_are_not_shown_stay_on_the_list(match, as_user, ben):
    for n in range(PAST_SHOWN + 1):
        planned = make.meeting(match, timezone.now() - timedelta(days=n + 1))
        step = f"Step of day {n + 1}"
        recording.record(planned, by=ben, at=timezone.now(), next_step=step)
    assert f"Step of day {PAST_SHOWN + 1}" in as_user(ben).get(page("meeting-list", match)).text


@pytest.mark.parametrize("name", ["meeting-create", "meeting-record"])
def test_a_time_zone_is_named_as_in_the_list_to_choose_from(match, as_user, ben, name):
    ben.time_zone = "America/Toronto"
    ben.save()
    text = as_user(ben).get(page(name, match)).content.decode()
    assert "Toronto" in text
    assert "America/Toronto" not in text


def test_the_e_mail_names_the_time_zone_in_the_same_way(match, ada, ben):
    ada.time_zone = "America/Toronto"
    ada.save()
    make.meeting(match, is_agreed=False)
    (mail,) = deliver_due_emails(reconcile=False)
    assert "Times are in your time zone, Toronto." in " ".join(mail.body.split())
    assert "America/Toronto" not in mail.body + mail.alternatives[0].content


def test_what_was_moved_meanwhile_is_not_cancelled(match, as_user, ada, ben):
    meeting = make.meeting(match)
    shown = as_user(ben).get(page("meeting-cancel", meeting)).content.decode()
    assert f'name="expected_sequence" value="{meeting.sequence}"' in shown
    seen = {"expected_sequence": meeting.sequence}
    scheduling.suggest_times(meeting, [make.when(ada, 9)], by=ada, is_agreed=True)
    as_user(ben).post(page("meeting-cancel", meeting), seen)
    meeting.refresh_from_db()
    assert meeting.state == "set"


def test_no_form_for_what_cannot_be_saved(match, as_user, ben):
    """By an old link, of a meeting that is done or of a pair that has ended."""
    ahead = make.meeting(match)
    done = make.held(match)
    client, to = as_user(ben), page("meeting-list", match)
    assert client.get(page("meeting-log", ahead))["Location"] == to
    assert client.get(page("meeting-move", done))["Location"] == to
    scheduling.cancel(ahead, by=ben)
    for name in ("meeting-log", "meeting-move"):
        assert client.get(page(name, ahead))["Location"] == to
    endings.end(match, by=ben, kind="choice")
    pages = [
        page("meeting-create", match),
        page("meeting-record", match),
        page("meeting-log", done),
    ]
    for address in pages:
        answer = client.get(address, follow=True)
        assert answer.redirect_chain[0][0] == to
        assert "so its meetings can't be changed" in html.unescape(answer.content.decode())
