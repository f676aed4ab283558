"""The versions of an agreement: existence, dates and numbers.

Everyone who may see the match may see these rows. What the pair wrote is in `content`, which is
confidential.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from matches.models import Match
from matches.signals import pair_changed
from matches.terms import set_term, take_back_term
from programs.models import Program
from workflow.states import move

from .agreements import Agreement
from .wordings import AgreementWording

Person = settings.AUTH_USER_MODEL

PARTS = ("rhythm", "goals", "activities", "confidentiality", "term")
# The lowest and highest value that a pair may agree on; the form has the same limits.
RANGES = {
    "rhythm_days": (7, 90),
    "meeting_minutes": (15, 240),
    "notice_hours": (1, 336),
    "reply_days": (1, 14),
    "term_months": (1, 36),
}


class AgreementVersionQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(agreement__in=Agreement.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(agreement__in=Agreement.objects.for_committee(user, *roles))

    def of(self, user: User | AnonymousUser) -> Self:
        """Versions of the matches that `user` is in."""
        return self.filter(agreement__match__in=Match.objects.ids_of(user))

    def of_match(self, match: Match) -> Self:
        """All versions of the agreement of `match`."""
        return self.filter(agreement__match=match)

    def editable(self) -> Self:
        """The version that is being written, if there is one."""
        return self.filter(state__in=AgreementVersion.EDITABLE)

    def signed(self) -> Self:
        """The version in force."""
        return self.filter(state=AgreementVersion.State.SIGNED)

    def awaiting_signature_of(self, user: User | AnonymousUser) -> Self:
        """Shared versions of open matches that `user` has yet to sign."""
        signed = AgreementVersion.objects.filter(
            signatures__person=user.pk, signatures__withdrawn_at=None
        )
        open_matches = Match.objects.of(user).open()
        waiting = self.filter(
            state=AgreementVersion.State.SHARED, agreement__match__in=open_matches
        )
        return waiting.exclude(pk__in=signed.values("pk"))


def within(name: str) -> list[BaseValidator]:
    """Return the validators that keep column `name` inside its range."""
    low, high = RANGES[name]
    return [MinValueValidator(low), MaxValueValidator(high)]


class AgreementVersion(models.Model):
    """One version of an agreement: written, shared, in force, superseded, or discarded unsigned."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SHARED = "shared", _("Shared")
        SIGNED = "signed", _("Signed")
        SUPERSEDED = "superseded", _("Superseded")
        DISCARDED = "discarded", _("Discarded")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.SHARED, State.DISCARDED},
        State.SHARED: {State.SIGNED, State.DISCARDED},
        # A signature on paper that its person denies takes a version out of force, and puts the
        # one before it in force again.
        State.SIGNED: {State.SUPERSEDED, State.SHARED, State.DISCARDED},
        State.SUPERSEDED: {State.SIGNED},
        State.DISCARDED: set(),
    }
    EDITABLE = (State.DRAFT, State.SHARED)

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        VIDEO = "video", _("by video")
        PHONE = "phone", _("by phone")
        MIXED = "mixed", _("in person, and online in between")

    class Scheduler(models.TextChoices):
        MENTEE = "mentee", _("the mentee")
        MENTOR = "mentor", _("the mentor")
        IN_TURN = "in_turn", _("we take turns")

    class Lateness(models.TextChoices):
        MESSAGE = "message", _("whoever is late writes at once, and the other waits 15 minutes")
        SHORTER = "shorter", _("whoever is late writes at once, and we still end on time")
        MOVE = "move", _("after 15 minutes without a word we look for another date")
        TALK = "talk", _("we take it as it comes, and talk about it if it happens often")

    public_id = PublicIdField()
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )

    # Raised by every saved part; a signature names the revision that was signed.
    revision = models.PositiveIntegerField(default=0, editable=False)
    # Raised by every save of that part (0: not written yet); an edit of an old one is rejected.
    rhythm_revision = models.PositiveIntegerField(default=0, editable=False)
    goals_revision = models.PositiveIntegerField(default=0, editable=False)
    activities_revision = models.PositiveIntegerField(default=0, editable=False)
    confidentiality_revision = models.PositiveIntegerField(default=0, editable=False)
    term_revision = models.PositiveIntegerField(default=0, editable=False)
    # How often signatures were asked for: by sharing, and by each change after that. E-mails
    # that ask for a signature are numbered by it.
    signing_round = models.PositiveSmallIntegerField(default=0, editable=False)

    # The program's own texts in it, and the language that they are agreed in ("" if each reads
    # them in their own, as it was before there was a choice).
    wording = models.ForeignKey(
        AgreementWording,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("wording"),
    )
    wording_language = models.CharField(max_length=10, blank=True, editable=False)

    changed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", editable=False
    )
    changed_at = models.DateTimeField(_("changed at"), null=True, editable=False)
    shared_at = models.DateTimeField(_("shared at"), null=True, editable=False)
    signed_at = models.DateTimeField(_("signed at"), null=True, editable=False)

    rhythm_days = models.PositiveSmallIntegerField(
        _("we meet every (days)"), validators=within("rhythm_days")
    )
    meeting_minutes = models.PositiveSmallIntegerField(
        _("for about (minutes)"), validators=within("meeting_minutes")
    )
    mode = models.CharField(_("how we meet"), max_length=10, choices=Mode, default=Mode.MIXED)
    scheduler = models.CharField(
        _("who suggests the dates"), max_length=8, choices=Scheduler, default=Scheduler.MENTEE
    )
    notice_hours = models.PositiveSmallIntegerField(
        _("notice to move or cancel (hours)"), validators=within("notice_hours")
    )
    # Empty in versions that were written before the program asked for them.
    reply_days = models.PositiveSmallIntegerField(
        _("we answer messages within (days)"), null=True, validators=within("reply_days")
    )
    lateness = models.CharField(
        _("if one of us is late"), max_length=7, choices=Lateness, blank=True
    )
    term_months = models.PositiveSmallIntegerField(
        _("we commit for (months)"), validators=within("term_months")
    )

    objects = AgreementVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an agreement")
        verbose_name_plural = _("versions of agreements")
        ordering = ["agreement", "number"]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="version_newest"),
            models.Index(fields=["state", "-changed_at"], name="version_by_state"),
        ]
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
                condition=Q(state__in=["draft", "discarded"]) | Q(shared_at__isnull=False),
                name="version_past_draft_was_shared",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "shared", "discarded"], signed_at=None)
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
        """Whether it is being written: a draft, or shared and not signed by both."""
        return self.state in self.EDITABLE

    @property
    def missing_parts(self) -> list[str]:
        """Parts that have not been saved yet, in order."""
        return [part for part in PARTS if not self.revision_of(part)]

    def revision_of(self, part: str) -> int:
        """How often `part` has been saved; 0 while it is not written."""
        return int(getattr(self, f"{part}_revision"))

    def is_of(self, user: User | AnonymousUser) -> bool:
        """Whether `user` is one of the pair."""
        return user.is_authenticated and user in self.match.people

    def may_be_edited_by(self, user: User | AnonymousUser) -> bool:
        """Whether `user`, one of the pair, may still change the text."""
        return self.is_editable and self.match.state != Match.State.CLOSED and self.is_of(user)

    def may_be_shared_by(self, user: User | AnonymousUser) -> bool:
        """Whether this is a complete draft that `user` may put up for signing."""
        return (
            self.state == self.State.DRAFT
            and not self.missing_parts
            and self.may_be_edited_by(user)
        )

    def may_be_signed_by(self, user: User | AnonymousUser) -> bool:
        """Whether it is shared, of an open match of `user`, and not signed by `user` yet."""
        return type(self).objects.filter(pk=self.pk).awaiting_signature_of(user).exists()

    def put_in_force(self, *, by: User, at: datetime) -> None:
        """Replace the version in force; make the match active until the agreed term ends.

        The term counts from the day of the first agreement, on the program's calendar. `by` is the
        second signer. Raises ActionNotAllowed when this version is not shared, and when the match
        has ended.
        """
        for previous in AgreementVersion.objects.signed().filter(agreement=self.agreement):
            move(previous, self.State.SUPERSEDED, by=by, at=at)
        move(self, self.State.SIGNED, by=by, at=at, signed_at=at)
        set_term(self.match, self._end_of(self, at), by=by, at=at)
        pair_changed.send(Match, matches=[self.match.pk])

    def put_out_of_force(self, *, by: User, at: datetime) -> None:
        """Let the version before apply again, or none; `by` denies to have signed this one.

        It waits for signatures again, or is dropped if the pair is writing a newer one already.
        Raises ActionNotAllowed when this version is not in force, and when the match has ended.
        """
        versions = AgreementVersion.objects.filter(agreement=self.agreement)
        to = self.State.DISCARDED if versions.editable().exists() else self.State.SHARED
        move(self, to, by=by, at=at, signed_at=None, why="a signature on paper was denied")
        previous = versions.filter(state=self.State.SUPERSEDED).order_by("number").last()
        if previous is None:
            take_back_term(self.match, by=by, at=at)
        else:
            move(previous, self.State.SIGNED, by=by, at=at)
            set_term(self.match, self._end_of(previous, at), by=by, at=at)
        pair_changed.send(Match, matches=[self.match.pk])

    def _end_of(self, version: AgreementVersion, at: datetime) -> date:
        zone = ZoneInfo(self.program.time_zone)
        started_on = (self.match.active_at or at).astimezone(zone).date()
        return started_on + relativedelta(months=version.term_months)

    put_out_of_force.alters_data = True  # type: ignore[attr-defined]  # no template may call it
    put_in_force.alters_data = True  # type: ignore[attr-defined]  # no template may call it
