"""Who has agreed to be asked by people of the program, and how they can be reached."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from applications.models import Application
from programs.models import Membership, Program, conflicts_with


class SupportContactQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and those of `for_committee`."""
        return self.of(user) | self.for_committee(user)

    def of(self, user: User | AnonymousUser) -> Self:
        return self.filter(person=user.pk) if user.is_authenticated else self.none()

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of the member's programs, and without conflicts of interest but one's own row."""
        near = conflicts_with(user, "person") & ~Q(person=user.pk)
        programs = Membership.objects.program_ids(user, *roles)
        return self.exclude(near).filter(program__in=programs)

    def available(self, program: Program) -> Self:
        """Contacts who are still members of the committee or accepted mentors of `program`."""
        members = Membership.objects.live().filter(program=program).values("user")
        mentors = Application.objects.filter(
            cohort__program=program, role=Application.Role.MENTOR, state=Application.State.ACCEPTED
        )
        is_there = Q(person__in=members) | Q(person__in=mentors.values("person"))
        return self.filter(is_there, program=program, person__is_active=True)


class SupportContact(models.Model):
    """A person who agreed to be a contact in a program; the row is deleted when they no longer do.

    At least one way to reach them is shown.
    """

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    shows_email = models.BooleanField(_("shows the e-mail address"), default=False)
    shows_phone = models.BooleanField(_("shows the telephone number"), default=False)
    agreed_at = models.DateTimeField(_("agreed at"), default=timezone.now, editable=False)

    objects = SupportContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact for support")
        verbose_name_plural = _("contacts for support")
        ordering = ["person__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "person"], name="one_contact_per_program"),
            models.CheckConstraint(
                condition=Q(shows_email=True) | Q(shows_phone=True), name="contact_can_be_reached"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def ways(self) -> list[str]:
        """Return the addresses that the person shows: e-mail, telephone."""
        email = [self.person.email] if self.shows_email else []
        phone = self.person.profile.phone if self.shows_phone else ""
        return [*email, *([phone] if phone else [])]
