"""Answers. Who reads one follows from the channel of its question."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager, is_one_of
from accounts.models import User
from matches.models import Match

from .checkins import CheckIn
from .questions import Channel, Question

TEXT_LENGTH = 2000


class AnswerQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own; on the care channel carer and chair, on the partner channel the partner."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        own = Q(checkin__person=user.pk)
        partner = Q(
            question__channel=Channel.PARTNER, checkin__match__in=Match.objects.ids_of(user)
        )
        return self.filter(own | partner | self._care(user)).scoped("own, partner's or in care")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` reads as a carer or chair; one's own answers are no committee matter."""
        return self.filter(self._care(user)).scoped("in care")

    @staticmethod
    def _care(user: User | AnonymousUser) -> Q:
        in_care = is_one_of("checkin__match", Match.objects.in_care_of(user))
        return Q(question__channel=Channel.CARE) & in_care


class Answer(ConfidentialModel):
    """A person's answer to one question of a check-in."""

    checkin = models.ForeignKey(CheckIn, models.CASCADE, related_name="+")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    # The code of a choice, or the step of a scale. Of several choices: codes, a space in between.
    choice = models.CharField(max_length=400, blank=True)
    text = EncryptedTextField(blank=True)

    objects = AnswerQuerySet.as_manager()
    system = SystemManager.from_queryset(AnswerQuerySet)()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["question__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["checkin", "question"], name="one_answer_per_question")
        ]

    @property
    def shown(self) -> str:
        """The answer as text, in the reader's language."""
        if not self.choice:
            return self.text
        texts = dict(self.question.options)
        return "; ".join(texts.get(code, code) for code in self.codes)

    @property
    def codes(self) -> list[str]:
        """The codes that were chosen; none for a text."""
        return self.choice.split()
