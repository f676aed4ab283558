"""What a row of the access table says, see `access_rules`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

OWNER = frozenset({"owner"})
PAIR = frozenset({"owner", "partner"})
NOBODY: frozenset[str] = frozenset()
SAFE = frozenset({"GET", "HEAD"})
POST = frozenset({"POST"})
GET_ONLY = frozenset({"GET"})  # begins a sign-in or ends it: only for a browser that shows pages
ALL = SAFE | {"POST", "PUT", "DELETE"}


ANONYMOUS = frozenset({"anonymous"})
# The committee of that program.
READERS = frozenset({"reader", "matcher", "member", "carer", "chair", "maintainer"})
MATCHERS = frozenset({"matcher", "chair", "maintainer"})
READING = frozenset({"reader", "matcher", "chair", "maintainer"})
CARE = frozenset({"carer", "chair", "maintainer"})
CHAIRS = frozenset({"chair", "maintainer"})
WRITERS = CHAIRS | {"conflicted", "carer", "member"}
ANY_CHAIR = CHAIRS | {"conflicted", "outsider"}  # for rows of the whole installation
ANY_COMMITTEE = READERS | {"conflicted", "outsider"}
SIGNED_IN = ANY_COMMITTEE | PAIR | {"signed_in"}
EVERYONE = SIGNED_IN | ANONYMOUS


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


@dataclass(frozen=True)
class Admin:
    """The five pages of a table in the admin. Nothing is ever deleted there."""

    about: str
    see: frozenset[str] = READERS
    change: frozenset[str] = NOBODY
    add: frozenset[str] = NOBODY
    list: frozenset[str] = ANY_COMMITTEE  # the list itself is open to all; its rows are scoped

    def pages(self) -> dict[str, Rule]:
        return {
            "changelist": Rule(self.list, "", self.list, ALL),
            "add": Rule(self.add, "", self.add, ALL),
            "change": Rule(self.see, self.about, self.change, ALL),
            "delete": Rule(NOBODY, self.about, NOBODY, ALL, first_thing_only=True),
            "history": Rule(self.see, self.about, self.see, ALL, first_thing_only=True),
        }
