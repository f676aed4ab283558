import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.models import NOT_STARTED, LogEntry, Meeting
from notifications.testing import deliver_due_emails
from testkit import meetings as make

pytestmark = pytest.mark.django_db
PLAN = {
    "wall_time": "18:00",
    "minutes": "60",
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
    answer = as_user(ben).post(page("meeting-create", match), {**PLAN, "on": day(9)})
    assert answer["Location"] == page("meeting-list", match)
    emails = deliver_due_emails(reconcile=False)
    assert [(email.to[0].split(".")[0], email.subject.split(" ")[0]) for email in emails] == [
        ("ada", "Ben")
    ]
    assert "A link" not in emails[0].body


def test_an_email_about_tomorrow_does_not_wait(match, as_user, ben):
    as_user(ben).post(page("meeting-create", match), {**PLAN, "on": day(1), "is_agreed": "yes"})
    assert len(deliver_due_emails(reconcile=False)) == 1
    assert Meeting.objects.get().state == "set"


@pytest.mark.parametrize(
    "change",
    [
        {"on": ""},
        {"on": "2200-01-01"},
        {"minutes": "x"},
        {"mode": "carrier pigeon"},
        {"on": "2020-01-01"},
    ],
)
def test_invalid_entries_show_errors(change, match, as_user, ben):
    answer = as_user(ben).post(page("meeting-create", match), {**PLAN, "on": day(9), **change})
    assert list(answer.context["form"].errors) == list(change)
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
    assert str(NOT_STARTED) in html.unescape(answer.content.decode())


def test_cancelling_asks_first(match, as_user, ada):
    meeting = make.meeting(match)
    client = as_user(ada)
    client.get(page("meeting-cancel", meeting))
    assert Meeting.objects.get().state == "set"
    client.post(page("meeting-cancel", meeting))
    client.post(page("meeting-cancel", meeting))
    assert Meeting.objects.get().state == "cancelled"


def test_moving_by_a_partner_in_another_zone_keeps_the_zone_of_the_meeting(match, as_user, ada):
    meeting = make.meeting(match)
    ada.time_zone = "America/Toronto"
    ada.save()
    as_user(ada).post(page("meeting-move", meeting), {"on": day(12), "wall_time": "09:00"})
    meeting.refresh_from_db()
    assert meeting.zone == "UTC"
    assert meeting.wall_time.hour in {13, 14}


@pytest.mark.parametrize("name", ["meeting-list", "meeting-create", "meeting-record"])
@pytest.mark.parametrize("person", ["dan", "cleo"])
def test_only_the_pair_has_these_pages(name, person, match, as_user, request):
    assert as_user(request.getfixturevalue(person)).get(page(name, match)).status_code == 404


@pytest.mark.parametrize(
    "name", ["meeting-accept", "meeting-move", "meeting-cancel", "meeting-log"]
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
    with django_assert_num_queries(6):
        client.get(page("meeting-list", match))
