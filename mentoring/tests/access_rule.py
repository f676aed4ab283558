"""What a row of the access table says, see `access_rules`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

OWNER = frozenset({"owner"})
PAIR = frozenset({"owner", "partner"})
NOBODY: frozenset[str] = frozenset()
SAFE = frozenset({"GET", "HEAD"})
POST = frozenset({"POST"})
ALL = SAFE | {"POST", "PUT", "DELETE"}


@dataclass(frozen=True)
class Rule:
    """`who` may read, `write` may post; other methods answer 405 or like a GET.

    `extra` gives the parts of the URL that are not an id.
    """

    who: frozenset[str]
    about: str = ""
    write: frozenset[str] = NOBODY
    methods: frozenset[str] = SAFE
    extra: dict[str, Any] = field(default_factory=dict, hash=False)
    # What a POST says, so that the gate itself is tried and not only the form before it.
    sends: dict[str, Any] = field(default_factory=dict, hash=False)
    first_thing_only: bool = (
        False  # asks the same queryset as a route that is tried with everything
    )

    def may(self, standing: str, method: str) -> bool:
        return standing in (self.write if method == "POST" else self.who)


def page(who: frozenset[str], about: str = "", **extra: Any) -> Rule:
    """Only to be looked at."""
    return Rule(who, about, extra=extra)


def form(who: frozenset[str], about: str = "", **extra: Any) -> Rule:
    """A page with something to send on it."""
    return Rule(who, about, who, SAFE | {"POST"}, extra)


def act(who: frozenset[str], about: str = "", **extra: Any) -> Rule:
    """A button: POST only."""
    return Rule(who, about, who, POST, extra)


def desk(who: frozenset[str], about: str = "", **extra: Any) -> Rule:
    """A page of the committee in the admin."""
    return Rule(who, about, who, ALL, extra)


def saying(rule: Rule, **words: Any) -> Rule:
    """The same rule, with something to send; callables are given the row."""
    return replace(rule, sends=words)


def library(who: frozenset[str], **extra: Any) -> Rule:
    """A view of Django or allauth, which may answer other methods like GET or with 405."""
    return Rule(who, "", who, ALL, extra)


def PUBLIC_ID(row: Any) -> str:
    """For addresses that call the public id of their row by another name."""
    return row.public_id
