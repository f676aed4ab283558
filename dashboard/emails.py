"""E-mails about the installation itself."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.mail_check import Verdict, explain
from notifications.reasons import reason
from programs.models import Membership

from . import mail_checks
from .models import MailCheck

MAIL_FINE = reason("mail-fine", gettext_lazy("a newer check has found it in order"))
NO_CHAIR = reason("no-chair", gettext_lazy("the person chairs no program any more"))


@kind(
    "mail-check-worse",
    label=gettext_lazy("E-mails may not arrive any more"),
    about="dashboard.MailCheck",
    to_members=True,
    despite_bounces=True,
)
def mail_check_worse(check: MailCheck, person: User) -> Email | Cancel:
    """**To**: the chairs. **When**: a check of SPF, DKIM, DMARC, the sender or the replies finds
    wrong what was in order before. **Until**: a newer check finds it in order."""
    if not Membership.objects.program_ids(person, Membership.Role.CHAIR):
        return Cancel(NO_CHAIR)
    newest = mail_checks.latest() or check
    worse = [
        one
        for one in newest.findings
        if one["check"] in check.worse and one["verdict"] == Verdict.WRONG
    ]
    if not worse:
        return Cancel(MAIL_FINE)
    return Email(
        context={
            "lines": [
                (explain(one["code"], one["values"]), one["name"], one["record"]) for one in worse
            ]
        },
        action_url=absolute(reverse("admin:mail")),
    )
