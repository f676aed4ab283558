"""Signed links in letters: they let their holder do one thing and show nothing.

An app registers what a link of a purpose does; the view shows a button on GET, changes nothing there, and acts on
POST, idempotently:

    @purpose("survey-answer", model="checkins.CheckIn")
    def answer_by_link(request, claim, person, subject) -> HttpResponse: ...

Addresses are made from the setting BASE_URL, never from a request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpResponse
from django.urls import reverse

from access.tokens import BadToken, Claim, make_token, read_token

LinkView = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Purpose:
    name: str
    model: str
    view: LinkView


PURPOSES: dict[str, Purpose] = {}


def purpose(name: str, *, model: str) -> Callable[[LinkView], LinkView]:
    """Register `view(request, claim, person, subject)` for links of this purpose about rows of `model`."""

    def register(view: LinkView) -> LinkView:
        PURPOSES[name] = Purpose(name, model, view)
        return view

    return register


def absolute(path: str) -> str:
    """The full address of a path of this site."""
    return f"{settings.BASE_URL}{path}"


def token_for(purpose: str, *, person: Any, subject: Any, version: int = 0, until: datetime) -> str:
    return make_token(
        purpose=purpose,
        recipient=person.public_id,
        subject=subject.public_id,
        version=version,
        epoch=person.link_epoch,
        until=until,
    )


def link(purpose: str, *, person: Any, subject: Any, version: int = 0, until: datetime) -> str:
    """The full address of a link that lets `person` do `purpose` to `subject` until a moment."""
    token = token_for(purpose, person=person, subject=subject, version=version, until=until)
    return absolute(reverse("notifications:go", args=[purpose, token]))


def open_token(purpose: str, token: str, *, at: datetime | None = None) -> tuple[Claim, Any]:
    """Return the claim of a token and its person. Raises BadToken when it is forged, over, or revoked."""
    claim = read_token(token, purpose=purpose, at=at)
    person = (
        get_user_model()._default_manager.filter(public_id=claim.recipient, is_active=True).first()
    )
    if person is None or person.link_epoch != claim.epoch:
        raise BadToken
    return claim, person


def subject_of(claim: Claim, model: str) -> models.Model:
    """The row that a link is about. Raises BadToken when it is gone."""
    found = apps.get_model(model)._base_manager.filter(public_id=claim.subject).first()
    if found is None:
        raise BadToken
    return found
