"""Ending a pair: who may, what it does at once, and what it does not do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.privacy import erase_person
from applications.models import Application
from applications.submission import withdraw
from checkins.models import CheckIn, Concern
from matches import endings, follow_ups, reopening
from matches.emails import match_ended
from matches.ending_texts import ending_lines
from matches.match_creation import create_matches, open_match_counts
from matches.models import (
    Closure,
    EndingNote,
    EndingReason,
    EndingRequest,
    Farewell,
    FollowUp,
    Match,
)
from meetings.models import Meeting
from notifications.models import Notification
from testkit import agreements, factories, meetings
from testkit.checkins import plan

Kind, Cause, State = Match.Closed, Closure.Cause, Match.State
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def carer(program):
    return factories.member("Karin Osei", program=program, role="carer")


@pytest.fixture
def pair(ada, ben, cohort, carer):
    """Ben (mentee) and Ada (mentor), introduced a month ago; Karin cares for them."""
    return factories.match(ben, ada, cohort, carer=carer, introduced_at=NOW - timedelta(days=30))


def waiting(kind):
    rows = Notification.system.filter(kind=kind, state=Notification.State.PENDING)
    return sorted(row.recipient.first_name for row in rows.select_related("recipient"))


def by_choice(pair, person, **values):
    return endings.end(pair, by=person, kind=Kind.BY_CHOICE, at=NOW, **values)


# --- who may end


@pytest.mark.parametrize("who", ["ada", "ben", "carer", "cleo"])
def test_the_two_the_carer_and_the_chair_may_end(pair, ada, ben, carer, cleo, who):
    person = {"ada": ada, "ben": ben, "carer": carer, "cleo": cleo}[who]
    about = {} if person in pair.people else {"cause": Cause.ONE_SIDED, "about": ben}
    by_choice(pair, person, **about)
    pair.refresh_from_db()
    assert (pair.state, pair.closed_kind, pair.closed_at) == (State.CLOSED, "choice", NOW)


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_no_other_member_may_end(pair, ben, program, role):
    member = factories.member("Milo Park", program=program, role=role)
    with pytest.raises(ActionNotAllowed, match="Only the carer"):
        by_choice(pair, member, cause=Cause.ONE_SIDED, about=ben)


def test_a_stranger_may_not_end(pair, ben, dan):
    with pytest.raises(ActionNotAllowed, match="Only the carer"):
        by_choice(pair, dan, cause=Cause.ONE_SIDED, about=ben)


def test_only_the_committee_says_that_it_was_a_mistake(pair, ben):
    with pytest.raises(ActionNotAllowed, match="Only the committee"):
        endings.end(pair, by=ben, kind=Kind.IN_ERROR, at=NOW)


def test_ending_twice_gives_the_ending_that_is_there(pair, ada, ben, carer):
    first = by_choice(pair, ben)
    assert endings.end(pair, by=ada, kind=Kind.BY_CIRCUMSTANCE, at=NOW) == first
    assert Closure.objects.count() == 1
    with pytest.raises(ActionNotAllowed, match="ended already"):
        endings.end(pair, by=carer, kind=Kind.BY_CHOICE, cause=Cause.ONE_SIDED, about=ben)


@pytest.mark.parametrize("state", [State.INTRODUCED, State.ACTIVE, State.CLOSING])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_pair_ends_from_every_state_in_every_way(pair, cleo, state, kind):
    Match.objects.filter(pk=pair.pk).update(state=state)
    cause = Cause.MISTAKE if kind == Kind.IN_ERROR else Cause.EXPECTED
    closure = endings.end(pair, by=cleo, kind=kind, cause=cause, at=NOW)
    assert (closure.kind, closure.state_before) == (kind, state)


# --- what the ending does at once


def test_the_mentors_place_is_free_at_once(pair, ben):
    assert open_match_counts([pair.mentor_id])[pair.mentor_id] == 1
    by_choice(pair, ben)
    assert open_match_counts([pair.mentor_id])[pair.mentor_id] == 0


def test_each_gets_one_e_mail_of_their_own_and_others_are_cancelled(pair, ben):
    from notifications.outbox import enqueue

    version = agreements.shared(pair)
    enqueue("match-introduced", to=ben, about=pair, at=NOW)
    assert waiting("agreement-to-sign") == ["Ada"]
    by_choice(pair, ben)
    assert waiting("match-ended") == ["Ada", "Ben"]
    assert waiting("match-introduced") == waiting("agreement-to-sign") == []
    assert version.pk


def test_meetings_ahead_and_check_ins_are_cancelled(pair, ben):
    meeting = meetings.meeting(pair, NOW + timedelta(days=3))
    plan(NOW)
    assert CheckIn.objects.exclude(state="cancelled").exists()
    by_choice(pair, ben)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.CANCELLED
    assert not CheckIn.objects.exclude(state="cancelled").exists()
    plan(NOW + timedelta(days=200))
    assert not CheckIn.objects.exclude(state="cancelled").exists()
    assert waiting("meeting-date") == waiting("checkin-pulse") == []


def test_the_carer_is_asked_to_talk_with_both(pair, ben):
    by_choice(pair, ben)
    concern = Concern.system.get()
    assert (concern.cause, concern.person, concern.text) == (Concern.Cause.ENDING, ben, "")
    assert waiting("concern-ending") == ["Karin"]


def test_the_checklist_has_the_dates_of_what_the_program_does(pair, ben):
    closure = by_choice(pair, ben, offers_last_meeting=True)
    today = timezone.localdate(NOW)
    dates = ("explained_on", "last_meeting_offered_on", "asked_on", "thanked_on")
    assert {getattr(closure, name) for name in dates} == {today}


def test_the_farewell_is_read_by_the_two_alone(pair, ada, ben, carer, cleo):
    by_choice(pair, ben, farewell="Thank you for the patience.")
    assert Farewell.objects.visible_to(ada).get().text == "Thank you for the patience."
    assert not Farewell.objects.visible_to(carer).exists()
    assert not Farewell.objects.visible_to(cleo).exists()


def test_of_two_who_end_at_the_same_moment_both_farewells_are_kept(pair, ada, ben):
    by_choice(pair, ben, farewell="Thank you for the patience.")
    for _click in range(2):
        by_choice(pair, ada, farewell="Go on asking.")
    texts = {row.author_id: row.text for row in Farewell.objects.visible_to(ben)}
    assert texts == {ben.pk: "Thank you for the patience.", ada.pk: "Go on asking."}


@pytest.mark.parametrize("farewell", ["", "Thank you for the patience."])
def test_the_e_mail_repeats_every_line_that_the_partner_reads(pair, ada, ben, farewell):
    closure = by_choice(pair, ben, farewell=farewell)
    to_partner = match_ended(closure, ada).context["lines"]
    assert match_ended(closure, ben).context["partner_lines"] == to_partner
    assert any("few words" in line for line in to_partner) == bool(farewell)


def test_the_reason_is_read_by_author_carer_and_chair(pair, ada, ben, carer, cleo, program):
    reader = factories.member("Rita Vale", program=program, role="reader")
    endings.give_reason(pair, by=ben, reason="fit", text="I could not speak openly.")
    seen = {
        person.first_name: EndingReason.objects.visible_to(person).exists()
        for person in (ada, ben, carer, cleo, reader)
    }
    assert seen == {"Ada": False, "Ben": True, "Karin": True, "Cleo": True, "Rita": False}


def test_a_reason_is_given_by_the_two_only(pair, carer):
    with pytest.raises(ActionNotAllowed, match="Only the two people"):
        endings.give_reason(pair, by=carer, reason="fit")


# --- ask the committee to join


def test_asking_tells_the_carer_and_nobody_else(pair, ada, ben):
    endings.ask_committee(pair, by=ben, at=NOW)
    endings.ask_committee(pair, by=ben, at=NOW)
    assert EndingRequest.objects.get().person == ben
    assert waiting("concern-ending") == ["Karin"]
    assert not EndingRequest.objects.visible_to(ada).exists()
    assert not Notification.system.filter(recipient=ada).exists()


def test_both_asking_joins_the_two(pair, ada, ben):
    endings.ask_committee(pair, by=ben, at=NOW)
    assert not endings.have_both_asked(pair)
    endings.ask_committee(pair, by=ada, at=NOW)
    assert endings.have_both_asked(pair)
    closure = by_choice(pair, ada)
    assert (closure.cause, closure.person) == (Cause.EXPECTED, None)
    assert not EndingRequest.objects.open().exists()


def test_what_one_has_asked_is_not_given_away_to_the_other(pair, ada, ben):
    endings.ask_committee(pair, by=ben, at=NOW)
    assert endings.cause_for(pair, Kind.BY_CHOICE, by=ada) == Cause.ONE_SIDED
    closure = by_choice(pair, ada)
    assert (closure.cause, closure.person) == (Cause.ONE_SIDED, ada)


def test_a_request_can_be_taken_back(pair, ben):
    endings.ask_committee(pair, by=ben, at=NOW)
    endings.withdraw_request(pair, by=ben, at=NOW)
    endings.withdraw_request(pair, by=ben, at=NOW)
    assert not EndingRequest.objects.open().exists()
    assert Concern.system.get().state == Concern.State.RESOLVED
    assert waiting("concern-ending") == []


def test_asking_is_for_the_two_and_before_the_end(pair, ben, carer):
    with pytest.raises(ActionNotAllowed, match="Only the two people"):
        endings.ask_committee(pair, by=carer)
    with pytest.raises(ActionNotAllowed, match="Only the two people"):
        endings.withdraw_request(pair, by=carer)
    by_choice(pair, ben)
    with pytest.raises(ActionNotAllowed, match="ended already"):
        endings.ask_committee(pair, by=ben)


# --- silence and mistakes


def test_silence_needs_another_way_tried_first(pair, ben, carer):
    silent = {"kind": Kind.BY_CIRCUMSTANCE, "cause": Cause.SILENCE, "about": ben, "at": NOW}
    with pytest.raises(ActionNotAllowed, match="another way first"):
        endings.end(pair, by=carer, **silent)
    closure = endings.end(pair, by=carer, tried_on=NOW.date(), **silent)
    assert (closure.kind, closure.person) == ("circumstance", ben)


def test_it_is_about_one_of_the_two(pair, carer, dan):
    for about in (None, dan):
        with pytest.raises(ActionNotAllowed, match="which of the two"):
            by_choice(pair, carer, cause=Cause.ONE_SIDED, about=about)


def test_a_mistake_leaves_no_trace(pair, ada, ben, carer):
    endings.end(pair, by=carer, kind=Kind.IN_ERROR, cause=Cause.MISTAKE, at=NOW)
    assert not FollowUp.objects.exists()
    assert not Concern.system.exists()
    assert not Match.objects.ended().exists()
    again = create_matches([(pair.mentee_id, pair.mentor_id, {})], at=NOW)
    assert again[0].people == (ben, ada)


def test_kind_and_cause_must_agree(pair, carer):
    with pytest.raises(ActionNotAllowed, match="contradict"):
        endings.end(pair, by=carer, kind=Kind.COMPLETED, cause=Cause.MISTAKE, at=NOW)


# --- matched again only on request


def test_nobody_is_matched_again_without_asking(pair, ben, cohort):
    by_choice(pair, ben)
    other = factories.application(factories.person("Priya Nair"), cohort, "mentor")
    with pytest.raises(ActionNotAllowed, match="Ben Okoro has not asked for another match"):
        create_matches([(pair.mentee_id, other.pk, {})], at=NOW)
    follow_up = FollowUp.objects.get(person=ben)
    follow_ups.answer(follow_up, by=ben, wish="again", at=NOW)
    assert create_matches([(pair.mentee_id, other.pk, {})], at=NOW)


@pytest.mark.parametrize("both", [False, True])
def test_the_same_two_are_a_pair_again_only_if_both_ask(both, pair, ben, ada):
    by_choice(pair, ben)
    for person, same in ((ben, True), (ada, both)):
        follow_ups.answer(
            FollowUp.objects.get(person=person),
            by=person,
            wish="again",
            wants_same_partner=same,
            at=NOW,
        )
    again = [(pair.mentee_id, pair.mentor_id, {})]
    if both:
        assert create_matches(again, at=NOW)
        return
    with pytest.raises(ActionNotAllowed, match="not both asked for it again"):
        create_matches(again, at=NOW)


# --- leaving


def test_withdrawing_ends_the_pair_and_tells_the_partner(pair, ada, ben):
    withdraw(pair.mentee, by=ben, at=NOW)
    closure = Closure.objects.get()
    assert (closure.cause, closure.person, closure.closed_by) == (Cause.LEFT, ben, None)
    assert waiting("match-ended") == ["Ada", "Ben"]
    assert [row.person for row in FollowUp.objects.all()] == [ada]
    withdraw(pair.mentee, by=ben, at=NOW)
    assert Closure.objects.count() == 1


def test_erasing_is_not_refused_for_being_in_a_pair(pair, ada, ben):
    endings.give_reason(pair, by=ben, reason="fit", text="CANARY")
    erase_person(ben)
    pair.refresh_from_db()
    assert (pair.state, pair.closed_kind) == (State.CLOSED, "circumstance")
    assert waiting("match-ended") == ["Ada"]
    assert not EndingReason.system.exists()


def test_a_draft_in_another_cohort_ends_no_pair(pair, ben, program):
    draft = factories.application(ben, factories.cohort(program=program), state="draft")
    withdraw(draft, by=ben, at=NOW)
    pair.refresh_from_db()
    assert pair.state == State.INTRODUCED


# --- reopening and notes


def test_reopening_puts_the_pair_back(pair, ben, carer):
    Match.objects.filter(pk=pair.pk).update(state=State.ACTIVE)
    plan(NOW)
    by_choice(pair, ben)
    reopening.reopen(pair, by=carer, at=NOW + timedelta(days=14))
    pair.refresh_from_db()
    assert (pair.state, pair.closed_at, pair.closed_kind) == (State.ACTIVE, None, "")
    assert waiting("match-ended") == []
    assert waiting("match-reopened") == ["Ada", "Ben"]
    assert not FollowUp.objects.of(ben).exists()
    plan(NOW + timedelta(days=15))
    assert CheckIn.objects.filter(state="scheduled").exists()
    by_choice(pair, ben)
    assert Closure.objects.in_force().count() == 1


def test_reopening_is_for_the_committee_in_time_and_once(pair, ben, carer):
    by_choice(pair, ben)
    with pytest.raises(ActionNotAllowed, match="Only the carer"):
        reopening.reopen(pair, by=ben, at=NOW)
    with pytest.raises(ActionNotAllowed, match="too late"):
        reopening.reopen(pair, by=carer, at=NOW + timedelta(days=14, seconds=1))
    reopening.reopen(pair, by=carer, at=NOW)
    with pytest.raises(ActionNotAllowed, match="nothing to reopen"):
        reopening.reopen(pair, by=carer, at=NOW)


def test_reopening_needs_both_and_a_free_place(pair, ada, ben, carer, cohort):
    by_choice(pair, ben)
    Match.objects.create(
        mentee=factories.application(factories.person("Joel"), cohort), mentor=pair.mentor
    )
    with pytest.raises(ActionNotAllowed, match="Ada Brook has no free place"):
        reopening.reopen(pair, by=carer, at=NOW)
    Application.objects.filter(pk=pair.mentee_id).update(state="withdrawn")
    with pytest.raises(ActionNotAllowed, match="Ben Okoro has left"):
        reopening.reopen(pair, by=carer, at=NOW)


def test_notes_and_dates_are_for_those_in_care(pair, ben, carer, cleo, program):
    matcher = factories.member("Milo Park", program=program, role="matcher")
    with pytest.raises(ActionNotAllowed, match="Only the carer"):
        endings.note(pair, by=matcher, text="x")
    with pytest.raises(ActionNotAllowed, match="no checklist"):
        endings.note(pair, by=carer, text="x", dates={"thanked_on": NOW.date()})
    by_choice(pair, ben)
    endings.note(pair, by=carer, text="Spoke with both.", dates={"thanked_on": NOW.date()})
    assert EndingNote.objects.visible_to(cleo).get().text == "Spoke with both."
    assert not EndingNote.objects.visible_to(ben).exists()


@pytest.mark.parametrize("cause", Cause.values)
@pytest.mark.parametrize("kind", Kind.values)
def test_no_one_reads_a_sentence_twice_about_the_end(pair, ada, ben, kind, cause):
    about = ben if cause in Closure.ABOUT_ONE else None
    closure = Closure(match=pair, kind=kind, cause=cause, person=about, closed_by=ben)
    for reader in (ada, ben):
        text = " ".join(ending_lines(closure, reader, has_farewell=True))
        sentences = text.rstrip(".").split(". ")
        assert len(sentences) == len(set(sentences)), text
