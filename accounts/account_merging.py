"""The account's part in merging: signing in, the profile, e-mails, and the history."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from notifications.recipient_changes import move_choices, move_emails

from .joined_facts import drop_second_profile
from .merge_rules import BY_STEP, MOVES, Accounts, Obstacle, register


def obstacles(accounts: Accounts) -> Iterator[Obstacle]:
    """An account with a second step, or of the maintainer, is only ever the one that stays."""
    if Authenticator.objects.filter(user=accounts.other).exists():
        yield Obstacle(
            _(
                "The account that would end has two-step sign-in. Sign in to that one and begin"
                " there, or turn two-step sign-in off."
            )
        )
    if accounts.other.is_superuser:
        yield Obstacle(_("The account that would end is the maintainer's. Begin there."))


def move_outbox(accounts: Accounts) -> None:
    old, new = accounts.other.pk, accounts.kept.pk
    move_emails(old, new, at=accounts.at)
    move_choices(old, new)


register(
    "accounts",
    {"Profile": {"user": BY_STEP}, "User": {"merged_into": MOVES}},
    before=drop_second_profile,
    obstacles=obstacles,
)
register(
    "notifications",
    {
        "BouncedAddress": {"person": BY_STEP},
        "KnownState": {"person": BY_STEP},
        "MutedStream": {"person": BY_STEP},
        "Notification": {"recipient acted_by": BY_STEP},
        "WeeklyReader": {"person": BY_STEP},
        "WorkHour": {"person": BY_STEP},
    },
    before=move_outbox,
)
register("workflow", {"Transition": {"by": MOVES}})
register("admin", {"LogEntry": {"user": MOVES}})
# `merging_accounts` moves the addresses and ends the sessions; a second step is refused.
register("account", {"EmailAddress": {"user": BY_STEP}})
register("socialaccount", {"SocialAccount": {"user": MOVES}})
register("mfa", {"Authenticator": {"user": BY_STEP}})
register("usersessions", {"UserSession": {"user": BY_STEP}})
