"""Wishes about named people: who is meant. Nobody is told whether a name was recognised."""

from __future__ import annotations

import unicodedata
from collections import defaultdict

from django.db import transaction

from programs.models import Cohort

from .models import Application, NamedWish


def key(text: str) -> str:
    """Case, spaces and compatible spellings of the same letters aside."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


@transaction.atomic
def recognise(cohort: Cohort) -> int:
    """Set the person of every wish whose text is one applicant's address, import key or unmistakable name.

    Two people of the same name are never guessed between. Returns how many wishes were newly recognised.
    """
    wishes = NamedWish.system.filter(application__cohort=cohort, person=None)
    waiting = list(wishes.select_related("application"))
    if not waiting:
        return 0
    known = _people_by_key(cohort)
    found = []
    for wish in waiting:
        people = known.get(key(wish.written), set()) - {wish.application.person_id}
        if len(people) == 1:
            wish.person_id = next(iter(people))
            found.append(wish)
    NamedWish.system.bulk_update(found, ["person"], batch_size=500)
    return len(found)


def _people_by_key(cohort: Cohort) -> dict[str, set[int]]:
    known: dict[str, set[int]] = defaultdict(set)
    sent = Application.objects.filter(cohort=cohort).exclude(state=Application.State.DRAFT)
    for pk, *texts in sent.values_list("person", "person__name", "person__email", "external_key"):
        for text in texts:
            known[key(text)].add(pk)
    known.pop("", None)
    return known
