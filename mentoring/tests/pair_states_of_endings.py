"""The states of a pair from the notice of its end on; see `pair_states`."""

from __future__ import annotations

from accounts.privacy import erase_person
from agreements import amending, reflections, renewal
from agreements.models import AgreementVersion, Goal
from agreements.reflections import GoalAnswer
from applications import submission
from matches import (
    endings,
    follow_ups,
    keeping_in_touch,
    pauses,
    reopening,
    retention,
    terms,
    thank_you_notes,
)
from matches.models import FollowUp, Match
from meetings import recording
from meetings.statements import issuing

from .pair_states import YEAR, Pair, state, wish


def signed_long_ago(pair: Pair, days_left: int) -> None:
    """Sign a term of a year that ends in so many days; it is closing if that is near."""
    pair.signed(YEAR - days_left)
    recording.record(pair.was_agreed(90), by=pair.mentee, at=pair.ago(89), learned="To ask.")
    terms.begin_to_close(pair.match, at=pair.now)


@state
def end_announced(pair: Pair) -> None:
    signed_long_ago(pair, 50)
    terms.announce(pair.match, pair.now)


@state
def closing(pair: Pair) -> None:
    signed_long_ago(pair, 20)


@state
def closing_with_words(pair: Pair) -> None:
    signed_long_ago(pair, 20)
    look_back(pair)


def look_back(pair: Pair) -> None:
    """Write all that one can write at the end; a goal is partly reached."""
    for person in pair.people:
        goals = {
            goal.key: GoalAnswer("partly", "To begin earlier.")
            for goal in Goal.objects.visible_to(person).filter(match=pair.match)
        }
        reflections.save(pair.match, by=person, learned="A lot", next_steps="A break", goals=goals)
        keeping_in_touch.choose(pair.match, by=person, allows="email")
    thank_you_notes.send(pair.match, by=pair.mentee, text="You asked before you advised.")


@state
def paused_over_the_end(pair: Pair) -> None:
    signed_long_ago(pair, 5)
    pauses.pause(pair.match, wish(pair, 30), by=pair.mentor)


@state
def term_over(pair: Pair) -> None:
    signed_long_ago(pair, -10)


@state
def closed_by_the_term(pair: Pair) -> None:
    signed_long_ago(pair, -35)
    terms.close_overdue(pair.match, pair.now)


@state
def longer_term_proposed(pair: Pair) -> None:
    signed_long_ago(pair, 20)
    renewal.propose(pair.match, months=6, by=pair.mentee)


@state
def renewed(pair: Pair) -> None:
    longer_term_proposed(pair)
    pair.sign(AgreementVersion.objects.of_match(pair.match).editable().get(), at=pair.now)


# --- the end


@state
def ending_asked(pair: Pair) -> None:
    pair.signed(40)
    endings.ask_committee(pair.match, by=pair.mentee)
    endings.give_reason(pair.match, by=pair.mentee, reason="time", text="Private words")


@state
def ended_before_the_agreement(pair: Pair) -> None:
    pair.end("choice", by=pair.mentor)


@state
def ended_with_a_draft(pair: Pair) -> None:
    pair.share(pair.ago(3))
    pair.end("circumstance")


@state
def completed(pair: Pair) -> None:
    """Signed, closed and looked back on, with a certificate."""
    closing_with_words(pair)
    pair.end("completed", at=pair.now)
    for row in FollowUp.objects.filter(closure__match=pair.match, person=pair.mentee):
        follow_ups.answer(row, by=pair.mentee, wish="again", wants_same_partner=True)
    issuing.issue_certificate(pair.match, by=pair.mentee)


@state
def completed_early(pair: Pair) -> None:
    pair.signed(100)
    pair.end("early")


@state
def ended_by_choice(pair: Pair) -> None:
    """With all that waits: a meeting, another one to record, a begun amendment."""
    pair.signed(100)
    pair.plan(pair.mentee, 5, 6)
    pair.was_agreed()
    amending.amend(pair.match, by=pair.mentor)
    pair.end("choice")


@state
def ended_by_circumstance_in_a_pause(pair: Pair) -> None:
    pair.signed(100)
    pauses.pause(pair.match, wish(pair, 20), by=pair.mentee, at=pair.ago(3))
    pair.end("circumstance")


@state
def created_in_error(pair: Pair) -> None:
    pair.match.refresh_from_db()
    endings.end(pair.match, by=pair.carer, kind="error", cause="mistake")


@state
def reopened(pair: Pair) -> None:
    completed_early(pair)
    reopening.reopen(pair.match, by=pair.carer)


@state
def mentee_left(pair: Pair) -> None:
    pair.signed(100)
    submission.withdraw(pair.match.mentee, by=pair.mentee)


@state
def mentor_erased(pair: Pair) -> None:
    pair.signed(100)
    recording.record(pair.was_agreed(), by=pair.mentor, learned="Words that go.")
    erase_person(pair.mentor)


@state
def texts_erased(pair: Pair) -> None:
    pair.signed(400)
    recording.record(pair.was_agreed(390), by=pair.mentee, at=pair.ago(389), learned="To ask.")
    pair.end("early", at=pair.ago(300))
    retention.erase_old_pairs(pair.now)
    assert Match.objects.get(pk=pair.match.pk).texts_erased_at is not None
