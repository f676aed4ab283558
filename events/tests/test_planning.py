"""What the committee does with an event: works, wrong person, state and input, twice."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications.models import Application
from events import arranging, reconcilers, sign_ups
from events.models import Event, SignUp
from matches import endings
from matches.models import Match
from notifications.testing import deliver_due_emails
from programs.models import Program
from testkit import events, factories
from workflow.models import Transition

pytestmark = pytest.mark.django_db
State = Event.State


@pytest.fixture
def draft(program, cleo):
    return events.draft(program, by=cleo)


def columns_of(event, at=None):
    return {column for column, _words in arranging.problems(event, at=at or timezone.now())}


def test_a_draft_is_stored_by_the_clock_of_the_program(program, cleo):
    Program.objects.filter(pk=program.pk).update(time_zone="America/Vancouver")
    program.refresh_from_db()
    event = events.draft(program, by=cleo, on=date(2027, 1, 20))
    assert event.starts_at.isoformat() == "2027-01-21T02:00:00+00:00"
    assert (event.minutes, event.credit, event.state) == (120, 120, State.DRAFT)


def test_a_time_that_the_clocks_skip_is_refused(program, cleo):
    Program.objects.filter(pk=program.pk).update(time_zone="America/Toronto")
    program.refresh_from_db()
    gap = {"on": date(2027, 3, 14), "wall_time": time(2, 30), "until": time(4)}
    with pytest.raises(ActionNotAllowed, match=r"clocks in Toronto skip 02:30"):
        events.draft(program, by=cleo, **gap)


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"until": time(18)}, "until"),
        ({"until": time(9)}, "until"),
        ({"titles": {"fr": "Soirée"}}, "titles"),
        ({"place": "", "link": ""}, "place"),
        ({"credit_minutes": 121}, "credit_minutes"),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_field(draft, cleo, values, column):
    for name, value in values.items():
        setattr(draft, name, value)
    assert columns_of(draft) == {column}
    with pytest.raises(ActionNotAllowed):
        arranging.change(draft, by=cleo)


def test_sign_up_cannot_close_after_the_beginning(draft):
    draft.closes_at = draft.starts_at + timedelta(minutes=1)
    assert columns_of(draft) == {"closes_at"}


def test_the_organiser_is_a_member_of_the_program(draft, dan):
    draft.organiser = dan
    assert columns_of(draft) == {"organiser"}


@pytest.mark.parametrize("role", ["reader", "matcher", "carer", "outsider"])
def test_only_chairs_do_it(draft, program, role):
    other = factories.program()
    member = factories.member(
        program=other if role == "outsider" else program,
        role="chair" if role == "outsider" else role,
    )
    for verb in (arranging.publish, arranging.change, arranging.cancel, arranging.copy):
        with pytest.raises(ActionNotAllowed, match="Only a chair"):
            verb(draft, by=member)
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_publishing_lets_people_sign_up_and_invites_them(draft, cleo, ben, cohort):
    factories.application(ben, cohort)
    deliver_due_emails()
    arranging.publish(draft, by=cleo)
    (mail,) = [mail for mail in deliver_due_emails() if mail.to == [ben.email]]
    assert mail.subject.endswith("Kick-off evening")
    assert Transition.objects.of(draft).get().by == cleo


def test_publishing_twice_is_refused(draft, cleo):
    arranging.publish(draft, by=cleo)
    with pytest.raises(ActionNotAllowed):
        arranging.publish(draft, by=cleo)


def test_what_has_begun_is_not_published(draft, cleo):
    with pytest.raises(ActionNotAllowed, match="time to sign up is over"):
        arranging.publish(draft, by=cleo, at=draft.starts_at)


def test_a_new_time_is_told_to_everyone_who_has_signed_up(event, ada, ben, cleo):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    deliver_due_emails()
    event.on += timedelta(days=2)
    arranging.change(event, by=cleo)
    event.refresh_from_db()
    assert (event.sequence, event.moves) == (1, 1)
    mails = {mail.to[0]: mail for mail in deliver_due_emails()}
    assert set(mails) == {ben.email, ada.email}
    assert "has changed. You have a place" in mails[ben.email].body
    assert "has changed. You are on the waiting list" in mails[ada.email].body
    assert [len(mails[person.email].attachments) for person in (ben, ada)] == [1, 0]


def test_who_moves_up_with_a_change_learns_of_the_place(event, ada, ben, cleo):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    deliver_due_emails()
    event.place, event.places = "Room 5", 2
    arranging.change(event, by=cleo)
    (mail,) = [mail for mail in deliver_due_emails() if mail.to == [ada.email]]
    assert "has changed. You have a place." in mail.body, "she had none before"


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Toronto"])
def test_a_day_out_of_all_reason_is_refused(program, cleo, day, zone):
    type(program).objects.filter(pk=program.pk).update(time_zone=zone)
    program.refresh_from_db()
    times = {"wall_time": time(8), "until": time(23)}
    with pytest.raises(ActionNotAllowed, match="years"):
        events.draft(program, by=cleo, on=day, **times)


def test_other_words_are_told_to_no_one(event, ben, cleo):
    sign_ups.sign_up(event, by=ben)
    deliver_due_emails()
    event.descriptions = {"en": "With cake."}
    arranging.change(event, by=cleo)
    assert (event.sequence, deliver_due_emails()) == (0, [])


def test_a_change_that_is_taken_back_is_not_told(event, ben, cleo):
    sign_ups.sign_up(event, by=ben)
    deliver_due_emails()
    for place in ("Room 5", "Room 4"):
        event.place = place
        arranging.change(event, by=cleo)
    assert [mail for mail in deliver_due_emails() if mail.to == [ben.email]] == []


def test_places_cannot_be_fewer_than_people_who_have_one(event, ada, ben, cleo):
    event.places = 2
    arranging.change(event, by=cleo)
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    event.places = 1
    with pytest.raises(ActionNotAllowed, match="2 people have a place already"):
        arranging.change(event, by=cleo)


@pytest.fixture
def other_cohort(program):
    return factories.cohort(program=program)


@pytest.mark.parametrize(
    "narrower",
    [{"audience": "pairs"}, {"role": "mentor"}, {"includes_ended": False}, {"cohorts": True}],
)
def test_no_change_takes_a_place_from_people_who_have_signed_up(
    program, cohort, other_cohort, cleo, ada, ben, narrower
):
    event = events.published(program, by=cleo, places=1, includes_ended=True, cohorts=())
    match = factories.match(ben, ada, cohort)
    if "includes_ended" in narrower:
        endings.end(match, by=ben, kind=Match.Closed.BY_CHOICE)
    people = [factories.person(), factories.person()] if "audience" in narrower else [ben, ada]
    if "audience" in narrower:
        for person in people:
            factories.application(person, cohort)
    for person in people:
        sign_ups.sign_up(event, by=person)  # for the place, and for the waiting list
    deliver_due_emails()
    chosen = [other_cohort] if narrower.pop("cohorts", None) else None
    for name, value in narrower.items():
        setattr(event, name, value)
    number = 1 if "role" in narrower else 2
    words = f"^{number} p.* who .* signed up would lose their place.* copy for the others"
    with pytest.raises(ActionNotAllowed, match=words):
        arranging.change(event, by=cleo, cohorts=chosen)
    reconcilers.free_lost(timezone.now())
    assert SignUp.objects.filter(event=event).exclude(state=SignUp.State.LEFT).count() == 2
    event.refresh_from_db()
    assert not event.cohorts.exists()
    assert deliver_due_emails() == []


def test_an_event_can_be_for_others_while_no_one_of_them_has_signed_up(
    event, cohort, other_cohort, cleo, ada, ben
):
    sign_ups.sign_up(event, by=ada)
    sign_ups.sign_up(event, by=ben)
    sign_ups.leave(event, by=ben)
    event.role = "mentor"
    arranging.change(event, by=cleo, cohorts=[cohort, other_cohort])
    event.refresh_from_db()
    assert event.role == "mentor"
    assert set(event.cohorts.all()) == {cohort, other_cohort}
    arranging.change(event, by=cleo)
    assert event.cohorts.count() == 2, "they stay when nothing is said of them"


def test_who_has_left_the_program_does_not_keep_the_event_as_it_was(event, cleo, ben, cohort):
    """Their place is freed within two minutes in any case."""
    sign_ups.sign_up(event, by=ben)
    Match.objects.all().delete()
    ben_application = Application.objects.get(person=ben)
    Application.objects.filter(pk=ben_application.pk).update(state="withdrawn")
    event.role = "mentor"
    arranging.change(event, by=cleo)
    event.refresh_from_db()
    assert event.role == "mentor"


def test_a_draft_can_be_for_anyone(draft, cleo, other_cohort):
    draft.role = "mentee"
    arranging.change(draft, by=cleo, cohorts=[other_cohort])
    assert list(draft.cohorts.all()) == [other_cohort]


def test_what_is_over_stays_as_it_was(event, cleo):
    with pytest.raises(ActionNotAllowed, match="can't be changed"):
        arranging.change(event, by=cleo, at=event.starts_at)


def test_a_page_loaded_before_it_was_cancelled_does_not_bring_it_back(event, cleo):
    stale = Event.objects.get(pk=event.pk)
    arranging.cancel(event, by=cleo, reason="No room")
    with pytest.raises(ActionNotAllowed):
        arranging.change(stale, by=cleo)
    assert Event.objects.get().state == State.CANCELLED


def test_cancelling_tells_everyone_who_has_signed_up_and_why(event, ada, ben, cleo):
    sign_ups.sign_up(event, by=ben)
    deliver_due_emails()
    arranging.cancel(event, by=cleo, reason="  The room\nis closed ")
    (mail,) = [mail for mail in deliver_due_emails() if "Cancelled" in mail.subject]
    assert mail.to == [ben.email]
    assert "The room is closed" in mail.body
    assert "METHOD:CANCEL" in mail.attachments[0][1]
    assert not [mail for mail in deliver_due_emails() if mail.to == [ada.email]]


def test_cancelling_needs_a_reason_and_time(event, cleo):
    with pytest.raises(ActionNotAllowed, match="Enter a reason"):
        arranging.cancel(event, by=cleo, reason="   ")
    with pytest.raises(ActionNotAllowed, match="Record who came"):
        arranging.cancel(event, by=cleo, reason="x", at=event.starts_at)
    arranging.cancel(event, by=cleo, reason="x")
    with pytest.raises(ActionNotAllowed):
        arranging.cancel(event, by=cleo, reason="x")


def test_a_draft_is_discarded_without_a_reason_or_an_email(draft, cleo):
    arranging.cancel(draft, by=cleo)
    assert (draft.state, deliver_due_emails()) == (State.CANCELLED, [])


def test_a_copy_is_a_draft_without_people(event, ben, cleo, cohort):
    event.cohorts.set([cohort])
    sign_ups.sign_up(event, by=ben)
    made = arranging.copy(event, by=cleo)
    assert (made.state, made.published_at, made.titles) == (State.DRAFT, None, event.titles)
    assert list(made.cohorts.all()) == [cohort]
    assert SignUp.objects.filter(event=made).count() == 0
    assert made.public_id != event.public_id
