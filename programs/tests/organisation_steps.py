"""Signing in by an organisation in tests: the way to a provider and back, and who is signed in."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import requests
from django.test import Client
from django.urls import reverse

from accounts.models import User
from programs.models import OrganisationSignIn

SIGN_IN, CODE_PAGE = reverse("account_login"), reverse("programs:organisation-code")
CODE = "BCDF-GHJK"
NEW = "nia@example.org"


def trust(row: OrganisationSignIn) -> None:
    row.domains = "example.org"
    row.save()


def start(client: Client, row: OrganisationSignIn, **query: str):
    return client.get(reverse("programs:organisation-sign-in", args=[row.public_id]), query)


def way_back(client: Client, row: OrganisationSignIn, **query: str) -> str:
    """Go to the provider and sign in there; return the address that leads back."""
    there = start(client, row, **query)
    assert there.status_code == 302, there.status_code
    page = requests.get(there["Location"], timeout=5).text
    back = re.search(r'href="([^"]+)"', page)[1].replace("&amp;", "&")
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def visit(client: Client, row: OrganisationSignIn, **query: str):
    return client.get(way_back(client, row, **query))


def enter(client: Client, code: str = CODE):
    return client.post(CODE_PAGE, {"code": code})


def signed_in(client: Client) -> str:
    """Return the address of who is signed in, "" for no one."""
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk).email if pk else ""
