"""Other ways to sign in, which upper apps add to the sign-in page and to the account's page.

This app knows no programs, so it can't ask which of them let their organisation sign people in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .models import User


@dataclass(frozen=True)
class Choice:
    """A way to sign in: the words of its button, and where the button leads."""

    label: str
    url: str


Offers = Callable[[str], list[Choice]]  # of the page to return to, "" for none
Page = Callable[[User], dict[str, str] | None]
_offers: list[Offers] = []
_pages: list[Page] = []


def register(offers: Offers, *, page: Page) -> None:
    """Register what the sign-in page offers, and the line on the account's page, if any."""
    _offers.append(offers)
    _pages.append(page)


def choices(next_url: str) -> list[Choice]:
    """Return every other way to sign in."""
    return [choice for offers in _offers for choice in offers(next_url)]


def account_pages(user: User) -> list[dict[str, str]]:
    """Return the lines of the account's page for ways to sign in that concern the person."""
    return [line for page in _pages if (line := page(user))]
