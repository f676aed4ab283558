"""What the sign-in pages of a demonstration show."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from demo import personas

register = template.Library()

LABELS: dict[str, Promise] = {
    "mentee": _("Enter as the mentee"),
    "mentor": _("Enter as the mentor"),
    "committee": _("Enter as a committee member"),
    "chair": _("Enter as the chair"),
}


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
    return personas.last_code(email)
