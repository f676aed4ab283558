"""Named wishes: find the person that an applicant means. No one sees whether a name was found."""

from __future__ import annotations

import unicodedata
from collections import defaultdict

from django.db import transaction

from programs.models import Cohort

from .models import Application, NamedWish


@transaction.atomic
def resolve_names(cohort: Cohort) -> int:
    """Set the person of every wish whose text names exactly one applicant of the cohort.

    A name is the e-mail address, the import key or the full name, whatever its case and spacing.
    A name that fits two people stays unresolved. Returns how many wishes were newly resolved.
    """
    wishes = NamedWish.system.filter(application__cohort=cohort, person=None)
    unresolved = list(wishes.select_related("application"))
    if not unresolved:
        return 0
    people_by_name = _people_by_name(cohort)
    resolved = []
    for wish in unresolved:
        people = people_by_name.get(_normalized(wish.written), set())
        people = people - {wish.application.person_id}
        if len(people) == 1:
            wish.person_id = next(iter(people))
            resolved.append(wish)
    NamedWish.system.bulk_update(resolved, ["person"], batch_size=500)
    return len(resolved)


def _people_by_name(cohort: Cohort) -> dict[str, set[int]]:
    people: dict[str, set[int]] = defaultdict(set)
    sent = Application.objects.filter(cohort=cohort).exclude(state=Application.State.DRAFT)
    for pk, *texts in sent.values_list("person", "person__name", "person__email", "external_key"):
        for text in texts:
            people[_normalized(text)].add(pk)
    people.pop("", None)
    return people


def _normalized(text: str) -> str:
    """Return `text` without differences of case, spacing and compatible Unicode spellings."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
