"""The questions of a survey, and who reads the answers to each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import ClassVar, Self, cast

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.vocabulary import in_language
from programs.role_names.speaking import said
from programs.role_names.words import names_a_role

from .surveys import FROZEN, Survey


class Channel(models.TextChoices):
    """Who reads the answers of a question; the page says so before anyone answers."""

    PARTNER = "partner", _("the partner")
    CARE = "care", _("the carer, their deputy and the chair")
    POOLED = "pooled", _("only counted together with others")


class QuestionQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(survey__in=Survey.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(survey__in=Survey.objects.for_committee(user, *roles))

    def asked_of(self, role: str) -> Self:
        """Questions to people in `role`, "mentee" or "mentor"."""
        asked = self.filter(asked__in=[Question.Asked.BOTH, role])
        return asked.select_related("survey")  # whose roles it names

    def update(self, **changes: object) -> int:
        """Update rows of drafts. Raises ActionNotAllowed if one of them is published."""
        self._require_drafts()
        if target := changes.get("survey", changes.get("survey_id")):
            _require_drafts([target.pk if isinstance(target, Survey) else cast(int, target)])
        return super().update(**changes)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete rows of drafts. Raises ActionNotAllowed if one of them is published."""
        self._require_drafts()
        return super().delete()

    def bulk_create(  # type: ignore[override]  # of questions only
        self, objs: Iterable[Question], *args: object, **kwargs: object
    ) -> list[Question]:
        """Add questions to drafts. Raises ActionNotAllowed if one of them is published."""
        rows = list(objs)
        _require_drafts({row.survey_id for row in rows})
        made = super().bulk_create(rows, *args, **kwargs)  # type: ignore[arg-type]  # as they are
        return cast(list[Question], made)

    def _require_drafts(self) -> None:
        if self.exclude(survey__state=Survey.State.DRAFT).exists():
            raise ActionNotAllowed(FROZEN)


def _require_drafts(surveys: Collection[int]) -> None:
    if Survey.objects.filter(pk__in=surveys).exclude(state=Survey.State.DRAFT).exists():
        raise ActionNotAllowed(FROZEN)


class Question(models.Model):
    """One question of a survey.

    `choices` is a list of [code, {language: text}]. The codes of a scale are "1", "2" and so on; a
    step between its ends may have no words. Those of a yes/no question are "yes" and "no". Of
    several choices a person ticks `most_chosen` at most.
    """

    Channel = Channel
    SECONDS_TO_ANSWER: ClassVar[dict[str, int]] = {
        "scale": 5, "yes_no": 3, "choice": 5, "several": 8, "text": 10,
    }  # fmt: skip
    COUNTABLE = ("scale", "yes_no", "choice", "several")
    # Those whose answers to choose from the committee writes freely.
    WITH_CHOICES = ("choice", "several")

    class Kind(models.TextChoices):
        SCALE = "scale", _("scale")
        YES_NO = "yes_no", _("yes or no")
        CHOICE = "choice", _("choice")
        SEVERAL = "several", _("several choices")
        TEXT = "text", _("text")

    class Asked(models.TextChoices):
        BOTH = "both", _("mentees and mentors")
        MENTEE = "mentee", _("mentees")
        MENTOR = "mentor", _("mentors")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    code = models.SlugField(max_length=40)
    asked = models.CharField(_("asked of"), max_length=6, choices=Asked, default=Asked.BOTH)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    channel = models.CharField(_("read by"), max_length=8, choices=Channel)
    is_counted = models.BooleanField(_("also counted in pooled results"), default=False)
    is_required = models.BooleanField(_("needs an answer"), default=True)
    texts = models.JSONField(_("question by language"), default=dict)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    # Of several choices; other kinds have one answer.
    most_chosen = models.PositiveSmallIntegerField(_("at most"), default=1)
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
                condition=Q(is_counted=False)
                | Q(kind__in=["scale", "yes_no", "choice", "several"]),
                name="only_figures_are_counted",
            ),
            models.CheckConstraint(
                condition=~Q(channel="pooled", kind="text"), name="text_is_never_pooled"
            ),
            models.CheckConstraint(
                condition=Q(kind="several", most_chosen__gte=2)
                | ~Q(kind="several") & Q(most_chosen=1),
                name="only_of_several_choices_more_are_chosen",
            ),
        ]

    def __str__(self) -> str:
        """The question in the reader's language.

        That of a shared survey is the product's, and names the roles as the reader's program does.
        """
        text = in_language(self.texts) or self.code
        if not names_a_role(text) or self.survey.program_id is not None:
            return text
        return said(text, (get_language() or "").split("-")[0])

    def save(self, *args: object, **kwargs: object) -> None:
        """Save it. Raises ActionNotAllowed once the survey is published, old or new."""
        self._require_draft()
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # as they are

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Delete it. Raises ActionNotAllowed once the survey is published."""
        self._require_draft()
        return super().delete(*args, **kwargs)  # type: ignore[arg-type]  # as they are

    def _require_draft(self) -> None:
        """Raise ActionNotAllowed unless its survey is a draft, and the one it is stored with."""
        stored = type(self).objects.filter(pk=self.pk).values_list("survey", flat=True)
        _require_drafts({self.survey_id, *stored})

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that are asked."""
        return ("mentee", "mentor") if self.asked == self.Asked.BOTH else (self.asked,)

    @property
    def is_pooled(self) -> bool:
        """Whether its answers go into pooled figures, alone or besides being read by the carer."""
        return self.channel == Channel.POOLED or self.is_counted

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices as (code, text in the reader's language)."""
        return [(str(code), in_language(texts) or str(code)) for code, texts in self.choices]


def seconds_to_answer(questions: Iterable[Question]) -> int:
    """Return about how long they take to answer, in tens of seconds: no one knows it better."""
    seconds = sum(Question.SECONDS_TO_ANSWER[one.kind] for one in questions)
    return -(-seconds // 10) * 10
