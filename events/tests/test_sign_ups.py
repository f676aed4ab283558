"""Signing up and leaving: works, wrong person, wrong state, twice; who gets a free place."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.privacy import erase_person
from applications.models import Application
from dashboard import invariants
from events import arranging, reconcilers, sign_ups
from events.models import SignUp
from matches import endings
from notifications.testing import deliver_due_emails
from testkit import events, factories

pytestmark = pytest.mark.django_db
State = SignUp.State


def state_of(event, person):
    return SignUp.objects.of(person).filter(event=event).values_list("state", flat=True).first()


def subjects(mails, person):
    return [mail.subject for mail in mails if mail.to == [person.email]]


def test_a_free_place_is_given_and_confirmed(event, ben):
    sign_ups.sign_up(event, by=ben)
    assert state_of(event, ben) == State.GOING
    assert subjects(deliver_due_emails(), ben) == ["You have a place: Kick-off evening"]


def test_twice_is_once(event, ben):
    first, second = (sign_ups.sign_up(event, by=ben) for _time in range(2))
    assert first.pk == second.pk
    assert len(subjects(deliver_due_emails(), ben)) == 1


def test_without_a_place_it_is_the_waiting_list(event, ada, ben):
    sign_ups.sign_up(event, by=ben)
    sign_ups.sign_up(event, by=ada)
    assert state_of(event, ada) == State.WAITING
    assert subjects(deliver_due_emails(), ada) == ["Waiting list: Kick-off evening"]


def test_whom_it_is_not_for_is_refused(event, dan, cleo):
    for person in (dan, cleo):
        with pytest.raises(ActionNotAllowed, match="other people"):
            sign_ups.sign_up(event, by=person)
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("state", ["draft", "cancelled", "held"])
def test_only_a_published_event_takes_people(state, program, cleo, pair, ben):
    if state == "held":
        event = events.held(program, (), by=cleo)
    else:
        event = events.draft(program, by=cleo)
    if state == "cancelled":
        arranging.publish(event, by=cleo)
        arranging.cancel(event, by=cleo, reason="No room")
    with pytest.raises(ActionNotAllowed, match="no longer sign up"):
        sign_ups.sign_up(event, by=ben)


def test_after_sign_up_has_closed_no_one_gets_in(program, cleo, pair, ben):
    closes_at = timezone.now() + timedelta(days=1)
    event = events.published(program, by=cleo, closes_at=closes_at)
    with pytest.raises(ActionNotAllowed):
        sign_ups.sign_up(event, by=ben, at=closes_at)
    sign_ups.sign_up(event, by=ben, at=closes_at - timedelta(seconds=1))


def test_whoever_has_left_the_program_gets_no_place(event, ada, ben):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    Application.objects.filter(person=ada).update(state="withdrawn")
    sign_ups.leave(event, by=ben)
    assert state_of(event, ada) == State.WAITING
    assert sign_ups.free_places(event) == 1


def test_a_place_that_comes_free_goes_to_the_first_who_waits(event, ada, ben, cohort):
    third = factories.person("Cam Third")
    factories.application(third, cohort)
    for person in (ben, ada, third):
        sign_ups.sign_up(event, by=person)
    deliver_due_emails()
    sign_ups.leave(event, by=ben)
    assert [state_of(event, person) for person in (ben, ada, third)] == ["left", "going", "waiting"]
    mails = deliver_due_emails()
    assert subjects(mails, ada) == ["A place came free: Kick-off evening"]
    assert subjects(mails, ben) == subjects(mails, third) == []


def test_leaving_twice_frees_one_place(event, ada, ben):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    for _time in range(2):
        sign_ups.leave(event, by=ben)
    assert state_of(event, ada) == State.GOING
    assert sign_ups.free_places(event) == 0


def test_who_has_left_can_come_back_at_the_end_of_the_list(event, ada, ben):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    sign_ups.leave(event, by=ben)
    sign_ups.sign_up(event, by=ben)
    assert (state_of(event, ada), state_of(event, ben)) == (State.GOING, State.WAITING)


def test_leaving_is_for_who_has_signed_up_and_ends_with_the_beginning(event, ben, dan):
    sign_ups.leave(event, by=dan)  # nothing to give up
    sign_ups.sign_up(event, by=ben)
    with pytest.raises(ActionNotAllowed, match="has begun"):
        sign_ups.leave(event, by=ben, at=event.starts_at)
    assert state_of(event, ben) == State.GOING


def test_up_and_down_before_the_e_mail_left_tells_nothing(event, ben):
    sign_ups.sign_up(event, by=ben)
    sign_ups.leave(event, by=ben)
    assert subjects(deliver_due_emails(), ben) == []


def test_more_places_go_to_the_waiting_list(event, ada, ben, cleo):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    event.places = 2
    arranging.change(event, by=cleo)
    assert state_of(event, ada) == State.GOING


def test_a_closed_account_gets_no_place(event, ada, ben):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    sign_ups.leave(event, by=ben)
    assert state_of(event, ada) == State.WAITING


class TestPlacesOfWhoIsNoLongerMeant:
    """Withdrawn, erased, the account closed, the pair a mistake: the place goes to who waits."""

    @pytest.fixture
    def cam(self, cohort):
        person = factories.person("Cam Third")
        factories.application(person, cohort)
        return person

    @pytest.fixture
    def waiting(self, event, ben, cam):
        """Ben has the only place, Cam waits for it, and both have read so."""
        for person in (ben, cam):
            sign_ups.sign_up(event, by=person)
        deliver_due_emails()
        return event

    def free(self, event):
        for _time in range(2):
            reconcilers.free_lost(timezone.now())
        return deliver_due_emails()

    def withdraw(self, ben, pair):
        Application.objects.filter(person=ben).update(state="withdrawn")

    def close_account(self, ben, pair):
        type(ben).objects.filter(pk=ben.pk).update(is_active=False)

    def end_pair(self, ben, pair):
        endings.end(pair, by=pair.mentor.person, kind="choice")

    @pytest.mark.parametrize("lose", ["withdraw", "close_account", "end_pair"])
    def test_it_goes_to_the_first_who_waits_and_only_they_are_told(
        self, lose, waiting, pair, ben, cam
    ):
        getattr(self, lose)(ben, pair)
        mails = self.free(waiting)
        assert (state_of(waiting, ben), state_of(waiting, cam)) == (State.LEFT, State.GOING)
        about = [mail for mail in mails if "Kick-off" in mail.subject]
        assert [(mail.to, mail.subject) for mail in about] == [
            ([cam.email], "A place came free: Kick-off evening")
        ]

    def test_a_pair_that_was_a_mistake_gives_its_places_back(self, program, pair, ben, cleo):
        event = events.published(program, by=cleo, audience="pairs")
        sign_ups.sign_up(event, by=ben)
        self.free(event)
        assert state_of(event, ben) == State.GOING
        endings.end(pair, by=cleo, kind="error", cause="mistake")
        self.free(event)
        assert state_of(event, ben) == State.LEFT

    def test_the_waiting_list_loses_them_too(self, waiting, ben, cam):
        self.withdraw(cam, None)
        self.free(waiting)
        assert (state_of(waiting, ben), state_of(waiting, cam)) == (State.GOING, State.LEFT)

    def test_who_is_meant_keeps_the_place(self, waiting, ben, cam):
        assert self.free(waiting) == []
        assert (state_of(waiting, ben), state_of(waiting, cam)) == (State.GOING, State.WAITING)

    def test_an_erased_person_gives_it_up_at_once(self, waiting, ben, cam):
        erase_person(ben)
        assert (state_of(waiting, ben), state_of(waiting, cam)) == (State.LEFT, State.GOING)

    def test_once_the_event_has_begun_nothing_changes(self, waiting, pair, ben):
        self.withdraw(ben, pair)
        assert reconcilers.free_lost(events.started(waiting)) == 0
        assert state_of(waiting, ben) == State.GOING

    def test_as_many_queries_find_nobody_for_three_events_as_for_one(
        self, waiting, program, cleo, ada, ben
    ):
        counts = []
        for _number in range(3):
            with CaptureQueriesContext(connection) as queries:
                assert reconcilers.free_lost(timezone.now()) == 0
            counts.append(len(queries))
            event = events.published(program, by=cleo, places=1)
            for person in (ada, ben):
                sign_ups.sign_up(event, by=person)
        assert counts == [2, 2, 2]

    def test_without_an_event_ahead_no_sign_up_is_read(self, waiting):
        with CaptureQueriesContext(connection) as queries:
            assert reconcilers.free_lost(events.started(waiting)) == 0
        assert len(queries) == 1
        assert SignUp._meta.db_table not in queries[0]["sql"]

    def test_the_invariants_name_what_was_forgotten(self, waiting, ben, cam):
        def broken():
            at = timezone.now()
            checks = (invariants.places_of_others, invariants.places_that_stay_free)
            return [len(list(find(at))) for find in checks]

        assert broken() == [0, 0]
        self.withdraw(ben, None)
        assert broken() == [1, 0]
        SignUp.objects.of(ben).update(state="left")
        assert broken() == [0, 1]
        self.free(waiting)
        assert broken() == [0, 0]
