"""What the sign-in pages of a demonstration show."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from demo import personas
from notifications.models import Notification
from notifications.models.outbox import ACCOUNT_EMAIL

register = template.Library()

LABELS: dict[str, Promise] = {
    "mentee": _("Enter as the mentee"),
    "mentor": _("Enter as the mentor"),
    "committee": _("Enter as a committee member"),
    "chair": _("Enter as the chair"),
}
CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class DemoPerson:
    role: str
    name: str
    label: Promise


@register.simple_tag
def demo_people() -> list[DemoPerson]:
    """Return the people of the demo that this database has."""
    addresses = {personas.sign_in_address(role): role for role in personas.SIGN_INS}
    found = User.objects.filter(email__in=addresses).values_list("email", flat=True)
    roles = {addresses[email] for email in found}
    return [
        DemoPerson(role, name, LABELS[role])
        for role, name in personas.SIGN_INS.items()
        if role in roles
    ]


@register.simple_tag
def demo_code(email: str) -> str:
    """Return the code that was last sent to `email`; "" if there is none."""
    emails = Notification.system.filter(kind=ACCOUNT_EMAIL).order_by("-pk")
    for row in emails[:20]:  # addresses are encrypted: a query cannot compare them
        if row.body and (row.address or "") == email.strip().lower():
            code = CODE.search(json.loads(row.body)["text"])
            return code[1] if code else ""
    return ""
