"""Pairs that no plan may make: the committee keeps the two apart today, or one of them said no.

A plan knows what was so when its round was run. This is asked again when people are asked about a
pair, while they are, and when it is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from matches.match_creation import NewPair

from ..models import KeepApart, Offer, Override, Round

PlannedPair = tuple[int, int, int]  # ids of the round and of the applications of mentee and mentor

SAID_NO = "said_no"  # beside the kinds of `KeepApart`; no one can waive it


def barred_pairs(pairs: Collection[PlannedPair]) -> set[PlannedPair]:
    """Return those of `pairs` that must not be made, without those whose rule the round waived."""
    ids = {pk for _round, mentee, mentor in pairs for pk in (mentee, mentor)}
    rows = Application.objects.filter(pk__in=ids).values_list("pk", "person", "cohort__program")
    people = {pk: (program, person) for pk, person, program in rows}
    why = bars_among({person for _program, person in people.values()})
    waived = Override.system.filter(round__in={pair[0] for pair in pairs})
    codes = {tuple(row[:3]): set(row[3]) for row in waived.values_list(*COLUMNS)}
    return {
        pair
        for pair in pairs
        if why[frozenset(people[pk] for pk in pair[1:])] - codes.get(pair, set())
    }


COLUMNS = "round", "mentee", "mentor", "codes"


def bars_among(people: set[int]) -> dict[frozenset[tuple[int, int]], set[str]]:
    """Return what bars each two of `people`, by {(program, person), (program, person)}."""
    found: dict[frozenset[tuple[int, int]], set[str]] = defaultdict(set)
    kept = KeepApart.system.live().filter(first__in=people, second__in=people)
    declined = Offer.system.filter(
        state=Offer.State.DECLINED, mentee__person__in=people, mentor__person__in=people
    )
    for program, first, second, kind in kept.values_list("program", "first", "second", "kind"):
        found[frozenset({(program, first), (program, second)})].add(kind)
    for program, mentee, mentor in declined.values_list(
        "mentee__cohort__program", "mentee__person", "mentor__person"
    ):
        found[frozenset({(program, mentee), (program, mentor)})].add(SAID_NO)
    return found


def rules_between(mentee: Application, mentor: Application) -> set[str]:
    """Return what bars these two, wherever they would be paired: kinds of KeepApart, SAID_NO."""
    program = mentee.cohort.program_id
    people = frozenset({(program, mentee.person_id), (program, mentor.person_id)})
    return bars_among({mentee.person_id, mentor.person_id})[people]


def refuse_if_barred(round_: Round, pairs: Collection[NewPair]) -> None:
    """Raise ActionNotAllowed, with names, if one of the pairs of a round must not be made."""
    planned = [(round_.pk, mentee, mentor) for mentee, mentor, _why in pairs]
    for _round, mentee, mentor in sorted(barred_pairs(planned)):
        names = Application.objects.select_related("person").in_bulk([mentee, mentor])
        text = _("%(mentee)s and %(mentor)s must not be matched. Please run the round again.")
        raise ActionNotAllowed(
            text % {"mentee": names[mentee].person, "mentor": names[mentor].person}
        )
