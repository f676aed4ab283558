"""The roles that visit pages, and the rows that they visit, by what each role is to a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PAIRS = ("A", "B", "F", "Z")
COMMITTEE = ("reader", "carer", "matcher", "chair", "conflicted", "maintainer")

VISITORS = (
    "anonymous",
    "stranger",
    "mentee",
    "mentor",
    "other_mentee",
    "former",
    *COMMITTEE,
    "outsider",
)


@dataclass
class OwnedRow:
    """A row, its owners (who wrote or share it), and their partners."""

    row: Any
    owners: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    pair: str = ""  # or "own" for a row of the program, "" for one of the whole installation


@dataclass
class AccessFixtures:
    people: dict[str, Any] = field(default_factory=dict)
    rows: dict[tuple[str, str], OwnedRow] = field(default_factory=dict)
    program: Any = None
    other_program: Any = None
    cohort: Any = None
    other_cohort: Any = None

    def add(
        self,
        kind: str,
        pair: str,
        row: Any,
        owners: tuple[str, ...] = (),
        partners: tuple[str, ...] = (),
    ) -> Any:
        self.rows[kind, pair] = OwnedRow(row, owners, partners, pair)
        return row

    def row(self, kind: str, pair: str) -> Any:
        return self.rows[kind, pair].row

    def pair_of(self, pair: str) -> tuple[str, str]:
        """The role names of mentee and mentor of a pair."""
        return OWNERS[pair]

    def visitors_of(self, thing: OwnedRow | None) -> list[str]:
        """Who visits a page about `thing`: one of each role, and everybody whom it concerns."""
        return [
            *VISITORS,
            *(
                role
                for role in (thing.owners + thing.partners if thing else ())
                if role not in VISITORS
            ),
        ]

    def relation(self, role: str, thing: OwnedRow | None) -> str:
        """What `role` is to `thing`; the words of the access table."""
        if role in {"anonymous", "inactive"}:
            return "anonymous"
        if thing and role in thing.owners:
            return "owner"
        if thing and role in thing.partners:
            return "partner"
        if thing is None or not thing.pair:
            return role if role in {*COMMITTEE, "outsider"} else "signed_in"
        if role == "outsider":
            return "chair" if thing.pair == "Z" else "signed_in"
        if role == "maintainer":
            return "maintainer"
        if thing.pair == "Z" or role not in COMMITTEE:
            return "signed_in"
        if role == "conflicted":
            return "conflicted" if thing.pair == "A" else "chair"
        return "member" if role == "carer" and thing.pair != "A" else role


# Whose the pairs are: mentee, mentor.
OWNERS = {
    "A": ("mentee", "mentor"),
    "B": ("other_mentee", "other_mentor"),
    "F": ("former", "mentor"),
    "Z": ("far_mentee", "far_mentor"),
}
