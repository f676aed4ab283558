"""The pages that one of a pair can open, by the access rules, and what is new on each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from accounts.models import User
from agreements.comments import of_match
from agreements.models import Activity, Goal
from checkins.models import CheckIn
from matches.models import Match
from meetings.models import CalendarFeed, ContactRequest, Meeting, Statement

from . import access_rules
from .routes import every_route

Rows = Callable[[Match, User], Iterable[Any]]
# The rows of a pair that a page is about, by the word of the access rules.
ROWS: dict[str, Rows] = {
    "match": lambda match, person: [match],
    "ended_match": lambda match, person: [match],
    "mentors_match": lambda match, person: [match],
    "meeting": lambda match, person: Meeting.objects.of(person).filter(match=match),
    "held": lambda match, person: Meeting.objects.of(person).filter(match=match),
    "set": lambda match, person: Meeting.objects.of(person).filter(match=match),
    "goal": lambda match, person: Goal.objects.visible_to(person).filter(match=match),
    "learning_goal": lambda match, person: Goal.objects.visible_to(person).filter(match=match),
    "comment": of_match,
    "activity": lambda match, person: Activity.objects.visible_to(person).filter(match=match),
    "contact_request": lambda match, person: ContactRequest.objects.visible_to(person).filter(
        match=match
    ),
    "statement": lambda match, person: Statement.objects.visible_to(person),
    "checkin": lambda match, person: CheckIn.objects.open().filter(match=match, person=person),
    "mentee_application": lambda match, person: [match.application_of(person)],
    "mentor_application": lambda match, person: [match.application_of(person)],
}
# What is about a person and not about one row. Settings of sign-in are the same in every state.
OF_A_PERSON = (
    "dashboard:home",
    "dashboard:alumni",
    "accounts:settings",
    "accounts:privacy",
    "accounts:data-erase",
    "meetings:calendar-feed",
    "notifications:preferences",
    "checkins:concern-create",
    "checkins:concern-list",
)
OUTSIDE = ("admin:", "programs:", "notifications:", "account_", "mfa_")


@dataclass(frozen=True)
class StatePage:
    """An address that `person` opens; `state` is that of the row that it is about."""

    name: str
    address: str
    state: str = ""


def pages_of_person(person: User) -> list[StatePage]:
    has_feed = CalendarFeed.objects.visible_to(person).exists()
    states = {"meetings:calendar-feed": "with an address" if has_feed else ""}
    routes = every_route()
    return [StatePage(name, routes[name].url(), states.get(name, "")) for name in OF_A_PERSON]


def pages_of_pair(match: Match, person: User) -> Iterator[StatePage]:
    """List every page of the pair, for one row of each state; new routes come by themselves."""
    routes = every_route()
    for name, rule in access_rules.rules().items():
        if "GET" not in rule.methods or rule.about not in ROWS or name.startswith(OUTSIDE):
            continue
        known = set()
        for row in ROWS[rule.about](match, person):
            state = str(getattr(row, "state", ""))
            if state not in known:
                known.add(state)
                yield StatePage(name, routes[name].url(row, rule.extra), state)


class Shapes(HTMLParser):
    """Collects which kind of element is inside which other one: what a style sheet can tell."""

    ALONE = frozenset({"area", "br", "hr", "img", "input", "link", "meta", "source", "use", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: set[tuple[str, ...]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        shape = f"{tag}.{known.get('class') or ''}.{known.get('type') or ''}"
        self.found.add((*self.open[-1:], shape))
        if tag not in self.ALONE:
            self.open.append(shape)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().split(".")[0] != tag:
            pass


def shapes_of(page: str) -> set[tuple[str, ...]]:
    """Return the kinds of elements of a page, each with its parent."""
    parser = Shapes()
    parser.feed(page)
    return parser.found
