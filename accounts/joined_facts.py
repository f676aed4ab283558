"""The facts about one person with two accounts: what the kept account says, else the other one.

Both accounts get them before any row moves, inside `watched`: the pairs of either are looked at as
when the person changes facts on the page of their profile.
"""

from __future__ import annotations

from .fact_changes import watched
from .merge_rules import Accounts
from .models import Profile, User

OF_PERSON = ("name", "pronouns")
OF_PROFILE = (
    "employer_id", "job_title", "level", "years_experience", "place", "working_languages", "phone",
    "call_hours", "links", "about", "availability",
)  # fmt: skip
LISTS = ("industries", "languages")


def give_same_facts(accounts: Accounts) -> None:
    """Let both accounts say the same about the person, and tell who watches their pairs."""
    kept, other = accounts.kept, accounts.other
    mine, theirs = _profiles(kept, other)
    lists = {name: _joined(mine, theirs, name) for name in LISTS}
    with watched(kept, at=accounts.at):
        for name in OF_PERSON:
            setattr(kept, name, getattr(kept, name) or getattr(other, name))
        kept.save(update_fields=OF_PERSON)
        for name in OF_PROFILE:
            setattr(mine, name, getattr(mine, name) or getattr(theirs, name))
        _store(mine, lists)
    with watched(other, at=accounts.at):
        other.time_zone = kept.time_zone
        other.save(update_fields=["time_zone"])
        for name in OF_PROFILE:
            setattr(theirs, name, getattr(mine, name))
        _store(theirs, lists)


def drop_second_profile(accounts: Accounts) -> None:
    """Delete the profile of the other account; the kept one says the same."""
    for profile in Profile.objects.filter(user=accounts.other):
        profile.delete()


def _profiles(kept: User, other: User) -> tuple[Profile, Profile]:
    """Return the profiles of both, new ones where there is none."""
    rows = Profile.objects.filter(user__in=(kept, other)).prefetch_related(*LISTS)
    found = {row.user_id: row for row in rows}
    return found.get(kept.pk) or Profile(user=kept), found.get(other.pk) or Profile(user=other)


def _joined(mine: Profile, theirs: Profile, name: str) -> list[int]:
    """Return the ids of a list of the kept profile, of the other one if it names none."""
    return _ids(mine, name) or _ids(theirs, name)


def _ids(profile: Profile, name: str) -> list[int]:
    return [row.pk for row in getattr(profile, name).all()] if profile.pk else []


def _store(profile: Profile, lists: dict[str, list[int]]) -> None:
    changed = {name: ids for name, ids in lists.items() if ids != _ids(profile, name)}
    profile.save()
    for name, ids in changed.items():
        getattr(profile, name).set(ids)
