"""Signing a person out everywhere."""

from __future__ import annotations

import json

from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder

from .mentions import Mentions
from .models import User


def end_sessions(user: User) -> None:
    """Delete the person's sessions, and those in which someone typed one of their addresses.

    A session without an account holds the address to which a code was sent.
    """
    _end_where(user, Mentions.of(user))


def sign_out(user: User) -> None:
    """Delete the sessions in which the person is signed in."""
    _end_where(user, Mentions(None))


def _end_where(user: User, mentions: Mentions) -> None:
    from allauth.usersessions.models import UserSession

    for known in UserSession.objects.filter(user=user):
        known.end()
    for session in Session.objects.order_by("pk").iterator():
        content = session.get_decoded()
        text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False)
        if content.get("_auth_user_id") == str(user.pk) or mentions.are_in(text):
            session.delete()
