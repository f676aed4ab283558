"""Exports and erases a person's data across apps.

Each app registers in `ready()` how it exports and erases its part. People are anonymized, never
deleted: rows that others need (a signed agreement, a count) stay, with the name replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from notifications.restore_guard import restore_step

from . import erasure_log
from .models import Profile, User

Export = Callable[[User], object]  # plain data that JSON can hold
Erase = Callable[[User], None]


@dataclass(frozen=True)
class DataPart:
    """One app's part. `blocks` returns why the person cannot be erased yet, in words, or ""."""

    export: Export
    erase: Erase
    blocks: Callable[[User], str]


DATA_PARTS: dict[str, DataPart] = {}
ERASED_DOMAIN = "@erased.invalid"  # a reserved domain, so it receives no mail


def register(
    name: str, *, export: Export, erase: Erase, blocks: Callable[[User], str] = lambda user: ""
) -> None:
    """Register one app's part under `name`.

    `export` returns plain data (dict, list, str, number, None, date) and only what is the person's
    own. Call order is registration order, upper apps first.
    """
    DATA_PARTS[name] = DataPart(export, erase, blocks)


def export_person(user: User) -> dict[str, object]:
    """Return what the person wrote, and what is about them and theirs to know, by app."""
    return {
        "made_at": timezone.now(),
        **{name: part.export(user) for name, part in DATA_PARTS.items()},
    }


def erasure_blockers(user: User) -> list[str]:
    """Return why erasing must wait, in words for the person; empty when it can be done now."""
    return [reason for part in DATA_PARTS.values() if (reason := part.blocks(user))]


@transaction.atomic
def erase_person(user: User) -> None:
    """Erase the person's data in every app. Raises ActionNotAllowed while something blocks it."""
    if reasons := erasure_blockers(user):
        raise ActionNotAllowed(
            _("You can't erase your data yet. %(why)s") % {"why": " ".join(reasons)}
        )
    erase_in_every_app(user)
    transaction.on_commit(lambda: erasure_log.append(user.public_id))


def erase_in_every_app(user: User) -> None:
    """Erase each app's part, upper apps first (INSTALLED_APPS): they still need the account."""
    for part in DATA_PARTS.values():
        part.erase(user)


def complete_erasure_log() -> set[str]:
    """Add to the log whom the database knows as erased; return everyone in the log.

    They are missing where the log was lost, or where the process died before it wrote the line.
    """
    erased = User.objects.filter(email__endswith=ERASED_DOMAIN)
    erasure_log.merge(erased.values_list("public_id", flat=True))
    return erasure_log.erased_ids()


@restore_step
@transaction.atomic
def erase_again() -> int:
    """Erase everyone whom a restored backup brought back; return how many. Nothing blocks it."""
    returned = User.objects.filter(public_id__in=complete_erasure_log()).exclude(
        email__endswith=ERASED_DOMAIN
    )
    for user in returned:
        erase_in_every_app(user)
    return len(returned)


def export_account(user: User) -> dict[str, object]:
    profile = Profile.objects.filter(user=user).select_related("employer").first()
    own = {
        name: getattr(user, name)
        for name in ("email", "name", "pronouns", "time_zone", "language", "joined_at")
    }
    return {**own, "profile": profile and export_profile(profile)}


def export_profile(profile: Profile) -> dict[str, object]:
    plain = ("job_title", "years_experience", "place", "phone", "about", "availability")
    return {
        **{name: getattr(profile, name) for name in plain},
        "employer": profile.employer and profile.employer.name,
        "career_stage": profile.get_level_display() if profile.level else None,
        "industries": [str(industry) for industry in profile.industries.all()],
        "languages": [str(language) for language in profile.languages.all()],
    }


def erase_account(user: User) -> None:
    """Replace the address by one that receives no mail; end sign-in, sessions and sent links."""
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
