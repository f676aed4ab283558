"""What the pages of a pair show, and where the apps above put their own sections.

An upper app registers, in its `ready()`, what it adds to the page of a pair:

    @section(order=20)
    def agreement(match, user) -> Section | None: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from applications.models import ApplicationExperience

from .models import Match
from .vocabulary import Vocabulary, join_words

State = Match.State


@dataclass(frozen=True)
class Section:
    """A part of the page of a pair: a heading, and a template with its context."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


Maker = Callable[[Match, Any], Section | None]
SECTIONS: list[tuple[int, Maker]] = []


def section(*, order: int) -> Callable[[Maker], Maker]:
    """Register a maker of a section; lower orders stand higher on the page."""

    def register(make: Maker) -> Maker:
        if make not in [known for _order, known in SECTIONS]:
            SECTIONS.append((order, make))
        return make

    return register


def sections_for(match: Match, user: Any) -> list[Section]:
    made = [make(match, user) for _order, make in sorted(SECTIONS, key=lambda one: one[0])]
    return [one for one in made if one is not None]


@dataclass(frozen=True)
class Card:
    """A person as the partner may see them. Contact is shown while the pair is open."""

    name: str
    first_name: str
    role: str
    facts: list[str]
    email: str = ""
    phone: str = ""


def card_of(application: Any, *, contact: bool) -> Card:
    person, profile = application.person, getattr(application.person, "profile", None)
    facts = []
    if profile:
        at = [profile.job_title, str(profile.employer or ""), profile.place]
        facts = [
            ", ".join(part for part in at[:2] if part),
            at[2],
            profile.get_level_display() or "",
        ]
        if profile.languages.all():
            facts.append(
                _("Speaks %(languages)s")
                % {"languages": join_words((str(one) for one in profile.languages.all()), 5)}
            )
    if person.pronouns:
        facts.insert(0, person.pronouns)
    return Card(
        name=person.name,
        first_name=person.first_name,
        role=_("your mentor") if application.is_mentor else _("your mentee"),
        facts=facts,
        email=person.email if contact else "",
        phone=profile.phone if contact and profile else "",
    )


def shared_block(application: Any, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """What somebody wrote for their match, and what they marked as shared; never the private answers."""
    lives = application.experience_rows.filter(is_shared=True).select_related("experience")
    topics = [vocabulary.topic(row.topic_id) for row in application.topic_rows.all()]
    is_mentor = application.is_mentor
    rows = [
        {"key": _("In their own words"), "value": application.situation},
        {"key": _("What they hope for"), "value": application.hopes},
        {"key": _("Offers help with") if is_mentor else _("Would like help with"), "value": topics},
        {
            "key": _("Lived or accompanied") if is_mentor else _("Going through"),
            "value": [_lived(row) for row in lives],
        },
    ]
    return [row for row in rows if row["value"]]


def _lived(row: ApplicationExperience) -> str:
    if row.depth == ApplicationExperience.Depth.ACCOMPANIED:
        return _("%(what)s (accompanied someone)") % {"what": row.experience}
    return str(row.experience)


def path_of(match: Match) -> list[dict[str, str]]:
    """Where the pair stands on its way."""
    order = [State.INTRODUCED, State.ACTIVE, State.CLOSING, State.CLOSED]
    labels = {
        State.INTRODUCED: _("Introduced"),
        State.ACTIVE: _("Agreement signed, meeting regularly"),
        State.CLOSING: _("Closing well"),
        State.CLOSED: _("Closed"),
    }
    here = order.index(State(match.state))
    return [
        {
            "label": labels[state],
            "state": "done"
            if n < here or match.state == State.CLOSED
            else "now"
            if n == here
            else "later",
        }
        for n, state in enumerate(order)
    ]


def first_words(match: Match, user: Any) -> list[str]:
    """Three lines to begin a first message with."""
    partner = match.partner_of(user).first_name
    if match.mentee.person_id == user.pk:
        return [
            _("Hello %(name)s, I am glad that we were matched.") % {"name": partner},
            _("What I would most like to talk about first is: ..."),
            _("Would one of these times suit you for a first talk of 45 minutes: ..., ... or ...?"),
        ]
    return [
        _("Hello %(name)s, I look forward to meeting you.") % {"name": partner},
        _("What would make our first talk useful for you?"),
    ]


def page_or_none(name: str, *args: Any) -> str:
    """The address of a page of an upper app, empty when that app is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
