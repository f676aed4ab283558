"""Whom e-mail does not reach: participants whose address bounces."""

from __future__ import annotations

from django.db.models import QuerySet

from access.bounded import count_up_to
from accounts.models import User
from applications.models import Application
from notifications.models import BouncedAddress


def participants_of(member: User) -> QuerySet[User]:
    """Return the people with an application that `member` may see."""
    visible = Application.objects.for_committee(member)
    return User.objects.filter(pk__in=visible.values("person"))


def with_bouncing_address(people: QuerySet[User]) -> QuerySet[User]:
    """Return those of `people` to whom nothing is sent because e-mails came back."""
    stopped = BouncedAddress.objects.stopped().exclude(person=None)
    return people.filter(pk__in=stopped.values("person"), is_active=True)


def count_with_bouncing_address(member: User, limit: int) -> int:
    """Count the participants whom `member` may see and e-mail does not reach, up to `limit`.

    Usually there is no such person, and the rules of who may see whom are not asked.
    """
    stopped = BouncedAddress.objects.stopped().exclude(person=None)
    people = list(stopped.values_list("person", flat=True))
    if not people:
        return 0
    return count_up_to(with_bouncing_address(participants_of(member)).filter(pk__in=people), limit)
