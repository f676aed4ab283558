"""The dashboard's part in exporting and erasing: who asked for a check of e-mail."""

from __future__ import annotations

from accounts.column_rules import impersonal, rules
from accounts.models import User
from accounts.privacy import register

from .models import MailCheck

OF_THE_INSTALLATION = impersonal("what the DNS says about this installation")
COLUMNS = rules("dashboard", {"MailCheck": {"week findings worse": OF_THE_INSTALLATION}})


def export(user: User) -> dict[str, object]:
    """Return when `user` asked for a check of e-mail."""
    mine = MailCheck.objects.filter(asked_by=user).order_by("pk")
    return {"checks_of_email_asked_at": list(mine.values_list("asked_at", flat=True))}


def erase(user: User) -> None:
    """Forget who asked; what was found stays."""
    MailCheck.objects.filter(asked_by=user).update(asked_by=None)


register("dashboard", export=export, erase=erase, columns=COLUMNS)
