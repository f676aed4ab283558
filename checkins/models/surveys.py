"""Surveys as data. A published survey is frozen: an answer keeps the question that was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from access.scoping import ScopedQuerySet
from accounts.models.vocabulary import in_language
from programs.models import Program


class Kind(models.TextChoices):
    FIT = "fit", _("fit check")
    PULSE = "pulse", _("pulse")


class Channel(models.TextChoices):
    """Who reads the answers of a question; said before it is typed."""

    PARTNER = "partner", _("my partner")
    CARE = "care", _("my carer and the chair")
    POOLED = "pooled", _("counted with others, never alone")


class SurveyQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Questions are no secret once they are published; drafts belong to the committee."""
        drafts = Q(published_at=None, program__in=Program.objects.for_committee(user))
        return self.filter(Q(published_at__isnull=False) | drafts)

    def for_committee(self, user: Any, *roles: str) -> Self:
        return self.filter(
            Q(program=None) | Q(program__in=Program.objects.for_committee(user, *roles))
        )

    def current(self, kind: str, program: Program) -> Survey | None:
        """What is asked today: the program's newest published survey of this kind, else the shared one."""
        living = self.filter(kind=kind, published_at__isnull=False, retired_at=None).order_by(
            "-number"
        )
        return living.filter(program=program).first() or living.filter(program=None).first()


class Survey(models.Model):
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("program")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField(_("edition"), default=1)
    titles = models.JSONField(_("title by language"), default=dict)
    intros = models.JSONField(_("introduction by language"), default=dict, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

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
        ]

    def __str__(self) -> str:
        return in_language(self.titles) or self.get_kind_display()

    @property
    def intro(self) -> str:
        return in_language(self.intros)

    def publish(self, *, at: datetime | None = None) -> None:
        """Freeze it; from now on it can be asked. Publishing twice changes nothing."""
        if self.published_at is None:
            self.published_at = at or timezone.now()
            self.save(update_fields=["published_at"])

    publish.alters_data = True


class QuestionQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(survey__in=Survey.objects.visible_to(user))

    def for_committee(self, user: Any, *roles: str) -> Self:
        return self.filter(survey__in=Survey.objects.for_committee(user, *roles))


class Question(models.Model):
    """`choices` is a list of [code, {language: text}]; a scale runs from 1 to its last entry, which name the steps."""

    Channel = Channel

    class Kind(models.TextChoices):
        SCALE = "scale", _("scale")
        CHOICE = "choice", _("choice")
        TEXT = "text", _("text")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    code = models.SlugField(max_length=40)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    channel = models.CharField(_("read by"), max_length=8, choices=Channel)
    is_counted = models.BooleanField(_("also counted in pooled figures"), default=False)
    is_required = models.BooleanField(_("needs an answer"), default=True)
    texts = models.JSONField(_("question by language"), default=dict)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    alarms = models.JSONField(_("answers that become a concern"), default=list, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "code"], name="question_code_once_per_survey"
            ),
            models.CheckConstraint(
                condition=Q(is_counted=False) | Q(kind__in=["scale", "choice"]),
                name="only_figures_are_counted",
            ),
            models.CheckConstraint(
                condition=~Q(channel="pooled", kind="text"), name="words_are_never_pooled"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.texts) or self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.survey.published_at is not None:
            raise ActionNotAllowed(_("A published survey is frozen. Begin a new edition."))
        super().save(*args, **kwargs)

    @property
    def is_pooled(self) -> bool:
        """Whether its answers go into pooled figures, alone or besides being read by the carer."""
        return self.channel == Channel.POOLED or self.is_counted

    @property
    def options(self) -> list[tuple[str, str]]:
        """(code, text in the reader's language)."""
        return [(str(code), in_language(texts)) for code, texts in self.choices]
