"""Races of the two of a pair: what they do in the same second, and what must be true afterwards.

A race is a function that brings a pair to where it begins and returns a `Race`. Each action loads
its rows itself, as a request does, and runs in a thread with its own connection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from accounts.models import User
from accounts.privacy import erase_person
from agreements import reflections, signing
from agreements.goals import edits
from agreements.goals.edits import GoalEdited, GoalWords
from agreements.models import (
    AgreementText,
    AgreementVersion,
    Goal,
    Reflection,
    Signature,
)
from applications import submission
from applications.models import Application
from matches import endings, follow_ups, reopening, terms
from matches.models import Closure, Farewell, FollowUp, Match
from meetings import recording
from meetings.models import LogEntry, Meeting
from notifications.models import Notification

from .pair_states import Pair
from .pair_states_of_endings import closing, completed_early, longer_term_proposed

Action = Callable[[], object]


@dataclass
class Race:
    """Actions of one second, and `check`, which gets the numbers of those that succeeded."""

    actions: list[Action]
    check: Callable[[list[int]], None]
    # What an action may raise beside ActionNotAllowed: its page shows both texts.
    lost: tuple[type[Exception], ...] = field(default=())


RACES: dict[str, Callable[[Pair], Race]] = {}


def race(prepare: Callable[[Pair], Race]) -> Callable[[Pair], Race]:
    RACES[prepare.__name__] = prepare
    return prepare


def match_of(pair: Pair) -> Match:
    """Read the pair as it is now, like a request."""
    return Match.objects.with_people().get(pk=pair.match.pk)


def end(pair: Pair, by: User, kind: str = "choice") -> Action:
    return lambda: endings.end(match_of(pair), by=by, kind=kind, farewell=f"Bye from {by.name}")


def sign(pair: Pair, by: User) -> Action:
    """Sign the text as it is at the beginning of the race."""
    read = AgreementVersion.objects.of_match(pair.match).editable().get()

    def act() -> object:
        version = AgreementVersion.objects.get(pk=read.pk)
        return signing.sign(version, by=by, typed_name=by.name, expected_revision=read.revision)

    return act


def with_goal(pair: Pair, verb: Callable[..., object], **kwargs: object) -> Action:
    goal = pair.goal()

    def act() -> object:
        mine = Goal.system.get(pk=goal.pk)
        mine.match = match_of(pair)
        return verb(mine, **kwargs)

    return act


def with_meeting(pair: Pair, verb: Callable[..., object], *args: object, **kw: object) -> Action:
    def act() -> object:
        meeting = Meeting.objects.get(match=pair.match)
        meeting.match = match_of(pair)
        return verb(meeting, *args, **kw)

    return act


def is_ended(pair: Pair) -> Closure:
    assert match_of(pair).state == Match.State.CLOSED
    return Closure.objects.in_force().get(match=pair.match)


def both_were_told(kind: str, closure: Closure) -> None:
    about = Notification.system.about(closure).filter(kind=kind)
    assert about.count() == about.values("recipient").distinct().count() == 2


# --- the end


@race
def both_end(pair: Pair) -> Race:
    ben, ada = pair.people

    def check(done: list[int]) -> None:
        assert done == [0, 1], "the second finds it ended, as they wanted"
        closure = is_ended(pair)
        both_were_told("match-ended", closure)
        words = Farewell.system.filter(closure=closure).values_list("author", "text")
        assert dict(words) == {one.pk: f"Bye from {one.name}" for one in pair.people}

    return Race([end(pair, ben), end(pair, ada, "circumstance")], check)


@race
def one_ends_while_the_other_signs(pair: Pair) -> Race:
    ben, ada = pair.people
    pair.sign(pair.share(pair.ago(2)), ben, at=pair.ago(1))

    def check(done: list[int]) -> None:
        assert 0 in done
        is_signed = Signature.objects.valid().filter(person=ada).exists()
        assert is_signed == (1 in done)
        assert is_ended(pair).state_before == ("active" if is_signed else "introduced")

    return Race([end(pair, ben), sign(pair, ada)], check)


@race
def reopened_while_one_is_erased(pair: Pair) -> Race:
    completed_early(pair)

    def check(done: list[int]) -> None:
        assert 1 in done, "erasure is never refused"
        is_erased(pair, pair.mentee)

    return Race(
        [
            lambda: reopening.reopen(match_of(pair), by=pair.carer),
            erase(pair, pair.mentee),
        ],
        check,
    )


@race
def both_are_erased(pair: Pair) -> Race:
    pair.signed(30)

    def check(done: list[int]) -> None:
        assert done == [0, 1]
        is_ended(pair)

    return Race([erase(pair, one) for one in pair.people], check)


def erase(pair: Pair, person: User) -> Action:
    return lambda: erase_person(User.objects.get(pk=person.pk))


def is_erased(pair: Pair, person: User) -> None:
    is_ended(pair)
    assert not User.objects.get(pk=person.pk).is_active


@race
def one_is_erased_while_both_write(pair: Pair) -> Race:
    """What is written in that second is erased too, or refused: nothing of the person stays."""
    ben, ada = pair.people
    pair.signed(30)
    pair.was_agreed()
    goal = pair.goal()
    words = GoalWords("Words of the other", goal.measure)

    def check(done: list[int]) -> None:
        assert 0 in done
        is_erased(pair, ben)
        entries = LogEntry.objects.visible_to(ada).filter(meeting__match=pair.match, author=ben)
        assert not entries.exclude(learned="", next_step="").exists()

    return Race(
        [
            erase(pair, ben),
            with_meeting(pair, recording.record, by=ben, outcome="held", learned="My words"),
            with_goal(
                pair, edits.change_goal, words=words, expected_revision=goal.revision, by=ada
            ),
        ],
        check,
        lost=(GoalEdited,),
    )


@race
def one_is_erased_while_the_other_signs(pair: Pair) -> Race:
    ben, ada = pair.people
    pair.sign(pair.share(pair.ago(2)), ben, at=pair.ago(1))

    def check(done: list[int]) -> None:
        assert 0 in done
        is_erased(pair, ben)
        texts = AgreementText.system.filter(version__agreement__match=pair.match)
        assert not any(ben.name in row.signed_text for row in texts)

    return Race([erase(pair, ben), sign(pair, ada)], check)


@race
def one_leaves_while_the_other_ends_and_it_is_reopened(pair: Pair) -> Race:
    pair.signed(30)

    def leave() -> None:
        application = Application.objects.get(pk=pair.match.mentee_id)
        submission.withdraw(application, by=application.person)

    def check(done: list[int]) -> None:
        assert {0, 1} <= set(done)
        is_ended(pair)
        assert Application.objects.get(pk=pair.match.mentee_id).state == "withdrawn"

    reopen = partial(reopening.reopen, by=pair.carer)
    return Race([leave, end(pair, pair.mentor), lambda: reopen(match_of(pair))], check)


@race
def a_longer_term_is_signed_while_the_pair_is_closed(pair: Pair) -> Race:
    longer_term_proposed(pair)
    pair.sign(
        AgreementVersion.objects.of_match(pair.match).editable().get(), pair.mentee, at=pair.now
    )

    def check(done: list[int]) -> None:
        match = match_of(pair)
        if 0 in done and match.state != Match.State.CLOSED:
            assert match.state == Match.State.ACTIVE
        is_signed = AgreementVersion.objects.of_match(match).signed().get().term_months == 18
        assert is_signed == (0 in done)
        assert (match.state == Match.State.CLOSED) == (1 in done)

    return Race(
        [sign(pair, pair.mentor), end(pair, pair.mentee, "completed"),
         lambda: terms.follow_terms(pair.now)], check
    )  # fmt: skip


@race
def a_longer_term_is_signed_while_the_term_closes_by_itself(pair: Pair) -> Race:
    longer_term_proposed(pair)
    pair.sign(
        AgreementVersion.objects.of_match(pair.match).editable().get(), pair.mentee, at=pair.now
    )
    late = pair.now + timedelta(days=55)

    def check(done: list[int]) -> None:
        is_closed = match_of(pair).state == Match.State.CLOSED
        signed = AgreementVersion.objects.of_match(pair.match).signed().get()
        assert (signed.term_months == 18) == (0 in done)
        assert is_closed or 0 in done

    return Race([sign(pair, pair.mentor), lambda: terms.close_overdue(match_of(pair), late)], check)


@race
def both_say_what_next_twice(pair: Pair) -> Race:
    completed_early(pair)

    def answer(person: User, words: str) -> None:
        row = FollowUp.objects.get(closure__match=pair.match, person=person)
        follow_ups.answer(row, by=person, wish=words)

    def check(done: list[int]) -> None:
        assert done == [0, 1, 2]
        wishes = dict(
            FollowUp.objects.filter(closure__match=pair.match).values_list("person", "wish")
        )
        assert wishes[pair.mentee.pk] in {"again", "stop"}
        assert wishes[pair.mentor.pk] == "pause"

    said = [(pair.mentee, "again"), (pair.mentee, "stop"), (pair.mentor, "pause")]
    return Race([partial(answer, *one) for one in said], check)


@race
def both_look_back(pair: Pair) -> Race:
    closing(pair)
    words = {"next_steps": "n", "goals": {}}

    def check(done: list[int]) -> None:
        assert done[:2] == [0, 1]
        learned = Reflection.system.filter(match=pair.match).values_list("author", "learned")
        assert dict(learned) == {one.pk: one.name for one in pair.people}

    look_back = [
        lambda one=one: reflections.save(match_of(pair), by=one, learned=one.name, **words)
        for one in pair.people
    ]
    return Race([*look_back, end(pair, pair.mentor, "completed")], check)
