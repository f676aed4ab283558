"""Running pairs that break a rule of their program after facts about one of the two have changed.

1. The rules are those of the round that proposed the pair, else those of a new round. A pair that
   broke a rule before the change, because the committee waived it, is not counted.
2. Nothing happens to the pair. Who cares for it is told, and sees the rule until the pair meets it
   again or ends. The two people never see it.
3. Whether a pair that breaks a rule still does is asked again every `LOOK_AGAIN`: facts can change
   elsewhere, as when employers are merged. That a pair begins to break one so is not noticed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import User
from applications.models import Application
from matches.match_creation import capacity_of, open_match_counts
from matches.models import Match, MatchQuerySet
from matches.signals import rules_broken, rules_met
from notifications.reconcilers import reconciler

from .criteria import CriteriaDict, build_criteria, default_criteria
from .engine import Pool, score
from .models import BrokenRule, Proposal, Round
from .pool.applicant_data import ApplicantData, read_some
from .pool.feature_arrays import FeatureArrays
from .rounds.barred_pairs import SAID_NO, bars_among

LOOK_AGAIN = timedelta(hours=1)
# Rules of the engine that follow from facts which people change themselves.
FROM_FACTS = frozenset({"same_employer", "language", "mode_place", "hours"})
Codes = Mapping[int, frozenset[str]]  # of the rules that each pair breaks, by its id


def broken_rules(matches: Sequence[Match], *, at: datetime) -> dict[int, frozenset[str]]:
    """Return which rules each of `matches` breaks at `at`; they need their applications."""
    if not matches:
        return {}
    ids = {pk for match in matches for pk in (match.mentee_id, match.mentor_id)}
    data = {row.pk: row for row in read_some(ids)}
    answers = FeatureArrays(matches[0].mentee.cohort, at, only=ids)
    people = {match.mentee.person_id for match in matches}
    apart = bars_among(people | {match.mentor.person_id for match in matches})
    full = _overfull({match.mentor_id: match.mentor for match in matches})
    criteria = _criteria_of(matches)
    return {
        match.pk: frozenset(
            {
                *_from_facts(match, data, answers, criteria[match.pk]),
                *(apart[_two(match)] - {SAID_NO}),
                *({"capacity"} if match.mentor_id in full else ()),
            }
        )
        for match in matches
    }


def _two(match: Match) -> frozenset[tuple[int, int]]:
    program = match.mentee.cohort.program_id
    return frozenset({(program, match.mentee.person_id), (program, match.mentor.person_id)})


def _from_facts(
    match: Match,
    data: Mapping[int, ApplicantData],
    answers: FeatureArrays,
    criteria: CriteriaDict,
) -> frozenset[str]:
    """Ask the engine about one mentee and one mentor."""
    mentee, mentor = data[match.mentee_id], data[match.mentor_id]
    people = {mentee.email: "1", mentor.email: "2"}
    pool = Pool(
        answers.side([mentee], ["1"], people, [0]),
        answers.side([mentor], ["2"], people, [0]),
        travel=answers.travel(),
        capacity={"2": 1},
    )
    rules = {**criteria, "own": [], "unknown_forbids": []}
    table = score(pool, build_criteria(rules))  # type: ignore[arg-type]  # the same dictionary
    return FROM_FACTS & frozenset(table.why_not(0, 0))


def _overfull(mentors: Mapping[int, Application]) -> set[int]:
    """Return the applications of mentors who have more mentees than they now take."""
    counts = open_match_counts(mentors)
    return {pk for pk, mentor in mentors.items() if counts[pk] > capacity_of(mentor)}


def _criteria_of(matches: Collection[Match]) -> dict[int, CriteriaDict]:
    """Return the criteria of the round that proposed each pair, else those of a new round."""
    chosen = Proposal.system.filter(
        mentee__in={match.mentee_id for match in matches},
        state=Proposal.State.CHOSEN,
        round__state=Round.State.PUBLISHED,
    )
    rows = chosen.order_by("round_id").values_list("mentee", "mentor", "round__criteria")
    known = {(mentee, mentor): criteria for mentee, mentor, criteria in rows}
    return {
        match.pk: known.get((match.mentee_id, match.mentor_id)) or default_criteria(match.program)
        for match in matches
    }


def open_pairs_of(person: User) -> list[Match]:
    """Return the open pairs of `person`, with what `broken_rules` reads."""
    mine = Q(mentee__person=person) | Q(mentor__person=person)
    return _with_facts(Match.objects.open().filter(mine))


def _with_facts(matches: MatchQuerySet) -> list[Match]:
    rows = matches.select_related(
        "mentee__cohort__program__policy",
        "mentee__person",
        "mentor__cohort__program__policy",
        "mentor__person",
    )
    return list(rows.order_by("pk"))


def watch(person: User, *, at: datetime) -> Callable[[], None] | None:
    """Look at the pairs of `person` before facts change; return what looks at them afterwards."""
    matches = open_pairs_of(person)
    if not matches:
        return None
    before = broken_rules(matches, at=at)

    def look_again() -> None:
        fresh = open_pairs_of(person)
        _note(fresh, before, broken_rules(fresh, at=at), person=person, at=at)

    return look_again


def _note(
    matches: Collection[Match], before: Codes, after: Codes, *, person: User | None, at: datetime
) -> None:
    """Store which rules the pairs have begun to break, and which they meet again; tell of it."""
    lasting: dict[int, list[BrokenRule]] = defaultdict(list)
    for row in BrokenRule.system.lasting().filter(match__in=[match.pk for match in matches]):
        lasting[row.match_id].append(row)
    for match in matches:
        known = lasting[match.pk]
        _end([row for row in known if row.code not in after[match.pk]], at=at)
        new = after[match.pk] - before.get(match.pk, frozenset()) - {row.code for row in known}
        if person is not None and new:
            BrokenRule.objects.bulk_create(
                BrokenRule(match=match, person=person, code=code, since=at, looked_at=at)
                for code in sorted(new)
            )
            rules_broken.send(Match, match=match, person=person, at=at)
        elif known and not after[match.pk] & {row.code for row in known}:
            rules_met.send(Match, match=match, at=at)


def _end(rows: Collection[BrokenRule], *, at: datetime) -> None:
    ids = [row.pk for row in rows]
    BrokenRule.system.lasting().filter(pk__in=ids).update(ended_at=at)


def end_with_match(match: Match, *, at: datetime) -> None:
    """A pair that has ended breaks no rule any more."""
    BrokenRule.system.lasting().filter(match=match).update(ended_at=at)


@reconciler
def look_at_broken_rules(at: datetime) -> int:
    """Look again at pairs that break a rule; return how many were looked at."""
    due = BrokenRule.system.lasting().filter(looked_at__lte=at - LOOK_AGAIN)
    ids = set(due.values_list("match", flat=True))
    if not ids:
        return 0
    matches = _with_facts(Match.objects.open().filter(pk__in=ids))
    after = broken_rules(matches, at=at)
    _note(matches, after, after, person=None, at=at)
    ended = ids - {match.pk for match in matches}
    BrokenRule.system.lasting().filter(match__in=ended).update(ended_at=at)
    BrokenRule.system.lasting().filter(match__in=ids).update(looked_at=at)
    return len(matches)
