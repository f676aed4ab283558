"""Before we meet: agenda, private notes, next steps; and contact between meetings."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from agreements.models import Goal
from matches.models import Match
from meetings import preparing, recording
from meetings.contacts import note_contact
from meetings.models import Agenda, LogEntry, PairContact, PrivateNote
from programs.models import Membership
from testkit import agreements, factories
from testkit import meetings as make

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]
ANSWERS = {"since_last": "A", "points": "B", "help_wanted": "C", "hoped_for": "D"}


def page(name, *args):
    return reverse(f"meetings:{name}", args=args)


@pytest.fixture
def meeting(match):
    return make.meeting(match, place="Café Nord")


def agenda(person):
    return Agenda.objects.visible_to(person).get()


def test_the_mentee_writes_and_the_mentor_reads(meeting, as_user, ada, ben):
    url = page("meeting-prepare", meeting.public_id)
    for _twice in range(2):
        answer = as_user(ben).post(url, {**ANSWERS, "place": "A link"}, follow=True)
        assert "Saved. Ada can read it." in answer.content.decode()
    row = agenda(ada)
    assert [getattr(row, name) for name in Agenda.PROMPTS] == ["A", "B", "C", "D"]
    assert row.place == "A link"
    shown = as_user(ada).get(url).content.decode()
    assert "What should be different after the meeting?" in shown
    assert "Questions you can ask" in shown
    assert "Questions you can ask" not in as_user(ben).get(url).content.decode()


def test_the_mentor_changes_the_place_and_no_answer(meeting, ada, ben):
    preparing.save_agenda(meeting, ANSWERS, by=ben)
    preparing.save_agenda(meeting, {"points": "X", "place": "Room 1"}, by=ada)
    assert (agenda(ben).points, agenda(ben).place, agenda(ben).author) == ("B", "Room 1", ben)


def test_what_is_past_is_not_prepared(match, ben, dan, meeting, close):
    with pytest.raises(ActionNotAllowed):
        preparing.save_agenda(meeting, ANSWERS, by=dan)
    with pytest.raises(ActionNotAllowed, match="not ahead"):
        preparing.save_agenda(make.held(match), ANSWERS, by=ben)
    close(match)
    with pytest.raises(ActionNotAllowed, match="ended"):
        preparing.save_agenda(meeting, ANSWERS, by=ben)


def test_a_private_note_is_its_writers_alone_and_encrypted(meeting, as_user, ada, ben, cleo, match):
    match.carer = cleo
    match.save()
    for _twice in range(2):
        as_user(ben).post(page("meeting-note", meeting.public_id), {"text": "Only mine"})
    assert PrivateNote.objects.visible_to(ben).get().text == "Only mine"
    for person in (ada, cleo):
        assert not PrivateNote.objects.visible_to(person).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM meetings_privatenote")
        assert "Only mine" not in str(cursor.fetchall())
    url = page("meeting-prepare", meeting.public_id)
    assert "Only mine" in as_user(ben).get(url).content.decode()
    assert "Only mine" not in as_user(ada).get(url).content.decode()
    answer = as_user(ben).post(page("meeting-note", meeting.public_id), {"text": ""}, follow=True)
    assert "Private note deleted." in answer.content.decode()
    assert not PrivateNote.objects.visible_to(ben).exists()


def test_strangers_write_no_private_note(meeting, dan):
    with pytest.raises(ActionNotAllowed):
        preparing.save_private_note(meeting, "x", by=dan)


def test_next_steps_are_carried_over_until_they_are_ticked(meeting, match, as_user, ada, ben):
    earlier = make.held(match, NOW - timedelta(days=30))
    recording.record(earlier, by=ben, next_step="Write to Kim")
    url = page("meeting-prepare", meeting.public_id)
    assert "Write to Kim" in as_user(ada).get(url).content.decode()
    step = page("meeting-step", earlier.public_id, "mentee")
    for _twice in range(2):
        as_user(ada).post(step)
    first = LogEntry.objects.visible_to(ben).get().step_done_at
    assert first is not None
    assert "Mark as done" not in as_user(ben).get(url).content.decode()
    as_user(ben).post(step, {"done": "no"})
    assert LogEntry.objects.visible_to(ben).get().step_done_at is None
    assert as_user(ben).post(page("meeting-step", earlier.public_id, "carer")).status_code == 404


def test_a_changed_next_step_is_open_again_and_an_unchanged_one_stays_ticked(match, ben):
    earlier = make.held(match)
    recording.record(earlier, by=ben, next_step="Write to Kim")
    preparing.set_step_done(earlier, ben, by=ben, is_done=True)
    recording.record(earlier, by=ben, next_step="Write to Kim", learned="More")
    assert LogEntry.objects.visible_to(ben).get().step_done_at is not None
    recording.record(earlier, by=ben, next_step="Call Kim")
    assert LogEntry.objects.visible_to(ben).get().step_done_at is None


def test_the_page_shows_goals_and_the_last_log(meeting, match, as_user, ben):
    agreements.signed(match)
    recording.record(make.held(match), by=ben, learned="To listen")
    text = as_user(ben).get(page("meeting-prepare", meeting.public_id)).content.decode()
    goal = Goal.objects.visible_to(ben).get()
    assert goal.text in text
    assert "To listen" in text


@pytest.mark.parametrize("count", [1, 24])
def test_at_most_twelve_queries_however_many_meetings(
    count, meeting, match, as_user, ben, django_assert_max_num_queries
):
    for n in range(count):
        recording.record(make.held(match, NOW - timedelta(days=n + 1)), by=ben, next_step="x")
    client = as_user(ben)
    url = page("meeting-prepare", meeting.public_id)
    client.get(url)
    with django_assert_max_num_queries(12) as found:
        client.get(url)
    assert len(found) == 12


def test_the_place_is_kept_for_the_pair(meeting, match, as_user, ada):
    form = as_user(ada).get(page("meeting-create", match.public_id)).context["form"]
    assert form["place"].value() == "Café Nord"


# --- contact between meetings


def test_one_tap_notes_a_contact_once_a_day(match, as_user, ada, ben):
    for _twice in range(2):
        answer = as_user(ben).post(page("contact-create", match.public_id), follow=True)
        assert "Saved: you were in touch on" in answer.content.decode()
    note_contact(match, by=ada)
    note_contact(match, by=ada, at=NOW + timedelta(days=1))
    assert PairContact.objects.count() == 3


def test_only_an_open_pair_notes_contacts(match, dan, ben, close):
    with pytest.raises(ActionNotAllowed):
        note_contact(match, by=dan)
    close(match)
    with pytest.raises(ActionNotAllowed):
        note_contact(match, by=ben)


def test_the_carer_sees_the_day_and_strangers_nothing(match, ben, cleo, dan):
    note_contact(match, by=ben)
    assert [PairContact.objects.visible_to(who).count() for who in (ben, cleo, dan)] == [1, 0, 0]
    match.carer = cleo
    match.save()
    assert PairContact.objects.visible_to(cleo).count() == 1


def test_the_deputy_sees_the_contacts_that_the_carer_sees(match, ben, cleo):
    note_contact(match, by=ben)
    kim, lou = (factories.member(program=match.program, role="carer") for _n in range(2))
    Membership.objects.filter(user=cleo).update(deputy=kim)
    Match.objects.filter(pk=match.pk).update(carer=cleo)
    seen = [PairContact.objects.for_committee(one).count() for one in (cleo, kim, lou)]
    assert seen == [1, 1, 0]


@pytest.mark.parametrize("reader", ["ada", "ben"])
def test_no_level_of_headings_is_left_out(meeting, match, as_user, ada, ben, reader):
    preparing.save_agenda(meeting, ANSWERS, by=ben)
    recording.record(make.held(match), by=ben, learned="E", next_step="F")
    for url in (
        page("meeting-prepare", meeting.public_id),
        page("meeting-list", match.public_id),
    ):
        shown = as_user({"ada": ada, "ben": ben}[reader]).get(url).content.decode()
        levels = [int(level) for level in re.findall(r"<h(\d)", shown)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize(
    "name",
    [
        "agreements:agreement-detail",
        "agreements:goal-list",
        "agreements:activity-list",
        "matches:match-hello",
        "meetings:meeting-list",
    ],
)
def test_the_pages_of_a_pair_lead_back_to_it(match, as_user, ben, name):
    shown = as_user(ben).get(reverse(name, args=[match.public_id])).content.decode()
    assert re.search(
        rf'class="wm-back" href="{reverse("matches:match-detail", args=[match.public_id])}"', shown
    )
