"""What members do to rows, for the history of each row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest

ChangeMessage = Sequence[Mapping[str, Mapping[str, object]]] | str


def changed(*fields: str) -> ChangeMessage:
    """Return the message of a change of these fields. The history translates their names."""
    return [{"changed": {"fields": list(fields)}}]


def log_action(
    request: HttpRequest, obj: models.Model, action: int, message: ChangeMessage
) -> LogEntry:
    """Log what the member has done to a row."""
    entry = _entry(request, obj, action, message)
    entry.save()
    return entry


def log_changes(request: HttpRequest, rows: Iterable[models.Model], message: ChangeMessage) -> None:
    """Log the same change of several rows, in one query."""
    LogEntry.objects.bulk_create(_entry(request, row, CHANGE, message) for row in rows)


def _entry(
    request: HttpRequest, obj: models.Model, action: int, message: ChangeMessage
) -> LogEntry:
    """Return the entry of a row: its table and id. Its name would stay when people are erased."""
    return LogEntry(
        user_id=cast(int, request.user.pk),
        content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
        object_id=str(obj.pk),
        object_repr=f"{obj._meta.label_lower} {obj.pk}",
        action_flag=action,
        change_message="" if isinstance(message, str) else json.dumps(message),
    )
