"""Answers to the questions that a program asks itself."""

from __future__ import annotations

import json
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from programs.models import ProgramQuestion

from .applications import Application

Channel = ProgramQuestion.Channel


class QuestionAnswerQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The person and who reads their application; shared answers also the partner.

        Answers that are for the committee only are read as the other private answers are.
        """
        if not user.is_authenticated:
            return self.none().scoped("nobody")
        own = Q(application__in=Application.objects.of(user))
        readers = Q(application__in=Application.objects.readable_in_full_by(user))
        committee = Q(application__in=Application.objects.for_committee(user))
        shared = Q(question__channel=Channel.SHARED) & (_in_pairs_of(user) | committee)
        return self.filter(own | readers | shared).scoped("person, reviewers, carer or partner")

    def shared_with(self, user: User | AnonymousUser) -> Self:
        """Shared answers in the pairs of `user`, without what they may read as a member."""
        return self.shared().filter(_in_pairs_of(user)).scoped("pair")

    def shared(self) -> Self:
        """Answers that the match reads after publication."""
        return self.filter(question__channel=Channel.SHARED)


def _in_pairs_of(user: User | AnonymousUser) -> Q:
    # Through the relation, whose model has no static type: `matches` imports this module.
    pairs = Application.matches_as_mentee.rel.related_model.objects.of(user)  # type: ignore[attr-defined]  # its manager
    return Q(application__in=pairs.values("mentee")) | Q(application__in=pairs.values("mentor"))


class QuestionAnswer(ConfidentialModel):
    """What a person answered to one question of the program; the question says who reads it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    question = models.ForeignKey(ProgramQuestion, models.PROTECT, related_name="+")
    values_json = EncryptedTextField(editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = QuestionAnswerQuerySet.as_manager()
    system = SystemManager.from_queryset(QuestionAnswerQuerySet)()

    class Meta:
        verbose_name = _("answer to a question of the program")
        verbose_name_plural = _("answers to questions of the program")
        ordering = ["question__position", "question", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "question"], name="one_answer_per_program_question"
            )
        ]

    @property
    def values(self) -> list[str]:
        """What was answered; one entry unless the question takes several."""
        return json.loads(self.values_json)

    @values.setter
    def values(self, values: list[str]) -> None:
        self.values_json = json.dumps(values, ensure_ascii=False)
