"""The e-mail that asks one person to look back. It carries nothing that anyone wrote."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.ending_texts import REOPENED
from matches.models import Closure
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.reasons import ANSWERED

from . import reflections
from .emails import to_one_of
from .reflection_reminders import KIND


@kind(
    KIND,
    label=gettext_lazy("Look back on your time together"),
    about="matches.Closure",
    stream=OPTIONAL,
)
def reflection(closure: Closure, person: User) -> Email | Cancel:
    """**To**: each person of a completed pair, alone. **When**: 5 days after it was completed;
    again after 7 days. **Until**: they have looked back, the texts of the pair were erased, or the
    pair was reopened."""
    if closure.reopened_at:
        return Cancel(REOPENED)
    match = closure.match
    is_written = reflections.reflection_of(match, person) is not None
    if is_written or not reflections.may_reflect(match):
        return Cancel(ANSWERED)
    return to_one_of(match, person, _("Look back"), "reflection")
