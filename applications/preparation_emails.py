"""The e-mail that asks people to read a text again that has changed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.reasons import reason

from . import preparations
from .emails import application_url, context
from .models import Application

NOT_ASKED = reason(
    "nothing-to-read-again", gettext_lazy("everything has been read, or it is not asked any more")
)


@kind(
    preparations.ASKED_AGAIN,
    label=gettext_lazy("Please read again"),
    about="applications.Application",
)
def preparation_again(application: Application, person: User) -> Email | Cancel:
    """**To**: whoever has accepted the code of conduct or done the orientation. **When**: the code
    has changed; the orientation has, and the chair asks for it again. **Until**: they have done it,
    or their application is not open any more."""
    if not preparations.needs_preparation(application):
        return Cancel(NOT_ASKED)
    code_is_asked = application.code_accepted_at is None
    page = "application-code" if code_is_asked else "orientation"
    return Email(
        context=context(
            application,
            code_is_asked=code_is_asked,
            orientation_is_asked=preparations.needs_orientation_again(application),
        ),
        action_url=application_url(page, application),
        program=application.program,
    )
