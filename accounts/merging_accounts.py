"""Two accounts of one person become one: everything of the one moves to the other, or nothing.

1. Whoever calls this has proof that both accounts are one person's, see `matches.merging`.
2. First all obstacles are looked for, in the same transaction and behind the same locks: rows that
   one account may not hold together, roles that no one may gain by it, and what must stay unread.
3. Both accounts get the same facts, then each reference to a person follows its rule
   (`merge_rules`). What breaks half-way leaves both accounts as they were.
4. Of the other account only an emptied row stays. It names the account that is kept, so that links
   in old e-mails still lead there. Its addresses sign in to the kept account.
"""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed

from . import merge_rules
from .ended_sessions import sign_out
from .joined_facts import give_same_facts
from .merge_rules import Accounts, Obstacle
from .models import User
from .models.people import MERGED_DOMAIN
from .new_address import addresses_of


class NotMergeable(ActionNotAllowed):
    """The two accounts cannot be merged as they are."""


def obstacles(kept: User, other: User, *, at: datetime | None = None) -> list[Obstacle]:
    """Return why `other` cannot be merged into `kept` as they are; empty if it can."""
    accounts = Accounts(kept, other, at or timezone.now())
    if kept.pk == other.pk or not (kept.is_active and other.is_active):
        return [Obstacle(_("These are no longer two accounts."))]
    found = [one for find in merge_rules.OBSTACLES for one in find(accounts)]
    for name, reference in merge_rules.references().items():
        found += merge_rules.RULES[name].obstacles(reference, accounts)
    return list(dict.fromkeys(found))


@transaction.atomic
def merge(kept: User, other: User, *, at: datetime | None = None) -> None:
    """Move everything of `other` to `kept`, whose addresses both open it afterwards.

    Raises NotMergeable, and changes nothing, while something stands in the way.
    """
    at = at or timezone.now()
    for lock in reversed(merge_rules.LOCKS):
        lock(Accounts(kept, other, at))
    people = User.objects.select_for_update(no_key=True).filter(pk__in=(kept.pk, other.pk))
    by_id = {person.pk: person for person in people.order_by("pk")}
    accounts = Accounts(by_id[kept.pk], by_id[other.pk], at)
    if found := obstacles(accounts.kept, accounts.other, at=at):
        why = " ".join(str(one.text) for one in found)
        raise NotMergeable(_("The two accounts can't become one yet. %(why)s") % {"why": why})
    give_same_facts(accounts)
    move_everything(accounts)
    _close(accounts)
    kept.refresh_from_db()


def move_everything(accounts: Accounts) -> None:
    """Apply the rule of every reference to a person. A second time it moves what came since."""
    for step in merge_rules.BEFORE:
        step(accounts)
    for name, reference in merge_rules.references().items():
        merge_rules.RULES[name].apply(reference, accounts)
    for step in merge_rules.AFTER:
        step(accounts)


def _close(accounts: Accounts) -> None:
    """Give the addresses of the other account to the kept one, and leave an emptied row."""
    other = accounts.other
    sign_out(other)
    addresses = addresses_of(other) if other.has_address else []
    EmailAddress.objects.filter(user=other).delete()
    other.email = f"{other.public_id.lower()}{MERGED_DOMAIN}"
    blank = User()
    other.name = other.pronouns = ""
    other.time_zone, other.language, other.last_login = blank.time_zone, blank.language, None
    other.second_address_declined_at = None
    other.is_active, other.merged_into = False, accounts.kept
    other.set_unusable_password()
    other.save()
    for address in addresses:
        EmailAddress.objects.filter(user=accounts.kept, email=address).delete()
        EmailAddress.objects.create(user=accounts.kept, email=address, verified=True)
