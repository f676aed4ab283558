"""The committee adds the e-mail address of someone whom a list brought without one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.first_address import give_first_address
from accounts.models import User
from programs.committee import Role, has_role

from .models import Application, ReviewStep
from .review_steps import add_step

MAY_ADD = (Role.CHAIR, Role.MATCHER)


def add_address(
    application: Application, email: str, *, by: User, at: datetime | None = None
) -> None:
    """Store the first address of the applicant. The person can then sign in and gets e-mail.

    Raises ActionNotAllowed unless `by` is a chair or matcher, and as `give_first_address` does.
    """
    if not has_role(by, application.program, *MAY_ADD):
        raise ActionNotAllowed(_("Only chairs and matchers add an e-mail address."))
    with transaction.atomic():
        give_first_address(application.person, email, at=at)
        add_step(application, ReviewStep.Kind.ADDRESS_ADDED, by=by, at=at)
