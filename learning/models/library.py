"""The library of a program, and the topics by which people look for support.

1. Both belong to one program and are written by its chairs; a new program starts with the product's
   own (`seeding`). They are retired, never deleted.
2. An item has words for each language in which it is there: a title, a description, and either a
   text of the program or a link. Topics and items may be for one role only.
3. Participants read the items for their roles. A retired item is offered to no one; its page says
   that it was retired, so that no link in an old e-mail leads to nothing.
4. An item can be for one step of taking part; the page of that step then offers it
   (`step_reading`). Items about applying are there for whoever has an application.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.vocabulary import in_language
from applications.models import Application
from programs.models import Membership, Program

ROLE_HELP = _("Leave this empty for mentors and mentees.")


class Step(models.TextChoices):
    """Where in the program an item helps, in the order in which people come to it."""

    APPLICATION = "application", _("Applying")
    INTRODUCTION = "introduction", _("Getting to know each other")
    FIRST_MEETING = "first_meeting", _("The first meeting")
    AGREEMENT = "agreement", _("The agreement")
    GOALS = "goals", _("Goals")
    MEETINGS = "meetings", _("Meetings")
    PAUSE = "pause", _("A pause")
    ENDING = "ending", _("When something does not fit")
    CLOSING = "closing", _("The end of the term")


ACCEPTED = Application.State.ACCEPTED
APPLYING = (Application.State.DRAFT, Application.State.SUBMITTED, Application.State.WAITLISTED)


class SupportTopicQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A list of words: it holds no personal data."""
        return self.all()

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of the programs in which `user` has one of `roles` (any if none)."""
        return self.filter(program__in=Membership.objects.program_ids(user, *roles))

    def current(self) -> Self:
        return self.filter(retired_on=None)

    def for_role(self, program: Program, role: str) -> Self:
        """What someone with `role` in a program can choose today."""
        return self.current().filter(program=program, role__in=["", role])


class SupportTopic(models.Model):
    """What people in a role would like to learn, or need support with."""

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    code = models.SlugField(_("code"), max_length=60, editable=False)
    names = models.JSONField(_("name by language"), default=dict)
    role = models.CharField(
        _("role"), max_length=6, choices=Application.Role, blank=True, help_text=ROLE_HELP
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = SupportTopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("support topic")
        verbose_name_plural = _("support topics")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="one_support_topic_code")
        ]

    def __str__(self) -> str:
        return in_language(self.names) or self.code


@dataclass(frozen=True)
class ItemWords:
    """What a reader reads of an item, and the language that it is in."""

    language: str
    title: str
    summary: str
    text: str
    link: str

    @property
    def host(self) -> str:
        """Where the link leads to: "example.org"."""
        return urlsplit(self.link).hostname or ""


class LibraryItemQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Items for the roles that `user` has, and those of the programs of a member."""
        return self.filter(for_participant(user) | for_committee(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of the programs in which `user` has one of `roles` (any if none)."""
        return self.filter(for_committee(user, *roles))

    def for_participant(self, user: User | AnonymousUser) -> Self:
        """Items for the roles in which `user` was accepted or applies, also retired ones."""
        return self.filter(for_participant(user))

    def for_role(self, program: Program, role: str) -> Self:
        """What someone with `role` in a program is offered today."""
        return self.current().filter(program=program, role__in=["", role])

    def current(self) -> Self:
        return self.filter(retired_on=None)


def for_committee(user: User | AnonymousUser, *roles: str) -> Q:
    """Match rows of the programs in which `user` has one of `roles` (any if none)."""
    return Q(program__in=Membership.objects.program_ids(user, *roles))


def for_participant(user: User | AnonymousUser) -> Q:
    """Match rows for the roles in which `user` was accepted to a program.

    While an application waits for its decision, rows about applying.
    """
    found = Q(pk__in=[])
    if not user.is_authenticated or not user.is_active:
        return found
    mine = Application.objects.filter(person=user.pk, state__in=[ACCEPTED, *APPLYING])
    for program, role, state in mine.values_list("cohort__program", "role", "state").distinct():
        rows = Q(program=program, role__in=["", role])
        found |= rows if state == ACCEPTED else rows & Q(step=Step.APPLICATION)
    return found


class LibraryItem(models.Model):
    """Something to read: a text of the program's own, or a link, in one language or several."""

    class Kind(models.TextChoices):
        GUIDE = "guide", _("Guide")
        LESSON = "lesson", _("Lesson from a pair")

    public_id = PublicIdField()
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    # Stands for this item in other code, whatever its title becomes.
    code = models.SlugField(_("code"), max_length=60, editable=False)
    titles = models.JSONField(_("title by language"), default=dict)
    summaries = models.JSONField(_("description by language"), default=dict)
    texts = models.JSONField(_("text by language"), default=dict, blank=True)
    links = models.JSONField(_("link by language"), default=dict, blank=True)
    role = models.CharField(
        _("role"), max_length=6, choices=Application.Role, blank=True, help_text=ROLE_HELP
    )
    kind = models.CharField(
        _("kind"), max_length=6, choices=Kind, default=Kind.GUIDE, editable=False
    )
    step = models.CharField(
        _("step"),
        max_length=13,
        choices=Step,
        blank=True,
        help_text=_(
            "The page of this step offers the item to the role concerned: of several items the "
            "first two by position."
        ),
    )
    topics = models.ManyToManyField(
        SupportTopic, blank=True, related_name="+", verbose_name=_("topics")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = LibraryItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("library item")
        verbose_name_plural = _("library items")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="one_library_item_code")
        ]

    def __str__(self) -> str:
        return self.words().title or self.code

    @property
    def languages(self) -> list[str]:
        return [code for code, title in self.titles.items() if title]

    @property
    def is_retired(self) -> bool:
        return self.retired_on is not None

    @property
    def current_topics(self) -> list[SupportTopic]:
        return [topic for topic in self.topics.all() if topic.retired_on is None]

    @property
    def topic_codes(self) -> set[str]:
        return {topic.code for topic in self.topics.all()}

    def words(self, language: str = "") -> ItemWords:
        """Return its words in `language` (the reader's by default), else in the program's."""
        wanted = language or (get_language() or "").split("-")[0]
        there = self.languages
        found = next((one for one in (wanted, self.program.language) if one in there), "")
        code = found or next(iter(there), wanted)
        columns = (self.titles, self.summaries, self.texts, self.links)
        return ItemWords(code, *(column.get(code, "") for column in columns))
