"""Races of the two of a pair about what they write: agreement, meetings, goals, pauses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.utils import timezone

from accounts.models import User
from agreements import amending, comments, drafting, renewal
from agreements.goals import edits, goal_states, reviews
from agreements.goals.edits import GoalEdited, GoalWords
from agreements.models import AgreementVersion, Goal, GoalChange, GoalReview, Signature
from matches import pauses
from matches.models import Pause, PauseRequest
from meetings import contact_requests, recording, scheduling
from meetings.locking import MeetingChanged
from meetings.models import ContactRequest, Correction, LogEntry, Meeting
from notifications.models import Notification

from .pair_races import Race, end, is_ended, match_of, race, sign, with_goal, with_meeting
from .pair_states import Pair, wish
from .pair_states_of_endings import longer_term_proposed

# --- the agreement


@race
def one_writes_while_the_other_signs(pair: Pair) -> Race:
    ben, ada = pair.people
    version = pair.share(pair.ago(2))
    pair.sign(version, ben, at=pair.ago(1))
    values = {"activities": ["Visit one another"]}
    revision = version.activities_revision

    def check(done: list[int]) -> None:
        version.refresh_from_db()
        assert len(done) == 1, "an edit and a signature of the text before it exclude each other"
        written = drafting.part_values(version, "activities") == values
        assert written == (done == [0])
        assert Signature.objects.valid().filter(version=version).count() == (0 if written else 2)
        assert version.state == ("shared" if written else "signed")

    write = partial(
        drafting.save_part, part="activities", values=values, expected_revision=revision
    )
    return Race(
        [lambda: write(match_of(pair), by=ben), sign(pair, ada)], check,
        lost=(drafting.ConflictingEdit,),
    )  # fmt: skip


@race
def a_change_is_accepted_while_the_other_signs(pair: Pair) -> Race:
    ben, ada = pair.people
    version = pair.share(pair.ago(2))
    pair.sign(version, ben, at=pair.ago(1))
    row = comments.suggest(version, "activities", {"activities": ["Another"]}, by=ada)
    expected = version.number, version.activities_revision

    def accept() -> None:
        (mine,) = comments.of_match(match_of(pair), ben)
        mine.version.agreement.match = match_of(pair)
        comments.accept(mine, expected=expected, by=ben)

    def check(done: list[int]) -> None:
        row.refresh_from_db(from_queryset=type(row).system.all())
        current = AgreementVersion.objects.of_match(pair.match).editable().first()
        assert done, "one of them at least"
        if 0 in done:
            assert row.state == "accepted"
            assert current is not None
            assert drafting.part_values(current, "activities") == {"activities": ["Another"]}
        else:
            assert row.state == "open"
        signed = AgreementVersion.objects.of_match(pair.match).signed().exists()
        assert signed == (1 in done)

    return Race([accept, sign(pair, ada)], check, lost=(drafting.ConflictingEdit,))


@race
def both_sign(pair: Pair) -> Race:
    version = pair.share(pair.ago(2))

    def check(done: list[int]) -> None:
        assert done == [0, 1, 2]
        version.refresh_from_db()
        assert (version.state, match_of(pair).state) == ("signed", "active")
        assert Signature.objects.valid().filter(version=version).count() == 2

    return Race([sign(pair, one) for one in (*pair.people, pair.mentee)], check)


@race
def one_amends_while_the_other_renews_and_discards(pair: Pair) -> Race:
    longer_term_proposed(pair)
    begun = AgreementVersion.objects.of_match(pair.match).editable().get()

    def check(done: list[int]) -> None:
        assert 1 in done
        begun.refresh_from_db()
        assert begun.state == "discarded"
        assert AgreementVersion.objects.of_match(pair.match).editable().count() <= 1
        assert AgreementVersion.objects.of_match(pair.match).signed().count() == 1

    return Race(
        [
            lambda: renewal.propose(match_of(pair), months=3, by=pair.mentor),
            lambda: amending.discard(AgreementVersion.objects.get(pk=begun.pk), by=pair.mentee),
            lambda: amending.amend(match_of(pair), by=pair.mentor),
        ],
        check,
    )


# --- meetings


@race
def one_accepts_while_the_other_moves(pair: Pair) -> Race:
    ben, ada = pair.people
    pair.plan(ben, 5)
    new = pair.when(7)

    def check(done: list[int]) -> None:
        assert len(done) == 1
        meeting = Meeting.objects.get(match=pair.match)
        assert meeting.state == ("set", "proposed", "cancelled")[done[0]]
        if done == [1]:
            assert (meeting.starts_at, meeting.awaiting) == (new.starts_at, ada)

    return Race(
        [
            with_meeting(pair, scheduling.accept, by=ada, expected_sequence=0),
            with_meeting(pair, scheduling.suggest_times, [new], by=ben, expected_sequence=0),
            with_meeting(pair, scheduling.cancel, by=ben, expected_sequence=0),
        ],
        check,
    )


@race
def a_meeting_is_recorded_twice(pair: Pair) -> Race:
    pair.was_agreed()
    sequence = Meeting.objects.get(match=pair.match).sequence

    def check(done: list[int]) -> None:
        assert len(done) == 1, "the other is told that it was recorded otherwise"
        meeting = Meeting.objects.get(match=pair.match)
        assert meeting.state == ("held", "missed")[done[0]]
        notes = LogEntry.objects.visible_to(pair.mentee).filter(meeting=meeting)
        assert [row.learned for row in notes] == [("From Ben", "From Ada")[done[0]]]
        assert not Correction.objects.filter(meeting=meeting).exists()

    said = zip(pair.people, ("held", "missed"), ("From Ben", "From Ada"), strict=True)
    return Race(
        [
            with_meeting(
                pair, recording.record, by=by, outcome=outcome, learned=words,
                expected_sequence=sequence,
            )
            for by, outcome, words in said
        ],
        check,
    )  # fmt: skip


@race
def both_record_that_they_met(pair: Pair) -> Race:
    """Without a plan, at the same time of day and of the same length: it is one meeting."""
    known = {"when": pair.when(-1), "minutes": 45, "mode": "phone"}

    def check(done: list[int]) -> None:
        assert done == [0, 1]
        assert Meeting.objects.get(match=pair.match).minutes == 45

    return Race(
        [
            lambda one=one: recording.record_past(match_of(pair), by=one, **known)
            for one in pair.people
        ],
        check,
    )


@race
def one_ends_while_the_other_plans_and_answers(pair: Pair) -> Race:
    ben, ada = pair.people
    pair.signed(30)
    pair.plan(ben, 5)

    def plan() -> None:
        times = [pair.when(9)]
        scheduling.plan_meeting(match_of(pair), by=ben, times=times, minutes=60, mode="video")

    def check(done: list[int]) -> None:
        assert 0 in done
        is_ended(pair)
        assert not Meeting.objects.filter(match=pair.match).ahead(timezone.now()).exists()

    first = Meeting.objects.get(match=pair.match)

    def accept() -> None:
        rows = Meeting.objects.select_related("match__mentee__person", "match__mentor__person")
        scheduling.accept(rows.get(pk=first.pk), by=ada)

    return Race([end(pair, ada), plan, accept], check)


@race
def a_request_for_a_contact_is_answered_twice(pair: Pair) -> Race:
    ben, ada = pair.people
    asked = contact_requests.ask(pair.match, by=ben, wished="Someone in payroll")

    def answer(verb: Callable[..., object], by: User, **words: str) -> None:
        row = ContactRequest.system.get(pk=asked.pk)
        row.match = match_of(pair)
        verb(row, by=by, **words)

    def check(done: list[int]) -> None:
        state = ContactRequest.system.get(pk=asked.pk).state
        assert len(done) == 1
        assert state == ("shared", "declined", "withdrawn")[done[0]]

    return Race(
        [
            partial(answer, contact_requests.share, ada, name="Kim", details="kim@k.example"),
            partial(answer, contact_requests.decline, ada),
            partial(answer, contact_requests.withdraw, ben),
        ],
        check,
    )


# --- goals


@race
def a_goal_is_changed_twice(pair: Pair) -> Race:
    pair.signed(30)
    goal = pair.goal()
    revision, was = goal.revision, goal.text
    words = [GoalWords(f"Words of {one.name}", goal.measure) for one in pair.people]

    def check(done: list[int]) -> None:
        assert len(done) == 1, "the other is shown both texts"
        now = Goal.system.get(pk=goal.pk)
        assert now.text == words[done[0]].text
        changes = GoalChange.objects.visible_to(pair.mentee).filter(goal=now, kind="text")
        assert [change.before for change in changes] == [was]

    actions = [
        with_goal(pair, edits.change_goal, words=one, expected_revision=revision, by=by)
        for one, by in zip(words, pair.people, strict=True)
    ]
    return Race(actions, check, lost=(GoalEdited,))


@race
def a_goal_is_reached_parked_and_the_pair_ends(pair: Pair) -> Race:
    pair.signed(30)
    goal = pair.goal()
    move = partial(with_goal, pair, goal_states.set_state, expected_state="not_started")

    def check(done: list[int]) -> None:
        assert 2 in done
        is_ended(pair)
        state = Goal.system.get(pk=goal.pk).state
        moved = [number for number in done if number < 2]
        assert len(moved) <= 1
        assert state == (("reached", "parked")[moved[0]] if moved else "not_started")
        waiting = Notification.system.about(goal).filter(state="pending")
        assert not waiting.exists(), "no e-mail about a goal after the end"

    actions = [move(to="reached", by=pair.mentee), move(to="parked", by=pair.mentor)]
    return Race([*actions, end(pair, pair.mentor)], check)


@race
def both_review_the_goals(pair: Pair) -> Race:
    pair.signed(95)
    review = GoalReview.objects.create(match=pair.match, month=3, asked_at=pair.now)
    goal = pair.goal()

    def complete(person: User) -> None:
        mine = GoalReview.objects.get(pk=review.pk)
        mine.match = match_of(pair)
        about = Goal.system.get(pk=goal.pk)
        about.match = mine.match
        answer = reviews.Answer(about, f"By {person.name}", "under_way", goal.state, goal.revision)
        if not reviews.complete(mine, [answer], still_agreed="same", by=person):
            raise MeetingChanged("done already")

    def check(done: list[int]) -> None:
        assert len(done) == 1
        winner = pair.people[done[0]]
        review.refresh_from_db()
        assert review.done_by == winner
        assert Goal.system.get(pk=goal.pk).measure == f"By {winner.name}"

    return Race([partial(complete, one) for one in pair.people], check, lost=(GoalEdited,))


# --- pauses


@race
def one_pauses_while_the_other_ends(pair: Pair) -> Race:
    pair.signed(30)

    def check(done: list[int]) -> None:
        assert 0 in done
        is_ended(pair)
        assert not Pause.objects.open().filter(match=pair.match).exists()
        assert Pause.objects.filter(match=pair.match).exists() == (1 in done)

    return Race(
        [
            end(pair, pair.mentor),
            lambda: pauses.pause(match_of(pair), wish(pair, 20), by=pair.mentee),
        ],
        check,
    )


@race
def both_pause(pair: Pair) -> Race:
    pair.signed(30)
    wishes = [wish(pair, 20), wish(pair, 10)]

    def check(done: list[int]) -> None:
        assert done == [0, 1]
        pause = Pause.objects.open().get(match=pair.match)
        asked = PauseRequest.system.filter(pause=pause).values_list("person", "last_day")
        assert dict(asked) == {
            one.pk: said.last_day for one, said in zip(pair.people, wishes, strict=True)
        }
        assert pause.last_day == wishes[0].last_day

    return Race(
        [
            lambda one=one, said=said: pauses.pause(match_of(pair), said, by=one)
            for one, said in zip(pair.people, wishes, strict=True)
        ],
        check,
    )


@race
def one_comes_back_while_the_other_ends(pair: Pair) -> Race:
    pair.signed(30)
    pauses.pause(pair.match, wish(pair, 20), by=pair.mentee)

    def check(done: list[int]) -> None:
        assert 1 in done
        is_ended(pair)
        assert not Pause.objects.open().filter(match=pair.match).exists()

    return Race(
        [lambda: pauses.come_back(match_of(pair), by=pair.mentee), end(pair, pair.mentor)], check
    )
