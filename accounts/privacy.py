"""What we hold about a person, as one file, and how a person is emptied.

Each app registers in `ready()` a function that returns what it holds about a person, and one that erases it. People are
emptied, never deleted: rows that others need (a signed agreement, a count) stay, with the name replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from notifications.restore_guard import restore_step

from . import erasure_log
from .models import Profile, User

Export = Callable[[User], Any]
Erase = Callable[[User], None]


@dataclass(frozen=True)
class Part:
    """One app's share of a person. `blocks` says in words why the person cannot be erased yet, or is empty."""

    export: Export
    erase: Erase
    blocks: Callable[[User], str]


PARTS: dict[str, Part] = {}
ERASED_DOMAIN = "@erased.invalid"  # no mail server will ever have it


def register(
    name: str, *, export: Export, erase: Erase, blocks: Callable[[User], str] = lambda user: ""
) -> None:
    """Say what an app holds; `export` returns plain data (dict, list, str, number, None, date), own words only."""
    PARTS[name] = Part(export, erase, blocks)


def export_person(user: User) -> dict[str, Any]:
    """Everything that the person wrote or that is about them and theirs to know, by app."""
    return {"made_at": timezone.now(), **{name: part.export(user) for name, part in PARTS.items()}}


def what_blocks_erasing(user: User) -> list[str]:
    """Reasons, in words for the person, why erasing must wait; empty when it can be done now."""
    return [reason for part in PARTS.values() if (reason := part.blocks(user))]


@transaction.atomic
def erase_person(user: User) -> None:
    """Empty the person everywhere. Raises Refused while something still runs that others depend on."""
    if reasons := what_blocks_erasing(user):
        raise ActionNotAllowed(_("This cannot be erased yet: %(why)s") % {"why": " ".join(reasons)})
    empty(user)
    transaction.on_commit(lambda: erasure_log.remember(user.public_id))


def empty(user: User) -> None:
    """Let every app erase its share, upper apps first (the order of INSTALLED_APPS): they still need the account."""
    for part in PARTS.values():
        part.erase(user)


@restore_step
@transaction.atomic
def erase_again() -> int:
    """Erase whoever a restored backup brought back; return how many. What blocks a first erasing does not count here."""
    returned = User.objects.filter(public_id__in=erasure_log.erased()).exclude(
        email__endswith=ERASED_DOMAIN
    )
    for user in returned:
        empty(user)
    return len(returned)


def export_account(user: User) -> dict[str, Any]:
    profile = Profile.objects.filter(user=user).select_related("employer").first()
    own = {
        name: getattr(user, name)
        for name in ("email", "name", "pronouns", "time_zone", "language", "joined_at")
    }
    return {**own, "profile": profile and export_profile(profile)}


def export_profile(profile: Profile) -> dict[str, Any]:
    plain = ("job_title", "years_experience", "place", "phone", "about", "availability")
    return {
        **{name: getattr(profile, name) for name in plain},
        "employer": profile.employer and profile.employer.name,
        "career_stage": profile.get_level_display() if profile.level else None,
        "industries": [str(industry) for industry in profile.industries.all()],
        "languages": [str(language) for language in profile.languages.all()],
    }


def erase_account(user: User) -> None:
    """The address becomes one that can never receive mail; sign-in, sessions and sent links end."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from allauth.usersessions.models import UserSession

    for session in UserSession.objects.filter(user=user):
        session.end()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    for profile in Profile.objects.filter(user=user):
        profile.industries.clear()
        profile.languages.clear()
    Profile.objects.filter(user=user).update(
        employer=None,
        job_title="",
        level=None,
        years_experience=None,
        place="",
        phone="",
        about="",
        availability=[],
    )
    user.email, user.name, user.pronouns = f"{user.public_id.lower()}{ERASED_DOMAIN}", "", ""
    user.is_active, user.link_epoch = False, user.link_epoch + 1
    user.set_unusable_password()
    user.save()
