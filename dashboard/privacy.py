"""The dashboard's part in exporting and erasing: checks of e-mail, and lines left for later."""

from __future__ import annotations

from django.db.models import Q

from accounts.column_rules import impersonal, rules
from accounts.models import User
from accounts.privacy import register

from .models import LaterLine, MailCheck

OF_THE_INSTALLATION = impersonal("what the DNS says about this installation")
OF_A_LIST = impersonal("which of the committee's lists")
COLUMNS = rules(
    "dashboard",
    {
        "MailCheck": {"week findings worse": OF_THE_INSTALLATION},
        "LaterLine": {"line": OF_A_LIST},
    },
)


def export(user: User) -> dict[str, object]:
    """Return when `user` asked for a check of e-mail, and what they left for later."""
    mine = MailCheck.objects.filter(asked_by=user).order_by("pk")
    later = LaterLine.objects.filter(member=user).order_by("pk")
    return {
        "checks_of_email_asked_at": list(mine.values_list("asked_at", flat=True)),
        "left_for_later": list(later.values("line", "until", "decided_at")),
    }


def erase(user: User) -> None:
    """Forget who asked; what was found stays. Delete what they left for later or were given."""
    MailCheck.objects.filter(asked_by=user).update(asked_by=None)
    LaterLine.objects.filter(Q(member=user) | Q(given_to=user)).delete()


register("dashboard", export=export, erase=erase, columns=COLUMNS)
