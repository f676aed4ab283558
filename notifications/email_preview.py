"""What a letter says, for the committee: the same function that writes it, with links that lead nowhere and no codes.

Letters with codes are never shown. Only a demonstration (settings.DEMO, which needs DEBUG) shows everything live.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.translation import gettext as _

from . import kinds
from .kinds import Cancel
from .models import Notification
from .rendering import Text, compose, finished, recipient_locale, recipient_of
from .sender_policy import sender_policy_of

DOTS = "••••••"
TOKEN = re.compile(r"(/(?:go|unsubscribe)/[\w-]+/)[^/\s\"'<]+")
HREF = re.compile(r"(<a\b[^>]*\bhref=)(\"[^\"]*\"|'[^']*')", re.IGNORECASE)


def render(row: Notification) -> Text:
    """The letter as it would leave now. A letter that is not wanted any more says so in place of its text."""
    is_live = settings.DEMO and settings.DEBUG
    if row.is_account_mail:
        return (
            finished(row)
            if is_live and row.body
            else _nothing(_("Letters with sign-in codes are never shown here."))
        )
    if row.kind not in kinds.KINDS:
        return _nothing(_("Letters of this kind are not sent any more."))
    about = row.get_about()
    if about is None:
        return _nothing(_("What this letter was about is gone."))
    person = recipient_of(row)
    with recipient_locale(person):
        letter = kinds.get(row.kind).write(about, person)
        if isinstance(letter, Cancel):
            return _nothing(
                _("This letter would not be sent now: %(reason)s.") % {"reason": letter.reason}
            )
        text = compose(row, person, letter, sender_policy_of(row, letter.program))
    return text if is_live else dead(text)


def dead(text: Text) -> Text:
    """The same words; links lead nowhere and their tokens are dots."""
    html = HREF.sub(r'\1"#"', TOKEN.sub(rf"\1{DOTS}", text.html))
    return Text(text.subject, TOKEN.sub(rf"\1{DOTS}", text.text), html)


def _nothing(why: str) -> Text:
    return Text(why, why, "")
