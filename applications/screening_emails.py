"""The e-mail that says that a check ends soon."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason

from . import screening
from .models import ScreeningCheck

NOT_NEEDED = reason(
    "check-not-needed",
    gettext_lazy("a newer check is known, this one is over, or no check is needed any more"),
)


@kind(
    screening.EXPIRES,
    label=gettext_lazy("A check ends soon"),
    about="applications.ScreeningCheck",
)
def screening_expires(check: ScreeningCheck, person: User) -> Email | Cancel:
    """**To**: the person whom it is about. **When**: 60, 30 and 7 days before a check ends.
    **Until**: a newer one of the same kind is recorded, it has ended, the program no longer needs
    it, or the person no longer takes part."""
    if not check.is_valid() or not screening.is_missed_after(check):
        return Cancel(NOT_NEEDED)
    return Email(
        context={"check": check, "expires_on": check.expires_on},
        action_url=absolute(reverse("dashboard:home")),
        program=check.program,
    )
