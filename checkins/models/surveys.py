"""Surveys as data.

1. A program's survey of a kind has editions. An edition is a draft, then published, then retired.
2. Only a draft can be changed. After that the questions, their words and who reads each answer stay
   as they were: an answer keeps the question that was asked.
3. One edition of a survey is asked at a time. A program without its own asks the shared one.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.exceptions import ActionNotAllowed
from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.vocabulary import in_language
from programs.models import Membership, Program


class Kind(models.TextChoices):
    """What a survey is for; the policy says when each kind is due."""

    FIT = "fit", _("fit check")
    PULSE = "pulse", _("pulse")
    BASELINE = "baseline", _("baseline")
    MIDTERM = "midterm", _("mid-term")
    CLOSING = "closing", _("closing")
    EXIT = "exit", _("after an early end")
    LATER = "later", _("some months after")
    UNMATCHED = "unmatched", _("without a match")


# Asked once.
MILESTONES = (Kind.BASELINE, Kind.MIDTERM, Kind.CLOSING, Kind.EXIT, Kind.LATER)
# Asked only by programs that have published an edition of their own.
OWN_ONLY = (Kind.BASELINE, Kind.MIDTERM, Kind.CLOSING, Kind.EXIT, Kind.UNMATCHED)
# Asked without a reminder.
ASKED_ONCE = (Kind.LATER, Kind.UNMATCHED)
# Asked when the pair has ended.
AFTER_THE_END = (Kind.EXIT, Kind.LATER)
# Asked about an application that no pair has come of; answers are only counted.
WITHOUT_PAIR = (Kind.UNMATCHED,)


FROZEN = _("A published survey can't be changed. Start a new edition instead.")


class SurveyQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Everyone may read published surveys; drafts only the committee."""
        drafts = Q(published_at=None, program__in=Membership.objects.program_ids(user))
        return self.filter(Q(published_at__isnull=False) | drafts)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(
            Q(program=None) | Q(program__in=Membership.objects.program_ids(user, *roles))
        )

    def published(self) -> Self:
        """Editions that are asked today."""
        return self.filter(state=Survey.State.PUBLISHED)

    def editions_of(self, survey: Survey) -> Self:
        """Every edition of the same survey, `survey` too; the newest first."""
        return self.filter(program=survey.program_id, kind=survey.kind).order_by("-number")

    def update(self, **changes: object) -> int:
        """Update drafts. Raises ActionNotAllowed if one of them is no draft; `move` sets states."""
        self._require_drafts()
        return super().update(**changes)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete drafts. Raises ActionNotAllowed if one of them is no draft."""
        self._require_drafts()
        return super().delete()

    def _require_drafts(self) -> None:
        if self.exclude(state=Survey.State.DRAFT).exists():
            raise ActionNotAllowed(FROZEN)


class Survey(models.Model):
    """One edition of a survey; without a program it is shared by all."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", pgettext_lazy("survey", "Published")
        RETIRED = "retired", pgettext_lazy("survey", "Retired")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.PUBLISHED, State.RETIRED},
        State.PUBLISHED: {State.RETIRED},
        State.RETIRED: set(),
    }

    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("program")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField(_("edition"), default=1)
    titles = models.JSONField(_("title by language"), default=dict)
    intros = models.JSONField(_("introduction by language"), default=dict, blank=True)
    # About how many of the needs that they named mentees are asked; see `checkins.needs`.
    needs_asked = models.PositiveSmallIntegerField(_("needs asked about"), default=0)
    # Right after someone has sent an application; else some days after the introduction.
    is_asked_when_applying = models.BooleanField(_("asked with the application"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    # The edition that a draft was started from, to compare with.
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("started from")
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "kind", "number"], name="one_survey_edition"
            ),
            models.UniqueConstraint(
                fields=["kind", "number"],
                condition=Q(program=None),
                name="one_shared_survey_edition",
            ),
            models.UniqueConstraint(
                fields=["program", "kind", "state"],
                condition=~Q(state="retired"),
                name="one_survey_draft_and_one_published",
            ),
            models.UniqueConstraint(
                fields=["kind", "state"],
                condition=Q(program=None) & ~Q(state="retired"),
                name="one_shared_survey_draft_and_published",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None, retired_at=None)
                | Q(state="published", published_at__isnull=False, retired_at=None)
                | Q(state="retired", retired_at__isnull=False),
                name="survey_state_has_its_moments",
            ),
            models.CheckConstraint(
                condition=Q(is_asked_when_applying=False) | Q(kind__in=["baseline"]),
                name="survey_of_applicants_is_a_baseline",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.titles) or self.get_kind_display()

    @property
    def intro(self) -> str:
        return in_language(self.intros)

    @property
    def is_only_counted(self) -> bool:
        """Whether no one may read an answer: people without a pair have no carer."""
        return self.kind in WITHOUT_PAIR or self.is_asked_when_applying

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    def save(self, *args: object, **kwargs: object) -> None:
        """Save it. Raises ActionNotAllowed for an edition that is no draft."""
        self.require_draft()
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # as they are

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Delete it. Raises ActionNotAllowed for an edition that is no draft."""
        self.require_draft()
        return super().delete(*args, **kwargs)  # type: ignore[arg-type]  # as they are

    def require_draft(self) -> None:
        """Raise ActionNotAllowed unless this edition can still be changed."""
        if self.pk and type(self).objects.filter(pk=self.pk).exclude(state="draft").exists():
            raise ActionNotAllowed(FROZEN)

    require_draft.alters_data = True  # type: ignore[attr-defined]  # no template may call it


def current_survey(kind: str, program: Program) -> Survey | None:
    """Return the program's published edition of this kind, else the shared one.

    Most shared surveys of milestones are only there to start from: a program asks its own or none.
    """
    published = Survey.objects.published().filter(kind=kind)
    if kind in OWN_ONLY:
        return published.filter(program=program).first()
    own_or_shared = published.filter(Q(program=program) | Q(program=None))
    return own_or_shared.order_by(F("program").asc(nulls_last=True)).first()
