"""The pages on which an interview is arranged: the committee's, the applicant's, and the link."""

from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from applications.appointment_emails import answer_url
from applications.models import InterviewAppointment
from programs.models import Policy

from .appointment_steps import PLACE, WISH, choose, fresh, hours, suggest, url


@pytest.fixture(autouse=True)
def interviews_are_needed(program):
    Policy.objects.update(interview_needed=True)


def local(moment, person):
    return moment.astimezone(ZoneInfo(person.time_zone)).strftime("%Y-%m-%dT%H:%M")


def test_a_member_arranges_it_on_the_page_of_the_application(candidate, reader, as_user):
    client = as_user(reader)
    page = client.get(url("change", candidate.pk)).content.decode()
    assert "Suggest times for an interview" in page
    when = hours(72)[0].replace(second=0)
    data = {
        "appointment-time_1": local(when, reader),
        "appointment-minutes": "45",
        "appointment-place": PLACE,
        "appointment-expected": "",
    }
    answer = client.post(url("appointment", candidate.pk), data, follow=True)
    assert "The times are on their way to Ada Brook." in answer.content.decode()
    row = InterviewAppointment.system.get()
    assert (row.suggested, row.minutes, row.member) == ([when], 45, reader)
    answer = client.post(url("appointment-cancel", row.pk), {"expected": "0"}, follow=True)
    assert "The interview is cancelled." in answer.content.decode()
    assert InterviewAppointment.system.get().state == "cancelled"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("time_1", "", "Enter a date and time."),
        ("time_1", "2020-01-01T10:00", "Choose times that are to come"),
        ("place", "", "Say where you talk, or how."),
        ("place", "x" * 301, "300"),
    ],
)
def test_the_form_says_what_is_wrong_and_keeps_the_rest(
    candidate, reader, as_user, field, value, words
):
    data = {
        "appointment-time_1": local(hours(72)[0], reader),
        "appointment-minutes": "45",
        "appointment-place": PLACE,
        f"appointment-{field}": value,
    }
    page = as_user(reader).post(url("appointment", candidate.pk), data).content.decode()
    assert words in unescape(page)
    assert 'value="45"' in page
    assert not InterviewAppointment.system.exists()


def test_the_applicant_chooses_by_the_link_without_signing_in(suggested, ada, client):
    address = answer_url(suggested)
    page = client.get(address).content.decode()
    assert page.count('name="starts_at"') == 2
    assert PLACE not in page
    assert "CANARY" not in page
    assert fresh(suggested).state == "proposed"
    when = suggested.suggested[1]
    answer = client.post(address, {"starts_at": when.isoformat(), "expected": "0"})
    assert "It is arranged" in answer.content.decode()
    assert fresh(suggested).starts_at == when
    assert "It is arranged" in client.get(address).content.decode()


def test_the_applicant_asks_for_another_time_by_the_link(suggested, client):
    address = answer_url(suggested)
    answer = client.post(address, {"wish": "x" * 501, "expected": "0", "other": "1"})
    assert "500" in answer.content.decode()
    assert fresh(suggested).state == "proposed"
    answer = client.post(address, {"wish": WISH, "expected": "0", "other": "1"})
    assert "another time would suit you better" in answer.content.decode()
    assert fresh(suggested).wish == WISH


@pytest.mark.parametrize("value", ["", "tomorrow", "2026-12-01T10:00:00", "\x00"])
def test_a_forged_time_chooses_nothing(suggested, client, value):
    answer = client.post(answer_url(suggested), {"starts_at": value, "expected": "0"})
    assert answer.status_code == 200
    assert fresh(suggested).state == "proposed"


def test_the_link_says_that_times_have_changed(suggested, candidate, reader, client):
    address, when = answer_url(suggested), suggested.suggested[0]
    suggest(candidate, reader, 120, expected=0)
    answer = client.post(address, {"starts_at": when.isoformat(), "expected": "0"})
    assert "changed in the meantime" in answer.content.decode()
    assert answer.content.decode().count('name="starts_at"') == 1


def test_the_page_of_the_application_leads_to_the_times_and_shows_the_date(
    suggested, candidate, ada, as_user
):
    sent_page = reverse("applications:application-sent", args=[candidate.public_id])
    page = as_user(ada).get(sent_page).content.decode()
    assert "Choose a time for your interview" in page
    assert "/go/interview-answer/" in page
    choose(suggested, ada)
    page = as_user(ada).get(sent_page).content.decode()
    assert PLACE in page
    assert "with Rhea Lind" in page
    assert "/go/interview-answer/" not in page
