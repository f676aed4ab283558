"""The agreement of a match and its versions: what everybody who may know of the match can see.

Here stand existence, dates and the numbers that drive reminders. The words of the pair are in `content`, guarded.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from matches.models import Match
from programs.models import Program

Person = settings.AUTH_USER_MODEL

PARTS = ("rhythm", "goals", "activities", "confidentiality", "term")


class AgreementQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The pair and its unconflicted committee: that it exists, and its dates."""
        return self.filter(match__in=Match.objects.visible_to(user))

    def for_committee(self, user: Any, *roles: str) -> Self:
        return self.filter(match__in=Match.objects.for_committee(user, *roles))

    def of(self, user: Any) -> Self:
        return self.filter(match__in=Match.objects.of(user))

    def of_open_matches(self) -> Self:
        return self.filter(match__in=Match.objects.open())

    def opened_to_committee(self) -> Self:
        """Agreements whose text both people have opened to the committee."""
        return self.filter(mentee_opened_at__isnull=False, mentor_opened_at__isnull=False)


class Agreement(models.Model):
    """One per match; its versions follow one another, and one of them at most is in force."""

    match = models.OneToOneField(
        Match, models.PROTECT, related_name="agreement", verbose_name=_("match")
    )
    asked_at = models.DateTimeField(_("mentee was asked to draft at"), null=True, editable=False)
    mentee_opened_at = models.DateTimeField(
        null=True, editable=False
    )  # may the committee read the text?
    mentor_opened_at = models.DateTimeField(null=True, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")

    def __str__(self) -> str:
        return str(self.match)

    @property
    def is_opened_to_committee(self) -> bool:
        return self.mentee_opened_at is not None and self.mentor_opened_at is not None

    def is_opened_by(self, user: Any) -> bool:
        return getattr(self, self._opening_of(user)) is not None

    def open_to_committee(self, *, by: Any, at: datetime) -> None:
        """Say yes for oneself; the committee reads the text once both have."""
        self._set_opening(by, at)

    def close_to_committee(self, *, by: Any) -> None:
        self._set_opening(by, None)

    def _opening_of(self, user: Any) -> str:
        return (
            "mentee_opened_at"
            if self.match.application_of(user) == self.match.mentee
            else "mentor_opened_at"
        )

    def _set_opening(self, user: Any, at: datetime | None) -> None:
        name = self._opening_of(user)
        setattr(self, name, at)
        self.save(update_fields=[name])

    open_to_committee.alters_data = True  # type: ignore[attr-defined]  # no template may call it
    close_to_committee.alters_data = True  # type: ignore[attr-defined]  # no template may call it


class AgreementVersionQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agreement__in=Agreement.objects.visible_to(user))

    def for_committee(self, user: Any, *roles: str) -> Self:
        return self.filter(agreement__in=Agreement.objects.for_committee(user, *roles))

    def of(self, user: Any) -> Self:
        return self.filter(agreement__in=Agreement.objects.of(user))

    def of_match(self, match: Match) -> Self:
        return self.filter(agreement__match=match)

    def editable(self) -> Self:
        """The version that is being written, if there is one."""
        return self.filter(state__in=AgreementVersion.EDITABLE)

    def signed(self) -> Self:
        """The version in force."""
        return self.filter(state=AgreementVersion.State.SIGNED)

    def signed_by(self, user: Any) -> Self:
        return self.filter(self._signature_of(user))

    def awaiting_signature_of(self, user: Any) -> Self:
        """Shared versions of open matches that `user` has yet to sign."""
        open_matches = Match.objects.of(user).open()
        waiting = self.filter(
            state=AgreementVersion.State.SHARED, agreement__match__in=open_matches
        )
        return waiting.exclude(self._signature_of(user))

    def with_goal_counts(self) -> Self:
        """Annotate `goal_count` and `measured_count`: what the committee may know of goals."""
        from .content import Goal

        goals = Goal.system.filter(version=OuterRef("pk")).order_by()
        per_version = goals.values("version").annotate(n=Count("pk")).values("n")
        with_measure = (
            goals.exclude(measure="").values("version").annotate(n=Count("pk")).values("n")
        )
        return self.annotate(
            goal_count=Coalesce(Subquery(per_version), 0),
            measured_count=Coalesce(Subquery(with_measure), 0),
        )

    @staticmethod
    def _signature_of(user: Any) -> Exists:
        from .signatures import Signature

        return Exists(Signature.objects.standing().filter(version=OuterRef("pk"), person=user))


def whole(name: Any, *, low: int, high: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        name, validators=[MinValueValidator(low), MaxValueValidator(high)]
    )


class AgreementVersion(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SHARED = "shared", _("Shared")
        SIGNED = "signed", _("Signed")
        SUPERSEDED = "superseded", _("Superseded")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.SHARED},
        State.SHARED: {State.SIGNED},
        State.SIGNED: {State.SUPERSEDED},
        State.SUPERSEDED: set(),
    }
    EDITABLE = (State.DRAFT, State.SHARED)

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        VIDEO = "video", _("by video")
        PHONE = "phone", _("by phone")
        MIXED = "mixed", _("in person, and online in between")

    class Books(models.TextChoices):
        MENTEE = "mentee", _("the mentee")
        MENTOR = "mentor", _("the mentor")
        IN_TURN = "in_turn", _("we take turns")

    public_id = PublicIdField()
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )

    # Raised by every saved part; a signature names the revision that it was given for.
    revision = models.PositiveIntegerField(default=0, editable=False)
    # Raised by every save of that part: 0 means not written yet, and an old number loses the race.
    rhythm_revision = models.PositiveIntegerField(default=0, editable=False)
    goals_revision = models.PositiveIntegerField(default=0, editable=False)
    activities_revision = models.PositiveIntegerField(default=0, editable=False)
    confidentiality_revision = models.PositiveIntegerField(default=0, editable=False)
    term_revision = models.PositiveIntegerField(default=0, editable=False)
    # How often the text was put up for signing: by sharing, and by each change after that.
    call = models.PositiveSmallIntegerField(default=0, editable=False)

    changed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", editable=False
    )
    changed_at = models.DateTimeField(_("changed at"), null=True, editable=False)
    shared_at = models.DateTimeField(_("shared at"), null=True, editable=False)
    signed_at = models.DateTimeField(_("signed at"), null=True, editable=False)

    rhythm_days = whole(_("we meet every (days)"), low=7, high=90)
    meeting_minutes = whole(_("for about (minutes)"), low=15, high=240)
    mode = models.CharField(_("how we meet"), max_length=10, choices=Mode, default=Mode.MIXED)
    who_books = models.CharField(
        _("who suggests the dates"), max_length=8, choices=Books, default=Books.MENTEE
    )
    notice_hours = whole(_("notice to move or cancel (hours)"), low=1, high=336)
    term_months = whole(_("we commit for (months)"), low=1, high=36)

    objects = AgreementVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an agreement")
        verbose_name_plural = _("versions of agreements")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(state__in=["draft", "shared"]),
                name="one_version_being_written",
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state="signed"), name="one_version_in_force"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(shared_at__isnull=False),
                name="version_past_draft_was_shared",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "shared"], signed_at=None)
                | Q(state__in=["signed", "superseded"], signed_at__isnull=False),
                name="version_in_force_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return str(_("version %(number)s") % {"number": self.number})

    @property
    def match(self) -> Match:
        return self.agreement.match

    @property
    def program(self) -> Program:
        return self.agreement.match.program

    @property
    def is_editable(self) -> bool:
        return self.state in self.EDITABLE

    @property
    def missing_parts(self) -> list[str]:
        """Parts that nobody has saved yet, in order."""
        return [part for part in PARTS if not self.revision_of(part)]

    def revision_of(self, part: str) -> int:
        return int(getattr(self, f"{part}_revision"))

    def is_of(self, user: Any) -> bool:
        return bool(user.is_authenticated) and user in self.match.people

    def may_be_edited_by(self, user: Any) -> bool:
        return self.is_editable and self.match.state != Match.State.CLOSED and self.is_of(user)

    def may_be_shared_by(self, user: Any) -> bool:
        return (
            self.state == self.State.DRAFT
            and not self.missing_parts
            and self.may_be_edited_by(user)
        )

    def may_be_signed_by(self, user: Any) -> bool:
        """Shared, of an open match of `user`, and not signed by `user` yet."""
        return type(self).objects.filter(pk=self.pk).awaiting_signature_of(user).exists()
