"""How people come to a committee: a chair or the maintainer invites them by e-mail address."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.outbox import enqueue

from .models import Membership, Program


def find_or_create_person(email: str, *, name: str, program: Program) -> User:
    """Return the person with this address; `name` is for someone who has not said theirs.

    Someone new speaks the language of the program.
    """
    person = User.objects.with_address(email)
    if person is None:
        return User.objects.create_user(
            email, name=name, language=program.language, time_zone=program.time_zone
        )
    if name and not person.name:
        person.name = name
        person.save(update_fields=["name"])
    return person


@transaction.atomic
def invite_member(program: Program, *, email: str, role: str, name: str = "") -> Membership:
    """Give someone a role from today and enqueue the e-mail that says so.

    email: any confirmed address of someone known, else an account is made for it.
    """
    person = find_or_create_person(email, name=name, program=program)
    membership = Membership.objects.create(user=person, program=program, role=role)
    announce(membership)
    return membership


def announce(membership: Membership) -> datetime | None:
    """Enqueue the e-mail about a new role, for now or the first morning.

    Returns when it is due, None for now. A member who has chosen an hour gets it then.
    """
    program, due_at = membership.program, None
    if membership.since > timezone.localdate():
        morning = time(program.policy.quiet_until_hour)
        due_at = datetime.combine(membership.since, morning, ZoneInfo(program.time_zone))
    enqueue("committee-role", to=membership.user, about=membership, due_at=due_at)
    return due_at


def deputies_that_end(membership: Membership) -> list[str]:
    """Warn in sentences of deputies who leave the committee before those they stand in for.

    About the member as a deputy of others, and about the member's own deputy.
    """
    text = _(
        "From %(day)s on %(deputy)s has no role in this committee and can't be the deputy of "
        "%(carers)s. Choose another deputy for them."
    )
    found = []
    for deputy in filter(None, (membership.user, membership.deputy)):
        day = Membership.objects.first_day_without(deputy, membership.program)
        if day is None:
            continue
        on = max(day, timezone.localdate())
        rows = Membership.objects.live(on).filter(program=membership.program, deputy=deputy)
        if names := list(dict.fromkeys(str(row.user) for row in rows.select_related("user"))):
            values = {"day": date_format(on), "deputy": deputy, "carers": ", ".join(names)}
            found.append(text % values)
    return found
