"""The buttons "Sign in with …", and the account's line that leads to its links."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sign_in_choices import Choice, register

from ..models import OrganisationSignIn
from .linking import links_of


def button(row: OrganisationSignIn, *, next_url: str = "") -> Choice:
    """Return the button of a program's organisation."""
    url = reverse("programs:organisation-sign-in", args=[row.public_id])
    query = f"?{urlencode({'next': next_url})}" if next_url else ""
    return Choice(_("Sign in with %(name)s") % {"name": row.name}, f"{url}{query}")


def offers(next_url: str) -> list[Choice]:
    """Return a button for each program with a public page whose organisation signs people in."""
    return [button(row, next_url=next_url) for row in OrganisationSignIn.objects.offered()]


def account_page(user: User) -> dict[str, str] | None:
    """Return the line of the account's page, if the account has a link."""
    if not links_of(user).exists():
        return None
    return {
        "url": reverse("programs:organisation-links"),
        "label": _("Sign-in by your organisation"),
        "hint": _("By which organisations you can sign in, and how to remove one"),
    }


register(offers, page=account_page)
