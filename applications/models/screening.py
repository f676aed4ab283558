"""Checks of people before they are matched: record checks, references, interviews.

A row says what was checked, with which result, when, and until when it holds; never a document or
anyone's words.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Self

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from programs.models import Membership, Policy, Program, conflicts_with
from programs.models.policy import MOST_REFERENCES

Person = settings.AUTH_USER_MODEL
POLICY = "cohort__program__policy"  # of an application
REFERENCES = frozenset(range(1, MOST_REFERENCES + 1))  # as many as a program may need
MENTOR = "mentor"  # of `Application.Role`, whose module asks this one who lacks a check


class ScreeningCheckQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Chairs of the program, and the carers of the person's pairs; never a partner."""
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """As `visible_to` (with one of `roles`); the person gets them with their own data."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        chaired = Membership.objects.program_ids(user, Membership.Role.CHAIR)
        matches = apps.get_model("matches.Match")._default_manager.cared_for_by(user)  # type: ignore[attr-defined]  # its manager
        of_person = Q(mentee__person=OuterRef("person")) | Q(mentor__person=OuterRef("person"))
        cared = matches.filter(of_person, mentee__cohort__program=OuterRef("program"))
        rows = self.filter(Q(program__in=chaired) | Q(Exists(cared)))
        if roles:
            rows = rows.filter(program__in=Membership.objects.program_ids(user, *roles))
        return rows.exclude(conflicts_with(user, "person")).scoped("chairs and carers")

    def valid(self, on: date | None = None) -> Self:
        """Checks that were passed and hold on `on` (today by default)."""
        today = on or timezone.localdate()
        return self.filter(
            Q(expires_on=None) | Q(expires_on__gte=today),
            is_passed=True,
            done_on__lte=today,
        )


class ScreeningCheck(ConfidentialModel):
    """One check of one person in one program; a newer one of the same kind replaces it."""

    class Kind(models.TextChoices):
        RECORD = "record", _("record check")
        REFERENCE = "reference", _("reference")
        INTERVIEW = "interview", _("interview")

    program = models.ForeignKey(Program, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    is_passed = models.BooleanField(_("result"), default=True)
    done_on = models.DateField(_("done on"))
    expires_on = models.DateField(_("holds until"), null=True, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = ScreeningCheckQuerySet.as_manager()
    system = SystemManager.from_queryset(ScreeningCheckQuerySet)()

    class Meta:
        verbose_name = _("check of a person")
        verbose_name_plural = _("checks of people")
        ordering = ["kind", "-done_on", "-pk"]
        indexes = [
            models.Index(fields=["person", "program", "kind"], name="screening_of_person"),
            models.Index(
                fields=["expires_on"],
                condition=Q(expires_on__isnull=False, is_passed=True),
                name="screening_by_expiry",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gt=F("done_on")),
                name="screening_expires_after_it_was_done",
            ),
            models.UniqueConstraint(
                fields=["program", "person", "kind", "done_on", "is_passed"],
                condition=~Q(kind="reference"),
                name="screening_recorded_once",
            ),
        ]

    def is_valid(self, on: date | None = None) -> bool:
        """The same rule as `ScreeningCheckQuerySet.valid`, for one row."""
        today = on or timezone.localdate()
        return self.is_passed and (self.expires_on is None or self.expires_on >= today)


def lacks_checks(on: date | None = None, *, policies: Collection[Policy] | None = None) -> Q:
    """Match applications of people who lack a check that their program needs on `on`.

    The newest record check and the newest interview count: one that was not passed ends an older
    one that was. Where the `policies` of all programs in question are known, the query asks only
    what one of them needs.
    """
    kinds, numbers = [ScreeningCheck.Kind.RECORD, ScreeningCheck.Kind.INTERVIEW], REFERENCES
    if policies is not None:
        kinds = [kind for kind in kinds if any(_needs_check(one, kind) for one in policies)]
        numbers = numbers & {one.references_needed for one in policies}
    lacking = Q(pk__in=[])
    for kind in kinds:
        lacking |= needs_check(kind) & ~Q(_has_valid(kind, on))
    for number in sorted(numbers):
        wanted = Q(role=MENTOR, **{f"{POLICY}__references_needed": number})
        lacking |= wanted & ~Q(_has_references(number, on))
    return lacking


def needs_check(kind: str) -> Q:
    """Match applications of people of whom their program needs a check of this kind."""
    asked, mentor = Policy.Screened, Q(role=MENTOR)
    if kind == ScreeningCheck.Kind.RECORD:
        needed = Q(**{f"{POLICY}__record_check_needed": asked.EVERYONE})
        return needed | mentor & Q(**{f"{POLICY}__record_check_needed": asked.MENTORS})
    if kind == ScreeningCheck.Kind.REFERENCE:
        return mentor & Q(**{f"{POLICY}__references_needed__gt": 0})
    return mentor & Q(**{f"{POLICY}__interview_needed": True})


def _needs_check(policy: Policy, kind: str) -> bool:
    """Whether a record check or an interview is needed of anyone."""
    if kind == ScreeningCheck.Kind.RECORD:
        return policy.record_check_needed != Policy.Screened.NOBODY
    return policy.interview_needed


def _checks_of(kind: str) -> ScreeningCheckQuerySet:
    rows = ScreeningCheck.system.filter(
        person=OuterRef("person"), program=OuterRef("cohort__program"), kind=kind
    )
    return rows.order_by("-done_on", "-pk")


def _has_valid(kind: str, on: date | None) -> Exists:
    """Whether the newest check of a kind is valid."""
    newest = ScreeningCheck.system.filter(
        person=OuterRef("person"), program=OuterRef("program"), kind=kind
    ).order_by("-done_on", "-pk")
    rows = _checks_of(kind).valid(on).filter(pk=models.Subquery(newest.values("pk")[:1]))
    return Exists(rows.order_by())


def _has_references(number: int, on: date | None) -> Exists:
    rows = _checks_of(ScreeningCheck.Kind.REFERENCE).valid(on)
    return Exists(rows[number - 1 : number])
