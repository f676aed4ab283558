"""Being a contact: a person agrees, changes what is shown, or stops."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from programs.models import Membership, Program

from .models import SupportContact

NOT_ALLOWED = gettext_lazy("Only mentors and members of the committee can be contacts.")


def programs_of(person: User) -> QuerySet[Program]:
    """Return the programs in which `person` can be a contact: as a mentor, as a member."""
    mentors = Application.objects.filter(
        person=person.pk, role=Application.Role.MENTOR, state=Application.State.ACCEPTED
    )
    members = Membership.objects.live().of(person)
    ids = {
        *mentors.values_list("cohort__program", flat=True),
        *members.values_list("program", flat=True),
    }
    return Program.objects.filter(pk__in=ids).order_by("name", "pk")


@transaction.atomic
def agree(program: Program, *, by: User, shows_email: bool, shows_phone: bool) -> SupportContact:
    """Be a contact in `program`, reached as said; change what is shown if they are one already.

    Raises ActionNotAllowed for other people, without a way to be reached, and for a telephone that
    their profile does not have.
    """
    if not programs_of(by).filter(pk=program.pk).exists():
        raise ActionNotAllowed(NOT_ALLOWED)
    if not (shows_email or shows_phone):
        raise ActionNotAllowed(_("Choose at least one way in which people may reach you."))
    if shows_phone and not by.profile.phone:
        raise ActionNotAllowed(_("Your profile has no telephone number. Add it there first."))
    shown = {"shows_email": shows_email, "shows_phone": shows_phone}
    row, _is_new = SupportContact.objects.update_or_create(
        program=program, person=by, defaults=shown
    )
    return row


@transaction.atomic
def stop(program: Program, *, by: User) -> bool:
    """Be no contact any more; answers no longer show them. Return whether they were one."""
    mine = SupportContact.objects.of(by).filter(program=program)
    deleted, _tables = mine.delete()
    return bool(deleted)
