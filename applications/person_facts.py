"""Facts about a person that live: they are changed at any time, on one page.

An application keeps what they were when it was sent (`Application.said_facts`); whoever reviews it
later sees both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language, Profile
from accounts.models.people import DAY_NAMES, DAYS, PART_NAMES, PARTS

from .models import Application

Value = object  # as JSON holds it
Lines = list[str]


@dataclass(frozen=True)
class Fact:
    """One fact: how it is read, and what it is in words. A value without words is not known."""

    label: str | Promise
    read: Callable[[Application, Profile], Value]
    words: Callable[[Value], Lines]


@dataclass(frozen=True)
class FactRow:
    """A fact in words; `key` and `value` are those of the component `summary_list`."""

    key: str
    value: Lines


def times_in_words(slots: list[str]) -> Lines:
    """Return usual times, a line for each part of the day."""
    lines = []
    for part in PARTS:
        days = [str(DAY_NAMES[day]) for day in DAYS if f"{day}-{part}" in slots]
        if days:
            words = {"name": PART_NAMES[part], "text": ", ".join(days)}
            lines.append(_("%(name)s: %(text)s") % words)
    return lines


def profile_of(application: Application) -> Profile:
    """Return the person's profile, an unsaved one if there is none yet."""
    profile = getattr(application.person, "profile", None)
    return profile or Profile(user=application.person)


def _column(name: str) -> Callable[[Application, Profile], Value]:
    return lambda _application, profile: getattr(profile, name)


def _text(value: Value) -> Lines:
    return [str(value)] if value not in ("", None) else []


def _lines(value: Value) -> Lines:
    return [str(one) for one in value] if isinstance(value, list) else []


def _choice(labels: Callable[[], dict[object, object]]) -> Callable[[Value], Lines]:
    return lambda value: [str(labels()[value])] if value in labels() else []


def _employer(application: Application, profile: Profile) -> Value:
    return profile.employer.name if profile.employer else ""


def _languages(application: Application, profile: Profile) -> Value:
    """Return codes; those in which the person is not fluent end with "~"."""
    if not profile.pk:
        return []
    codes = sorted(language.code for language in profile.languages.all())
    return [f"{code}~" if code in profile.working_languages else code for code in codes]


def languages_in_words(value: Value) -> Lines:
    codes = [str(one) for one in value] if isinstance(value, list) else []
    plain = [code.removesuffix("~") for code in codes]
    names = {row.code: str(row) for row in Language.objects.filter(code__in=plain)} if plain else {}
    return [
        spoken(names.get(code.removesuffix("~"), code), is_fluent=not code.endswith("~"))
        for code in codes
    ]


def spoken(language: object, *, is_fluent: bool) -> str:
    """Return the name of a language, with a note if the person is not fluent in it."""
    return str(language) if is_fluent else _("%(language)s (not fluent)") % {"language": language}


def _kilometres(value: Value) -> Lines:
    return [_("up to %(km)s km") % {"km": value}] if isinstance(value, int) else []


FACTS: dict[str, Fact] = {
    "phone": Fact(gettext_lazy("Phone"), _column("phone"), _text),
    "call_hours": Fact(gettext_lazy("Good hours to call"), _column("call_hours"), _text),
    "links": Fact(gettext_lazy("Links"), _column("links"), _lines),
    "employer": Fact(gettext_lazy("Employer"), _employer, _text),
    "job_title": Fact(gettext_lazy("Job title"), _column("job_title"), _text),
    "level": Fact(
        gettext_lazy("Career stage"),
        _column("level"),
        _choice(lambda: dict(Profile.Level.choices)),
    ),
    "years_experience": Fact(
        gettext_lazy("Years of experience in the field"), _column("years_experience"), _text
    ),
    "place": Fact(gettext_lazy("Town or district"), _column("place"), _text),
    "languages": Fact(gettext_lazy("Languages to meet in"), _languages, languages_in_words),
    "availability": Fact(
        gettext_lazy("Usual times"),
        _column("availability"),
        lambda value: times_in_words(value if isinstance(value, list) else []),
    ),
    "mode": Fact(
        gettext_lazy("How to meet"),
        lambda application, _profile: application.mode,
        _choice(lambda: dict(Application.Mode.choices)),
    ),
    "travel_km": Fact(
        gettext_lazy("How far you would travel"),
        lambda application, _profile: application.travel_km,
        _kilometres,
    ),
    "capacity": Fact(
        gettext_lazy("How many mentees at most"),
        lambda application, _profile: application.capacity if application.is_mentor else None,
        _text,
    ),
}


def facts_of(application: Application) -> dict[str, Value]:
    """Return all facts of an application and its person as JSON values, by code."""
    profile = profile_of(application)
    return {code: fact.read(application, profile) for code, fact in FACTS.items()}


def keep_said(application: Application) -> None:
    """Keep the facts as they are now: the application says them."""
    application.said_facts = facts_of(application)
    application.save(update_fields=["said_facts"])


def rows(application: Application, *codes: str) -> list[FactRow]:
    """Return the facts of `codes` in words."""
    profile = profile_of(application)
    return [
        FactRow(str(FACTS[code].label), FACTS[code].words(FACTS[code].read(application, profile)))
        for code in codes
    ]


def changed_since_sent(application: Application) -> list[tuple[str, Lines, Lines]]:
    """Return (label, what was said, what holds now) of the facts that have changed since.

    Nothing for an application that was imported: it does not know what was said.
    """
    now = facts_of(application)
    return [
        (str(fact.label), fact.words(application.said_facts[code]), fact.words(now[code]))
        for code, fact in FACTS.items()
        if code in application.said_facts and application.said_facts[code] != now[code]
    ]
