"""What an application still lacks. Read by the task list, by the check page and by `send`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.models import Topic

from . import suitability
from .models import Application

Role = Application.Role


class Part(NamedTuple):
    """One page of the application: its code, its name, its hint, and when it counts as done.

    A part without a rule asks nothing that must be answered: it is done once it was saved, also when left empty.
    """

    code: str
    title: str | Promise
    hint: str | Promise = ""
    rule: Callable[[Application], bool] | None = None

    def is_done(self, application: Application) -> bool:
        if self.rule is None:
            return self.code in application.saved_pages
        return self.rule(application)


class Group(NamedTuple):
    title: str | Promise
    parts: tuple[Part, ...]


def has_profile(check: Callable) -> Callable[[Application], bool]:
    def rule(application: Application) -> bool:
        profile = getattr(application.person, "profile", None)
        return profile is not None and bool(check(profile))

    return rule


def has_topic_of(kind: str) -> Callable[[Application], bool]:
    """Mentees name at least one goal; of the other kinds nothing is a good answer."""

    def rule(application: Application) -> bool:
        return any(row.topic.kind == kind for row in application.topic_rows.all())

    return rule


ABOUT_YOU = Part(
    "about-you",
    _("Your name and how we reach you"),
    rule=lambda application: bool(application.person.name),
)
WORK = Part("work", _("Your work"), rule=has_profile(lambda profile: profile.level is not None))
SUITABILITY = Part(
    "suitability",
    _("Is this the right moment?"),
    _("Four questions"),
    rule=lambda application: suitability.is_answered(application.suitability, application.role),
)
TIMES = Part(
    "times", _("When you are usually free"), rule=has_profile(lambda profile: profile.availability)
)
MEETING = Part(
    "meeting",
    _("How and how often to meet"),
    rule=lambda application: (
        bool(application.mode) and application.person.profile.languages.exists()
    ),
)
PRIVATE = Part("private", _("What only the committee should know"), _("You may leave it empty"))
WISHES = Part("wishes", _("Wishes about people"), _("You may leave it empty"))
COMMITMENT = Part(
    "commitment",
    _("Your commitment"),
    rule=lambda application: bool(application.committed_at and application.code_accepted_at),
)
CAPACITY = Part("capacity", _("How many mentees"))

TOPIC_PARTS = {
    Role.MENTEE: (
        Part("goals", _("What you want to reach"), rule=has_topic_of(Topic.Kind.GOAL)),
        Part("subjects", _("Subjects you want help with"), _("You may leave it empty")),
        Part("skills", _("Skills you want to build"), _("You may leave it empty")),
    ),
    Role.MENTOR: (
        Part("goals", _("Aims you can help with"), rule=has_topic_of(Topic.Kind.GOAL)),
        Part("subjects", _("Subjects you can help with"), _("You may leave it empty")),
        Part("skills", _("Skills you can help to build"), _("You may leave it empty")),
    ),
}
TOPIC_KINDS = {"goals": Topic.Kind.GOAL, "subjects": Topic.Kind.SUBJECT, "skills": Topic.Kind.SKILL}


def _has_situation(application: Application) -> bool:
    return bool(application.situation)


def groups(application: Application) -> list[Group]:
    """The parts of this application in their order; kinds of topic that nobody here uses are left out."""
    is_mentor = application.is_mentor
    kinds = set(
        Topic.objects.current(application.program)
        .order_by()
        .values_list("kind", flat=True)
        .distinct()
    )
    kinds |= {row.topic.kind for row in application.topic_rows.all()}
    topics = tuple(
        part for part in TOPIC_PARTS[Role(application.role)] if TOPIC_KINDS[part.code] in kinds
    )
    situation = Part(
        "situation",
        _("Your path so far") if is_mentor else _("Your situation"),
        rule=_has_situation,
    )
    experiences = Part(
        "experiences",
        _("What you have lived through") if is_mentor else _("What you are going through"),
        _("You may leave it empty"),
    )
    return [
        Group(_("About you"), (SUITABILITY, ABOUT_YOU, WORK)),
        Group(
            _("What you offer") if is_mentor else _("What you need"),
            (situation, experiences, *topics),
        ),
        Group(_("When and how"), (TIMES, MEETING, *((CAPACITY,) if is_mentor else ()))),
        Group(_("For the committee only"), (PRIVATE, WISHES)),
        Group(_("Before you send"), (COMMITMENT,)),
    ]


def parts(application: Application) -> list[Part]:
    return [part for group in groups(application) for part in group.parts]


def missing(application: Application) -> list[Part]:
    """The parts that are not done yet, in order."""
    return [part for part in parts(application) if not part.is_done(application)]
