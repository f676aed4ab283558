"""Merges duplicate employers, so that "same employer" can be trusted."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from .models import Employer, Profile


@transaction.atomic
def merge(keep: Employer, others: Iterable[Employer]) -> int:
    """Move everyone from `others` to `keep` and delete `others`; return how many people count.

    Their names become aliases of `keep`, so that forms and imports still recognise them.
    """
    duplicates = [other for other in others if other.pk != keep.pk]
    names = {*keep.aliases.split("\n"), *(other.key for other in duplicates)}
    names.update(alias for other in duplicates for alias in other.aliases.split("\n"))
    count = Profile.objects.filter(employer__in=duplicates).update(employer=keep)
    Employer.objects.filter(pk__in=[other.pk for other in duplicates]).delete()
    keep.aliases = "".join(f"\n{name}" for name in sorted(names - {"", keep.key})) + "\n"
    keep.save(update_fields=["aliases"])
    return count
