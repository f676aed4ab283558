"""Exports and erases a person's data across apps.

Each app registers in `ready()` how it exports and erases its part. People are anonymized, never
deleted: rows that others need (a signed agreement, a count) stay, with the name replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from notifications.restore_guard import restore_step

from . import erasure_log
from .column_rules import ColumnRule, Columns
from .models import User
from .models.people import ERASED_DOMAIN

Export = Callable[[User], object]  # plain data that JSON can hold
Erase = Callable[[User], None]


@dataclass(frozen=True)
class DataPart:
    """One app's part.

    `blocks` returns why the person cannot be erased yet, in words, or "". `effects` returns what
    erasing changes for others, in sentences that the person reads before. `begin` runs before the
    `erase` of any app: it stops what could write new words meanwhile.
    """

    export: Export
    erase: Erase
    blocks: Callable[[User], str]
    effects: Callable[[User], list[str]] = lambda user: []
    begin: Callable[[User], None] = lambda user: None


DATA_PARTS: dict[str, DataPart] = {}
COLUMN_RULES: dict[str, ColumnRule] = {}


def register(
    name: str,
    *,
    export: Export,
    erase: Erase,
    columns: Columns,
    blocks: Callable[[User], str] = lambda user: "",
    effects: Callable[[User], list[str]] = lambda user: [],
    begin: Callable[[User], None] = lambda user: None,
) -> None:
    """Register one app's part under `name`.

    `export` returns plain data (dict, list, str, number, None, date) and only what is the person's
    own. `columns` says for each stored text what `erase` does to it and whether `export` has it.
    Call order is registration order, upper apps first. Erasing twice must change nothing more.
    """
    DATA_PARTS[name] = DataPart(export, erase, blocks, effects, begin)
    COLUMN_RULES.update(columns)


RETENTION: list[Callable[[User], list[str]]] = []


def describes_retention(lines: Callable[[User], list[str]]) -> Callable[[User], list[str]]:
    """Register what the page "Your data" says on how long texts are kept; a decorator."""
    RETENTION.append(lines)
    return lines


def retention_lines(user: User) -> list[str]:
    """Return, in sentences for the person, when which texts are erased without being asked."""
    return [line for lines in RETENTION for line in lines(user)]


def export_person(user: User) -> dict[str, object]:
    """Return what the person wrote, and what is about them and theirs to know, by app."""
    return {
        "made_at": timezone.now(),
        **{name: part.export(user) for name, part in DATA_PARTS.items()},
    }


def erasure_blockers(user: User) -> list[str]:
    """Return why erasing must wait, in words for the person; empty when it can be done now."""
    return [reason for part in DATA_PARTS.values() if (reason := part.blocks(user))]


def erasure_effects(user: User) -> list[str]:
    """Return what erasing changes for others, in sentences for the person."""
    return [line for part in DATA_PARTS.values() for line in part.effects(user)]


@transaction.atomic
def erase_person(user: User) -> None:
    """Erase the person's data in every app. Raises ActionNotAllowed while something blocks it."""
    if reasons := erasure_blockers(user):
        raise ActionNotAllowed(
            _("You can't erase your data yet. %(why)s") % {"why": " ".join(reasons)}
        )
    # Of accounts that were merged into it: what could not move has stayed with them.
    for account in (user, *User.objects.filter(merged_into=user).order_by("pk")):
        erase_in_every_app(account)
        transaction.on_commit(partial(erasure_log.append, account.public_id))
    transaction.on_commit(_empty_write_ahead_log)


def erase_in_every_app(user: User) -> None:
    """Erase each app's part, upper apps first (INSTALLED_APPS): they still need the account."""
    for part in DATA_PARTS.values():
        part.begin(user)
    for part in DATA_PARTS.values():
        part.erase(user)


def _empty_write_ahead_log() -> None:
    """On SQLite copy the log's pages into the file, where erased bytes are zeros, and empty it."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # does nothing while others read


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
