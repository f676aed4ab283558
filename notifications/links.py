"""Signed links in e-mails: each lets its holder do one thing and shows nothing confidential.

An app registers what a link of a purpose does. Its view shows a button on GET and changes nothing
there; it acts on POST, idempotently:

    @purpose("survey-answer", model="checkins.CheckIn")
    def answer_by_link(request, claim, person, subject) -> HttpResponse: ...

URLs are built from the setting BASE_URL, never from a request, whose Host header can be forged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpResponse
from django.urls import reverse

from access.tokens import BadToken, Claim, make_token, read_token

from .recipients import Account

LinkView = Callable[..., HttpResponse]
OneClick = Callable[[Any], None]  # of a record of the purpose's model


class HasPublicId(Protocol):
    @property
    def public_id(self) -> str: ...


@dataclass(frozen=True)
class Purpose:
    """What a link is for: the view behind it, and the model of its subject as "app.Model".

    Links for guests belong to no account. What is done at once when a mail program posts to the
    address for unsubscribing is `one_click`.
    """

    name: str
    model: str
    view: LinkView
    is_for_guests: bool = False
    one_click: OneClick | None = None


PURPOSES: dict[str, Purpose] = {}


def purpose(name: str, *, model: str) -> Callable[[LinkView], LinkView]:
    """Register `view(request, claim, person, subject)` for links of this purpose.

    `model` is the model of the subject, as "app.Model".
    """

    def register(view: LinkView) -> LinkView:
        PURPOSES[name] = Purpose(name, model, view)
        return view

    return register


def guest_purpose(
    name: str, *, model: str, one_click: OneClick | None = None
) -> Callable[[LinkView], LinkView]:
    """Register `view(request, claim, subject)` for links to an address without an account.

    `subject` is None when the record was deleted.
    """

    def register(view: LinkView) -> LinkView:
        PURPOSES[name] = Purpose(name, model, view, is_for_guests=True, one_click=one_click)
        return view

    return register


def absolute(path: str) -> str:
    """Return the absolute URL of a path of this site."""
    return f"{settings.BASE_URL}{path}"


def token_for(
    purpose: str, *, person: Account, subject: HasPublicId, version: int = 0, until: datetime
) -> str:
    """Return a token that lets `person` do `purpose` to `subject` until `until` (aware)."""
    return make_token(
        purpose=purpose,
        recipient=person.public_id,
        subject=subject.public_id,
        version=version,
        epoch=person.link_epoch,
        until=until,
    )


def link(
    purpose: str, *, person: Account, subject: HasPublicId, version: int = 0, until: datetime
) -> str:
    """Return the absolute URL of a link that lets `person` do `purpose` to `subject`.

    It works until `until` (aware). `version` is handed to the view, which may refuse a link that
    was made for an earlier version of the subject.
    """
    token = token_for(purpose, person=person, subject=subject, version=version, until=until)
    return absolute(reverse("notifications:go", args=[purpose, token]))


def guest_token(purpose: str, *, subject: HasPublicId, until: datetime) -> str:
    """Return a token that lets whoever has it do `purpose` to `subject` until `until` (aware)."""
    return make_token(
        purpose=purpose, recipient="", subject=subject.public_id, version=0, epoch=0, until=until
    )


def guest_link(purpose: str, *, subject: HasPublicId, until: datetime) -> str:
    """Return the absolute URL of a link for an address without an account."""
    token = guest_token(purpose, subject=subject, until=until)
    return absolute(reverse("notifications:go", args=[purpose, token]))


def one_click_link(purpose: str, *, subject: HasPublicId, until: datetime) -> str:
    """Return the absolute URL that a mail program posts to when a guest unsubscribes."""
    token = guest_token(purpose, subject=subject, until=until)
    return absolute(reverse("notifications:unsubscribe", args=[purpose, token]))


def open_guest_token(known: Purpose, token: str) -> tuple[Claim, models.Model | None]:
    """Return a guest's claim and its record, None if it was deleted. Raises BadToken."""
    claim = read_token(token, purpose=known.name)
    if claim.recipient:  # an account's link
        raise BadToken
    found = apps.get_model(known.model)._base_manager.filter(public_id=claim.subject).first()
    return claim, found


# Any: the user model belongs to an app above this one, and views read fields of their own.
def open_token(purpose: str, token: str, *, at: datetime | None = None) -> tuple[Claim, Any]:
    """Return a token's claim and its person.

    Raises BadToken when it is forged, expired or revoked, or the account is closed.
    """
    claim = read_token(token, purpose=purpose, at=at)
    people = get_user_model()._default_manager
    # Raising a person's link_epoch revokes all their links.
    person = people.of_link(claim.recipient, claim.epoch)
    if person is None:
        raise BadToken
    return claim, person


def subject_of(claim: Claim, model: str) -> models.Model:
    """Return the record that a link is about. Raises BadToken when it was deleted."""
    found = apps.get_model(model)._base_manager.filter(public_id=claim.subject).first()
    if found is None:
        raise BadToken
    return found
