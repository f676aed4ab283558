"""The lock of an event: of two who take its last place at the same second one gets it.

Every verb of an event takes this lock before it reads or changes the event or a sign-up. It has
`no_key`, so that rows that refer to the event can be inserted meanwhile. On SQLite every
transaction that writes locks the database.
"""

from __future__ import annotations

from .models import Event


def lock_event(event: Event) -> None:
    """Lock the event until the end of the transaction, and read it again."""
    rows = Event.objects.select_for_update(no_key=True).filter(pk=event.pk)
    current = rows.get()
    for field in Event._meta.concrete_fields:
        if not field.is_relation:
            setattr(event, field.attname, getattr(current, field.attname))
