"""What the committee changed because of what people said.

1. An adjustment is a draft, then published, then perhaps withdrawn. Only a draft can be changed: to
   correct a published one, it is withdrawn and written anew.
2. A published one is read by the people who take part in the program and, where it says so, by
   everybody. A draft and a withdrawn one only by the committee.
"""

from __future__ import annotations

from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.vocabulary import in_language
from applications.models import Application
from programs.models import Cohort, Membership, Program
from programs.models.translated_texts import TranslatedText, in_reader_language

from .checkins import CheckIn
from .themes import Theme
from .waves import Wave

TITLE_WORDS = 8  # of what was heard, where a list names an adjustment


class AdjustmentQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Published ones for everybody, those of the programs of `user`, and `for_committee`."""
        found = Q(is_for_everyone=True, program__in=Program.objects.public())
        if user.is_authenticated:
            accepted = Application.objects.of(user).filter(state=Application.State.ACCEPTED)
            found |= Q(program__in=accepted.order_by().values("cohort__program"))
        published = Q(state=Adjustment.State.PUBLISHED) & found
        return self.filter(published) | self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(program__in=Membership.objects.program_ids(user, *roles))

    def published(self) -> Self:
        """Those that are read now, the newest first."""
        found = self.filter(state=Adjustment.State.PUBLISHED)
        return found.order_by("-published_at", "-pk")

    def about(self, checkin: CheckIn) -> Self:
        """Those that concern the cohort and the role in which someone is asked."""
        theirs = checkin.cohort
        cohort = Q(cohort=None) | Q(cohort=theirs.pk)
        role = Q(role="") | Q(role=checkin.role)
        return self.filter(cohort, role, program=theirs.program_id)


class Adjustment(models.Model):
    """One change to a program, with what was heard before; texts are {language: text}."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", pgettext_lazy("adjustment", "Published")
        WITHDRAWN = "withdrawn", pgettext_lazy("adjustment", "Withdrawn")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.PUBLISHED, State.WITHDRAWN},
        State.PUBLISHED: {State.WITHDRAWN},
        State.WITHDRAWN: set(),
    }

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cohort")
    )
    role = models.CharField(_("role"), max_length=10, choices=Application.Role, blank=True)
    wave = models.ForeignKey(
        Wave,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("because of the survey"),
    )
    theme = models.ForeignKey(
        Theme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("theme")
    )
    # What everybody may be told of the theme's count, frozen on publication: at least so many
    # people, or fewer than so many. Both are empty where nothing may be told.
    said_at_least = models.PositiveIntegerField(null=True, editable=False)
    said_below = models.PositiveIntegerField(null=True, editable=False)
    heard = models.JSONField(_("what was heard, by language"), default=dict)
    changed = models.JSONField(_("what was changed, by language"), default=dict)
    since_on = models.DateField(_("since"))
    is_for_everyone = models.BooleanField(
        _("everybody may read it"),
        default=False,
        help_text=_(
            "Also people who do not take part, if the program has a public page. Otherwise only "
            "people who take part read it, after signing in."
        ),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    created_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["program", "-published_at", "-id"],
                condition=Q(state="published"),
                name="adjustment_newest",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None, withdrawn_at=None)
                | Q(state="published", published_at__isnull=False, withdrawn_at=None)
                | Q(state="withdrawn", withdrawn_at__isnull=False),
                name="adjustment_state_has_its_moments",
            )
        ]

    def __str__(self) -> str:
        words = in_language(self.heard, self.program.language)
        return Truncator(words).words(TITLE_WORDS) or str(_("adjustment without words"))

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def heard_text(self) -> TranslatedText:
        """What was heard, in the reader's language or else the program's."""
        return self._text(self.heard)

    @property
    def changed_text(self) -> TranslatedText:
        """What was changed, in the reader's language or else the program's."""
        return self._text(self.changed)

    def _text(self, texts: dict[str, str]) -> TranslatedText:
        own = self.program.language
        return in_reader_language("text", texts.get(own, ""), own, {"text": texts})

    @property
    def counted_names(self) -> dict[str, str]:
        """The names of its theme by language, as the survey counted it; {} if it did not."""
        counted = self.wave.themes.get("themes", []) if self.wave else []
        return next((one["names"] for one in counted if one["theme"] == self.theme_id), {})

    @property
    def theme_name(self) -> str:
        """Its theme as it was called when it was counted, whatever it is called today."""
        return in_language(self.counted_names) or str(self.theme or "")

    @property
    def said_by(self) -> str:
        """How many people wrote about the theme, as everybody may know it; "" for nothing."""
        if self.said_at_least:
            count = self.said_at_least
            words = ngettext("at least %(n)s person", "at least %(n)s people", count)
            return words % {"n": count}
        if self.said_below:
            return str(_("fewer than %(n)s people, perhaps none")) % {"n": self.said_below}
        return ""

    @property
    def concerns(self) -> str:
        """For whom the change is, in words; "" for everyone in the program."""
        words = [str(self.cohort)] if self.cohort else []
        if self.role == Application.Role.MENTEE:
            words.append(str(_("mentees")))
        elif self.role:
            words.append(str(_("mentors")))
        return ", ".join(words)

    @property
    def is_ahead(self) -> bool:
        """Whether the change has yet to begin, by the calendar of the program."""
        return self.since_on > timezone.localdate(timezone=ZoneInfo(self.program.time_zone))
