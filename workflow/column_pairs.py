"""Conditions of check constraints that several tables have."""

from __future__ import annotations

from django.db.models import Q


def both_or_neither(one: str, other: str) -> Q:
    """Match rows in which both columns have a value, or none of the two."""
    return Q(**{one: None, other: None}) | Q(**{f"{one}__isnull": False, f"{other}__isnull": False})
