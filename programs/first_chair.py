"""How the first chair comes in: by a link that `bootstrap` prints while no committee exists.

1. It works once, for 24 hours, and only the newest one. A hash of it is stored.
2. It is over as soon as anyone is on a committee, or the maintainer can sign in.
3. It makes the program and its chair. They sign in with a code, which proves their address.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.links import absolute

from .creation import create_program
from .members import invite_member
from .models import FirstChairLink, Membership, Program

LIFE = timedelta(hours=24)
TOKEN_BYTES = 32


def is_needed() -> bool:
    """Return whether no one can work on the committee's pages yet."""
    has_maintainer = User.objects.filter(is_superuser=True, is_active=True).exists()
    return not has_maintainer and not Membership.objects.live().exists()


@transaction.atomic
def new_link(*, at: datetime | None = None) -> str:
    """Return a new link; those that were printed before stop working."""
    FirstChairLink.objects.all().delete()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = at or timezone.now()
    FirstChairLink.objects.create(key=_key(token), expires_at=now + LIFE)
    return absolute(reverse("programs:first-chair", args=[token]))


def is_valid(token: str, *, at: datetime | None = None) -> bool:
    """Return whether a link can be used: printed last, not used, not too old, and needed."""
    now = at or timezone.now()
    links = FirstChairLink.objects.filter(key=_key(token), expires_at__gt=now)
    return links.exists() and is_needed()


@transaction.atomic
def register(token: str, program: Program, *, template: str, email: str, name: str) -> Membership:
    """Use the link up: save the program and make its chair, who hears of it by e-mail.

    Raises ActionNotAllowed if the link can't be used, also when someone was faster.
    """
    if not is_valid(token) or not FirstChairLink.objects.filter(key=_key(token)).delete()[0]:
        raise ActionNotAllowed(_("This link no longer works. Nothing has been changed."))
    saved = create_program(program, template=template)
    return invite_member(saved, email=email, name=name, role=Membership.Role.CHAIR)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
