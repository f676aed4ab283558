"""Surveys as data. A published survey is frozen: an answer keeps the question that was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.vocabulary import in_language
from programs.models import Membership, Program


class Kind(models.TextChoices):
    """What a survey is for; the policy says when each kind is due."""

    FIT = "fit", _("fit check")
    PULSE = "pulse", _("pulse")


class Channel(models.TextChoices):
    """Who reads the answers of a question; the page says so before anyone answers."""

    PARTNER = "partner", _("my partner")
    CARE = "care", _("my carer and the chair")
    POOLED = "pooled", _("only counted together with others")


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


class Survey(models.Model):
    """One edition of a survey; without a program it is shared by all."""

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
        """Freeze it and let it be asked from now on. Publishing twice changes nothing."""
        if self.published_at is None:
            self.published_at = at or timezone.now()
            self.save(update_fields=["published_at"])

    publish.alters_data = True  # type: ignore[attr-defined]  # no template may call it


def current_survey(kind: str, program: Program) -> Survey | None:
    """Return the program's newest published survey of this kind, else the shared one."""
    published = Survey.objects.filter(kind=kind, published_at__isnull=False, retired_at=None)
    newest = published.order_by("-number")
    return newest.filter(program=program).first() or newest.filter(program=None).first()


class QuestionQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(survey__in=Survey.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(survey__in=Survey.objects.for_committee(user, *roles))


class Question(models.Model):
    """One question of a survey.

    `choices` is a list of [code, {language: text}]; the codes of a scale are "1", "2" and so on.
    """

    Channel = Channel
    SECONDS_TO_ANSWER: ClassVar[dict[str, int]] = {"scale": 5, "choice": 5, "text": 10}

    class Kind(models.TextChoices):
        SCALE = "scale", _("scale")
        CHOICE = "choice", _("choice")
        TEXT = "text", _("text")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    code = models.SlugField(max_length=40)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    channel = models.CharField(_("read by"), max_length=8, choices=Channel)
    is_counted = models.BooleanField(_("also counted in pooled results"), default=False)
    is_required = models.BooleanField(_("needs an answer"), default=True)
    texts = models.JSONField(_("question by language"), default=dict)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    # Codes of the answers that raise a concern.
    concern_codes = models.JSONField(_("answers that become a concern"), default=list, blank=True)

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
                condition=~Q(channel="pooled", kind="text"), name="text_is_never_pooled"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.texts) or self.code

    def save(self, *args: object, **kwargs: Any) -> None:
        """Save it. Raises ActionNotAllowed once the survey is published."""
        if self.survey.published_at is not None:
            raise ActionNotAllowed(_("A published survey can't be changed."))
        super().save(*args, **kwargs)

    @property
    def seconds_to_answer(self) -> int:
        """About how long it takes to answer."""
        return self.SECONDS_TO_ANSWER[self.kind]

    @property
    def is_pooled(self) -> bool:
        """Whether its answers go into pooled figures, alone or besides being read by the carer."""
        return self.channel == Channel.POOLED or self.is_counted

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices as (code, text in the reader's language)."""
        return [(str(code), in_language(texts)) for code, texts in self.choices]
