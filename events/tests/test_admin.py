"""The committee's pages of events."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events import sign_ups
from events.models import Event, SignUp
from notifications.models import Notification
from programs.models import Conflict
from testkit import events, factories

pytestmark = pytest.mark.django_db


def url(name, event=None):
    return reverse(f"admin:events_event_{name}", args=[event.pk] if event else [])


def words(program, cleo, **changes):
    return {
        "program": program.pk,
        "kind": "circle",
        "title_en": "Mentors' circle",
        "title_fr": "Cercle",
        "description_en": "Talk shop.",
        "on": (timezone.localdate() + timedelta(days=9)).isoformat(),
        "wall_time": "18:00",
        "until": "19:30",
        "place": "Library",
        "audience": "accepted",
        "role": "mentor",
        "organiser": cleo.pk,
        **changes,
    }


def test_a_chair_adds_a_draft(as_user, program, cleo):
    page = as_user(cleo).post(url("add"), words(program, cleo), follow=True)
    event = Event.objects.get()
    assert (event.state, event.minutes, event.titles["fr"]) == ("draft", 90, "Cercle")
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": "17:00"}, "Enter a time after the beginning."),
        ({"place": ""}, "Enter a place, a link to join, or both."),
        ({"title_en": " "}, "Enter a title in the language of the program."),
        ({"places": "0"}, "greater than or equal to 1"),
        ({"credit_minutes": "91"}, "The event lasts 90 minutes."),
        ({"on": "yesterday"}, "Enter a valid date."),
        ({"link": "javascript:alert(1)"}, "Enter a valid URL."),
    ],
)
def test_nonsense_is_refused_with_words(as_user, program, cleo, changes, said):
    page = as_user(cleo).post(url("add"), words(program, cleo, **changes))
    assert said in page.content.decode()
    assert not Event.objects.exists()


def test_cohorts_and_organisers_of_other_programs_are_refused(as_user, program, cleo, dan):
    other = factories.cohort()
    for changes in ({"cohorts": [other.pk]}, {"organiser": dan.pk}):
        page = as_user(cleo).post(url("add"), words(program, cleo, **changes))
        assert "Select a valid choice" in page.content.decode()
    assert not Event.objects.exists()


def test_a_chair_changes_a_published_event(as_user, event, program, cleo, ben):
    sign_ups.sign_up(event, by=ben)
    data = {**words(program, cleo, place="Hall"), "role": "", "places": "1"}
    as_user(cleo).post(url("change", event), data)
    event.refresh_from_db()
    assert (event.place, event.sequence, event.state) == ("Hall", 1, "published")
    assert Notification.system.filter(kind="event-changed", recipient=ben).exists()


@pytest.mark.parametrize(
    ("changes", "field"), [({"role": "mentor"}, "role"), ({"role": "", "cohorts": True}, "cohorts")]
)
def test_the_form_says_who_would_lose_a_place(as_user, event, program, cleo, ben, changes, field):
    sign_ups.sign_up(event, by=ben)
    if "cohorts" in changes:
        changes["cohorts"] = [factories.cohort(program=program).pk]
    page = as_user(cleo).post(url("change", event), {**words(program, cleo), **changes})
    assert "would lose their place" in str(page.context["adminform"].form.errors[field])
    event.refresh_from_db()
    assert (event.role, event.cohorts.count(), event.place) == ("", 0, "Room 4")
    assert SignUp.objects.get(person=ben).is_going


def test_readers_read(as_user, event, program):
    reader = factories.member(program=program, role="reader")
    page = as_user(reader).get(url("change", event)).content.decode()
    assert "Kick-off evening" in page
    assert "Cancel the event" not in page
    assert as_user(reader).get(url("publish", event)).status_code == 404


def test_the_publish_page_names_how_many_and_publishes(as_user, program, cleo, pair):
    draft = events.draft(program, by=cleo)
    page = as_user(cleo).get(url("publish", draft)).content.decode()
    assert "is for 2 people now" in page
    assert not Notification.system.filter(kind="event-invitation").exists()
    as_user(cleo).post(url("publish", draft))
    draft.refresh_from_db()
    assert draft.state == "published"


def test_the_publish_page_says_what_is_missing(as_user, program, cleo):
    draft = events.draft(program, by=cleo, days=-1)
    page = as_user(cleo).get(url("publish", draft)).content.decode()
    assert "The time to sign up is over" in page
    assert "<button" not in page.split("errorlist")[1].split("footer")[0]


def test_cancelling_asks_for_a_reason(as_user, event, cleo, ben):
    sign_ups.sign_up(event, by=ben)
    assert "1 person has signed up" in as_user(cleo).get(url("cancel", event)).content.decode()
    page = as_user(cleo).post(url("cancel", event), {"reason": " "})
    assert "Enter a reason" in page.content.decode()
    as_user(cleo).post(url("cancel", event), {"reason": "The room is closed"})
    event.refresh_from_db()
    assert (event.state, event.cancel_reason) == ("cancelled", "The room is closed")


def test_the_form_says_by_whose_clock_sign_up_closes(as_user, event, cleo):
    type(cleo).objects.filter(pk=cleo.pk).update(time_zone="Asia/Tokyo")
    page = as_user(cleo).get(url("change", event)).content.decode()
    assert "By your own clock (Tokyo)" in page
    assert "by the clock of the program" in page


def test_a_copy_opens_as_a_draft(as_user, event, cleo):
    response = as_user(cleo).post(url("copy", event))
    made = Event.objects.exclude(pk=event.pk).get()
    assert response["Location"] == url("change", made)


def test_attendance_on_one_page(as_user, event, cleo, ben, ada):
    row = sign_ups.sign_up(event, by=ben)
    page = as_user(cleo).get(url("attendance", event)).content.decode()
    assert ben.email in page
    assert 'type="checkbox"' not in page
    events.move_to(event, -1)
    page = as_user(cleo).get(url("attendance", event)).content.decode()
    assert page.count('type="checkbox"') == 2
    as_user(cleo).post(url("attendance", event), {"attended": [row.pk], "others": [ada.pk]})
    assert SignUp.objects.filter(has_attended=True).count() == 2
    bad = as_user(cleo).post(url("attendance", event), {"attended": ["x", "99999"]})
    assert "Select a valid choice" in bad.content.decode()


def test_recusal_hides_people_on_the_page_and_in_the_file(as_user, event, cleo, ben):
    sign_ups.sign_up(event, by=ben)
    Conflict.objects.create(member=cleo, person=ben)
    client = as_user(cleo)
    page = client.get(url("attendance", event)).content.decode()
    assert ben.email not in page
    assert "1 person with a place is hidden from you" in page
    export = client.post(url("export", event), {"format": "csv"})
    assert ben.email.encode() not in b"".join(export.streaming_content)


def test_the_export_has_who_comes(as_user, event, cleo, ben):
    sign_ups.sign_up(event, by=ben)
    export = as_user(cleo).post(url("export", event), {"format": "csv"})
    text = b"".join(export.streaming_content).decode("utf-8-sig")
    assert ben.email in text
    assert "Has a place" in text


@pytest.mark.parametrize("name", ["changelist", "attendance", "change"])
def test_queries_do_not_grow(as_user, program, cleo, cohort, name):
    event = events.published(program, by=cleo)
    client = as_user(cleo)
    address = url(name, None if name == "changelist" else event)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def more(number):
        person = factories.person()
        factories.application(person, cohort)
        sign_ups.sign_up(event, by=person)
        events.published(program, by=cleo, days=20 + number)

    more(1)
    count()  # what is read once per session
    few = count()
    for number in range(2, 5):
        more(number)
    assert count() == few
