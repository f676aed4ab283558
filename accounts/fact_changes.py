"""Facts about a person that change while they take part, and who watches them.

A fact is stored inside `watched`: apps above look at the person's pairs before it, and again after
it, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from .models import User

# Before facts of a person change, in the transaction of the change: `person`, `at`. A receiver
# returns what it does once they have changed, a function without arguments, or None.
facts_changing = Signal()


@contextmanager
def watched(person: User, *, at: datetime | None = None) -> Iterator[None]:
    """Change facts of `person` in this block, in one transaction."""
    with transaction.atomic():
        answers = facts_changing.send(User, person=person, at=at or timezone.now())
        yield
        for _receiver, done in answers:
            if done is not None:
                cast(Callable[[], None], done)()
