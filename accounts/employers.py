"""Spellings of one employer become one row, so that "same employer" means what it says."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from .models import Employer, Profile


@transaction.atomic
def merge(keep: Employer, others: Iterable[Employer]) -> int:
    """Move everybody from `others` to `keep`, remember the spellings, remove the rows. Returns the number of people moved."""
    gone = [other for other in others if other.pk != keep.pk]
    names = {*keep.aliases.split("\n"), *(other.key for other in gone)}
    names.update(alias for other in gone for alias in other.aliases.split("\n"))
    moved = Profile.objects.filter(employer__in=gone).update(employer=keep)
    Employer.objects.filter(pk__in=[other.pk for other in gone]).delete()
    keep.aliases = "".join(f"\n{name}" for name in sorted(names - {"", keep.key})) + "\n"
    keep.save(update_fields=["aliases"])
    return moved
