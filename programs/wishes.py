"""Wishes about named people: who is meant. Nobody is told whether a name was recognised."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction

from .models import Application, Cohort, NamedWish


def key(text: str) -> str:
    """Case and spaces aside."""
    return " ".join(text.split()).casefold()


@transaction.atomic
def recognise(cohort: Cohort) -> int:
    """Set the person of every wish of the cohort whose text is one applicant's address or unmistakable name.

    Two people of the same name are never guessed between. Returns how many wishes were newly recognised.
    """
    wishes = NamedWish.objects.unscoped("names are compared, and nobody is told").filter(
        application__cohort=cohort, person=None
    )
    waiting = list(wishes)
    if not waiting:
        return 0
    known = _people_by_key(cohort)
    found = []
    for wish in waiting:
        people = known.get(key(wish.written), set())
        if len(people) == 1:
            wish.person_id = next(iter(people))
            found.append(wish)
    NamedWish.objects.unscoped("names are compared, and nobody is told").bulk_update(found, ["person"])
    return len(found)


def _people_by_key(cohort: Cohort) -> dict[str, set[int]]:
    known: dict[str, set[int]] = defaultdict(set)
    sent = Application.objects.filter(cohort=cohort).exclude(state=Application.State.DRAFT)
    for pk, name, email in sent.values_list("person", "person__name", "person__email"):
        known[key(email)].add(pk)
        if name:
            known[key(name)].add(pk)
    return known
