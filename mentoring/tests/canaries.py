"""Plant a unique word in every free text, and find out who reads it.

`FIELDS` lists every column that can contain free text and who may read it; a column without a line
fails the tests. `plant` writes the words, `leaks` returns those that a reader must not see.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.db import models

from access.ids import PublicIdField
from accounts.models import User
from notifications.models import Notification

from .access_roles import AccessFixtures
from .canary_fields import FIELDS
from .canary_readers import readers_of

# Apps with tables of their own; those of the demo and of pages alone have none.
OUR_APPS = tuple(
    config.label
    for config in apps.get_app_configs()
    if Path(config.path).parent == settings.BASE_DIR
    and any(not model._meta.proxy for model in config.get_models())
)
WORD = re.compile(r"zq[a-z]{5}qz", re.IGNORECASE)


PLANTED_SHAPE = {
    "names": lambda word: {"en": word},
    "texts": lambda word: {"en": word},
    "titles": lambda word: {"en": word},
}


def fields_with_words() -> Iterator[models.Field]:
    """Yield every text, JSON or encrypted column; not choices, slugs or public ids."""
    for model in apps.get_models():
        for field in model._meta.local_fields if model._meta.app_label in OUR_APPS else ():
            is_text = isinstance(field, (models.CharField, models.TextField, models.JSONField))
            if (
                is_text
                and not field.choices
                and not isinstance(field, (PublicIdField, models.SlugField))
            ):
                yield field


def name_of(field: models.Field) -> str:
    return f"{field.model._meta.label}.{field.name}"


@dataclass(frozen=True)
class Canary:
    field: str
    readers: frozenset[str]  # role names


def plant(world: AccessFixtures) -> None:
    """Put a word of its own into every text of every row, and remember who may read it."""
    world.canaries = {}
    # An e-mail that has ended, such as one that a newer one has replaced, may hold no text.
    Notification.system.exclude(state=Notification.State.PENDING).delete()
    wordy: dict[type[models.Model], list[models.Field]] = {}
    for field in fields_with_words():
        if FIELDS.get(name_of(field)) is not None:
            wordy.setdefault(field.model, []).append(field)
    for model, fields in wordy.items():
        for row in model._base_manager.order_by("pk"):
            model._base_manager.filter(pk=row.pk).update(**plant_row(world, row, fields))
    for user in User.objects.all():  # sign-in knows the address as well
        EmailAddress.objects.filter(user=user).update(email=user.email)
    for thing in {id(thing.row): thing.row for thing in world.rows.values()}.values():
        thing.refresh_from_db()


def plant_row(world: AccessFixtures, row: Any, fields: list[models.Field]) -> dict[str, Any]:
    """The values to write: a new word for each field."""
    values, readers = {}, {}
    for field in fields:
        kind = str(FIELDS[name_of(field)])
        if kind not in readers:
            readers[kind] = readers_of(world, kind, row)
        word = new_word(len(world.canaries))
        world.canaries[word] = Canary(name_of(field), readers[kind])
        values[field.name] = shaped(field, word)
    return values


def shaped(field: models.Field, word: str) -> Any:
    if isinstance(field, models.EmailField):
        return f"{word}@example.org"
    if name_of(field) == "checkins.Question.choices":
        return [["1", {"en": word}]]
    if isinstance(field, models.JSONField):
        return {"en": word}
    if field.name == "values_json":
        return json.dumps([word])
    return word


def new_word(number: int) -> str:
    letters = ""
    for _place in range(5):
        number, letter = divmod(number, 26)
        letters = chr(ord("a") + letter) + letters
    return f"zq{letters}qz"


# --- who may read


def leaks(world: AccessFixtures, role: str, response: Any) -> list[str]:
    """The fields whose words stand in `response` though `role` may not read them."""
    found = {word.lower() for word in WORD.findall(text_of(response))}
    shown = (world.canaries[word] for word in found if word in world.canaries)
    return sorted({canary.field for canary in shown if role not in canary.readers})


def text_of(response: Any) -> str:
    """Headers and body; what is packed (XLSX) is unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    return "\n".join(
        [*(f"{name}: {value}" for name, value in response.items()), body.decode("utf-8", "replace")]
    )
