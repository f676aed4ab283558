"""The parts of the application form, their pages, and the rules by which each page is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise

from accounts.models import Profile
from programs.models import Topic

from .models import Application

Rule = Callable[[Application], bool]


class FormPage(NamedTuple):
    """One page of the form: its code, title, and the rule by which it is done.

    A page without a rule has no required answer: it is done once it was saved, even when empty. An
    optional one may also be left out altogether.
    """

    code: str
    title: str
    rule: Rule | None = None
    is_optional: bool = False

    def is_done(self, application: Application) -> bool:
        if self.rule is None:
            return self.code in application.saved_pages
        return self.rule(application)

    def is_missing(self, application: Application) -> bool:
        return not self.is_optional and not self.is_done(application)


class Part(NamedTuple):
    """Pages that follow each other, as one line of the task list."""

    title: str
    pages: tuple[FormPage, ...]
    hint: str | Promise = ""

    def missing(self, application: Application) -> list[FormPage]:
        """Return the pages that are needed and not done yet, in order."""
        return [page for page in self.pages if page.is_missing(application)]


def has_profile(check: Callable[[Profile], object]) -> Rule:
    """Return a rule that is met when the person has a profile and `check` of it is true."""

    def rule(application: Application) -> bool:
        profile = getattr(application.person, "profile", None)
        return profile is not None and bool(check(profile))

    return rule


def has_goal(application: Application) -> bool:
    """At least one goal is required; of the other kinds of topic, none is a good answer."""
    return any(row.topic.kind == Topic.Kind.GOAL for row in application.topic_rows.all())


def has_name(application: Application) -> bool:
    return bool(application.person.name)


def has_situation(application: Application) -> bool:
    return bool(application.situation)


def has_answered(question: str) -> Rule:
    """Return a rule that is met when the suitability question of this code has an answer."""

    def rule(application: Application) -> bool:
        return question in application.suitability

    return rule


def has_meeting(application: Application) -> bool:
    return bool(application.mode) and application.person.profile.languages.exists()


def has_committed(application: Application) -> bool:
    return bool(application.committed_at and application.code_accepted_at)
