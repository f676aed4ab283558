"""Read a list of members: who is on it, by number or e-mail address, and with which status.

1. Columns are known by their headings; an address also by what is in it. Without a column for the
   status everyone on the list is a member.
2. A status that no list of ours has is unknown, never lapsed.
3. Who is on the list twice has the better status.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from programs.spellings import fold

from .importing.tables import BadFile, Table
from .models import Standing

Status = Standing.Status

ADDRESS_HEADINGS = frozenset({
    "email", "e-mail", "email address", "e-mail address", "mail", "courriel", "adresse courriel",
    "adresse de courriel",
})  # fmt: skip
NUMBER_HEADINGS = frozenset({
    "member id", "member number", "member no", "member no.", "membership number", "membership id",
    "membership no", "membership no.", "number", "id", "no", "no.", "numéro", "numéro de membre",
    "no de membre", "n° de membre",
})  # fmt: skip
STATUS_HEADINGS = frozenset({
    "status", "member status", "membership status", "standing", "state", "membership", "statut",
    "statut de membre", "état", "adhésion",
})  # fmt: skip
WORDS = {
    Status.MEMBER: frozenset({
        "member", "active", "active member", "current", "paid", "valid", "good", "good standing",
        "in good standing", "yes", "y", "true", "1", "membre", "actif", "payé", "à jour",
        "en règle", "oui", "valide",
    }),
    Status.LAPSED: frozenset({
        "lapsed", "expired", "former", "former member", "inactive", "overdue", "unpaid",
        "cancelled", "canceled", "terminated", "resigned", "not in good standing", "no", "n",
        "false", "0", "échu", "échue", "expiré", "expirée", "inactif", "impayé",
        "ancien membre", "radié", "radiée", "non",
    }),
}  # fmt: skip
LIKE_ADDRESSES = 0.5  # share of the cells of a column that make it one of addresses


@dataclass(frozen=True)
class MemberList:
    """The status of each folded number and address of a list, and how many rows it has."""

    statuses: dict[str, Status]
    rows: int

    def status_of(self, keys: Iterable[str]) -> Status:
        """Return the best status of someone known by any of `keys`; unknown if none is there."""
        found = {self.statuses.get(fold(key), Status.UNKNOWN) for key in keys if key}
        return min(found, key=_rank, default=Status.UNKNOWN)


def read_members(table: Table) -> MemberList:
    """Return who is on the list. Raises BadFile without a column of numbers or addresses."""
    address = _column(table, ADDRESS_HEADINGS)
    number = _column(table, NUMBER_HEADINGS)
    status = _column(table, STATUS_HEADINGS)
    if address is None:
        address = _like_addresses(table)
    named = [column for column in (address, number) if column is not None]
    if not named:
        raise BadFile(
            _(
                "No column has member numbers or e-mail addresses. Call its heading “Member "
                "number” or “E-mail”."
            )
        )
    statuses: dict[str, Status] = {}
    for row in table.rows:
        said = Status.MEMBER if status is None else _meaning(row[status])
        for key in (fold(row[column]) for column in named if row[column]):
            statuses[key] = min(said, statuses.get(key, said), key=_rank)
    return MemberList(statuses, len(table.rows))


def _rank(status: Status) -> int:
    return (Status.MEMBER, Status.LAPSED, Status.UNKNOWN).index(status)


def _meaning(cell: str) -> Status:
    said = fold(cell)
    return next((status for status, words in WORDS.items() if said in words), Status.UNKNOWN)


def _column(table: Table, headings: frozenset[str]) -> int | None:
    names = [fold(name) for name in table.headers]
    return next((place for place, name in enumerate(names) if name in headings), None)


def _like_addresses(table: Table) -> int | None:
    return next((n for n in range(len(table.headers)) if _has_addresses(table.rows, n)), None)


def _has_addresses(rows: Sequence[tuple[str, ...]], column: int) -> bool:
    filled = [row[column] for row in rows if row[column]]
    return bool(filled) and sum("@" in cell for cell in filled) > LIKE_ADDRESSES * len(filled)
