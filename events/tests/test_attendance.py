"""Who came, what it counts for, and how it was."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications.models import Application, Preparation
from events import attendance, feedback, sign_ups
from events.models import Event, FeedbackAnswer, SignUp
from events.reconcilers import erase_old_feedback
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Policy
from testkit import events, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(event, ben):
    """Ben has a place; the event has been."""
    sign_ups.sign_up(event, by=ben)
    events.move_to(event, -1)
    return event


def ids(event):
    return list(SignUp.objects.filter(event=event).values_list("pk", flat=True))


def came(event):
    return {row.person for row in SignUp.objects.filter(event=event, has_attended=True)}


def test_recording_makes_it_held_and_can_be_corrected(over, ben, ada, cleo):
    assert attendance.record(over, by=cleo, attended=ids(over), others=[ada.pk]) == 2
    assert (over.state, came(over)) == (Event.State.HELD, {ben, ada})
    held_at = over.held_at
    assert attendance.record(over, by=cleo, attended=[]) == 0
    assert (came(over), Event.objects.get().held_at) == (set(), held_at)


def test_before_it_has_begun_no_one_has_come(event, ben, cleo):
    sign_ups.sign_up(event, by=ben)
    with pytest.raises(ActionNotAllowed, match="once the event has begun"):
        attendance.record(event, by=cleo, attended=ids(event))


def test_a_draft_and_a_cancelled_event_are_not_recorded(program, cleo):
    draft = events.draft(program, by=cleo)
    events.move_to(draft, -1)
    with pytest.raises(ActionNotAllowed):
        attendance.record(draft, by=cleo, attended=[])


def test_the_organiser_and_chairs_record_no_one_else(over, program, ben):
    carer = factories.member(program=program, role="carer")
    for person in (ben, carer):
        with pytest.raises(ActionNotAllowed, match="organiser and chairs"):
            attendance.record(over, by=person, attended=[])
    Event.objects.update(organiser=carer)
    over.refresh_from_db()
    assert attendance.record(over, by=carer, attended=ids(over)) == 1


def test_strangers_are_not_recorded(over, dan, cleo):
    assert attendance.record(over, by=cleo, attended=[], others=[dan.pk]) == 0


def test_a_conflict_of_interest_hides_people_and_keeps_their_ticks(over, ben, ada, cleo, program):
    other = factories.member(program=program)
    attendance.record(over, by=other, attended=ids(over))
    Conflict.objects.create(member=cleo, person=ben)
    assert attendance.count_hidden(over, cleo) == 1
    attendance.record(over, by=cleo, attended=[], others=[ben.pk, ada.pk])
    assert came(over) == {ben, ada}
    assert ben not in {row.person for row in attendance.rows_to_record(over, cleo)}


def test_attendance_at_a_held_event_is_a_support_touch(over, ben, cleo, program):
    touches = SignUp.objects.support_touches
    assert touches(program, over.on, over.on).count() == 0
    attendance.record(over, by=cleo, attended=ids(over))
    assert touches(program, over.on, over.on).count() == 1
    assert touches(program, over.on + timedelta(days=1), over.on + timedelta(days=9)).count() == 0


# --- feedback


@pytest.fixture
def held(program, cleo, cohort):
    """Six people came."""
    people = [factories.person(f"Guest {number}") for number in range(6)]
    for person in people:
        factories.application(person, cohort)
    return events.held(program, tuple(people), by=cleo), people


def results(event, reader, days=feedback.OPEN_DAYS):
    return feedback.results_of(event, reader, at=event.held_at + timedelta(days=days))


def test_whoever_came_is_asked_once_and_answers_once(held):
    event, people = held
    mails = [mail for mail in deliver_due_emails() if "How was it" in mail.subject]
    assert len(mails) == 6
    for worth in (5, 1):
        feedback.answer(event, by=people[0], worth=worth, length="right")
    assert [row.worth for row in FeedbackAnswer.system.all()] == [5]
    assert [mail for mail in deliver_due_emails() if "How was it" in mail.subject] == []


def test_who_did_not_come_does_not_answer(held, ben):
    event, people = held
    SignUp.objects.filter(person=people[1]).update(has_attended=False)
    for person in (ben, people[1]):
        with pytest.raises(ActionNotAllowed, match="people who came"):
            feedback.answer(event, by=person, worth=5, length="right")


def test_after_two_weeks_the_questions_are_closed(held):
    event, people = held
    at = event.held_at + timedelta(days=feedback.OPEN_DAYS)
    with pytest.raises(ActionNotAllowed, match="closed"):
        feedback.answer(event, by=people[0], worth=5, length="right", at=at)


def test_answers_are_shown_only_when_closed_and_enough(held, cleo):
    event, people = held
    for number, person in enumerate(people[:4]):
        feedback.answer(event, by=person, worth=4, length="right", better=f"Words {number}")
    assert "Fewer than 5" in results(event, cleo).why
    feedback.answer(event, by=people[4], worth=2, length="long", better="Words 4")
    assert "no more can be given" in results(event, cleo, days=13).why
    found = results(event, cleo)
    assert (found.why, found.answered, found.came) == ("", 5, 6)
    assert [count for _label, count in found.worth] == [0, 1, 0, 4, 0]
    assert len(found.better) == 5


def test_a_members_own_answer_does_not_fill_the_group(held, program):
    event, people = held
    for person in people[:5]:
        feedback.answer(event, by=person, worth=4, length="right")
    assert results(event, people[0]).why
    assert results(event, people[5]).why == ""


def test_nothing_leads_from_an_answer_to_its_author(held):
    names = {field.name for field in FeedbackAnswer._meta.get_fields()}
    assert names == {"id", "event", "worth", "length", "better"}


def test_words_are_erased_when_their_time_is_over(held):
    event, people = held
    feedback.answer(event, by=people[0], worth=4, length="right", better="Words")
    assert erase_old_feedback(timezone.now()) == 0
    later = timezone.now() + timedelta(days=400)
    assert [erase_old_feedback(later) for _time in range(2)] == [1, 0]
    assert FeedbackAnswer.system.get().better == ""


class TestOrientationSession:
    @pytest.fixture
    def session(self, program, cohort, cleo, ada):
        """An orientation session that has been; Ada, a mentor without orientation, had a place."""
        Policy.objects.filter(program=program).update(orientation_session_counts=True)
        factories.application(ada, cohort, "mentor", orientation_passed_at=None)
        made = events.published(program, by=cleo, kind="orientation")
        sign_ups.sign_up(made, by=ada)
        events.move_to(made, -1)
        made.refresh_from_db()
        return made

    def passed(self, person):
        return Application.objects.filter(person=person, orientation_passed_at__isnull=False)

    def test_who_came_has_done_the_orientation(self, session, ada, cleo):
        for _twice in range(2):
            attendance.record(session, by=cleo, attended=ids(session))
        assert self.passed(ada).get().orientation_passed_at == session.starts_at
        (row,) = Preparation.objects.all()
        assert (row.kind, row.by) == ("session", cleo)

    def test_a_correction_takes_it_back(self, session, ada, cleo):
        attendance.record(session, by=cleo, attended=ids(session))
        attendance.record(session, by=cleo, attended=[])
        assert not self.passed(ada).exists()
        assert not Preparation.objects.exists()

    def test_what_was_passed_before_stays(self, session, ada, cleo):
        before = session.starts_at - timedelta(days=3)
        Application.objects.filter(person=ada).update(orientation_passed_at=before)
        for attended in (ids(session), []):
            attendance.record(session, by=cleo, attended=attended)
            assert self.passed(ada).get().orientation_passed_at == before

    def test_it_does_not_count_unless_the_program_says_so(self, session, program, ada, cleo):
        Policy.objects.filter(program=program).update(orientation_session_counts=False)
        fresh = Event.objects.get(pk=session.pk)
        attendance.record(fresh, by=cleo, attended=ids(session))
        assert not self.passed(ada).exists()

    def test_other_events_do_not_count(self, session, ada, cleo):
        Event.objects.filter(pk=session.pk).update(kind="kick_off")
        attendance.record(Event.objects.get(pk=session.pk), by=cleo, attended=ids(session))
        assert not self.passed(ada).exists()
