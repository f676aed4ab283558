"""Every stored text says what erasing a person does to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from accounts.column_rules import ColumnRule, Fate
from accounts.privacy import COLUMN_RULES

HOLD_TEXT = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
    models.UUIDField,
    models.FileField,
    models.DurationField,
)


def columns_with_text() -> Iterator[models.Field]:
    """Yield every column of every table that can hold more than a number, date or fixed choice."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields if not model._meta.proxy else ():
            if isinstance(field, HOLD_TEXT) and not field.choices:
                yield field


def label(field: models.Field) -> str:
    return f"{field.model._meta.label}.{field.name}"


def test_every_column_has_a_rule_and_every_rule_its_column():
    columns = {label(field) for field in columns_with_text()}
    assert columns - set(COLUMN_RULES) == set(), "say in the app's privacy.py what erasing does"
    assert set(COLUMN_RULES) - columns == set(), "this column is gone"


def missing_reason(rule: ColumnRule) -> bool:
    return rule.fate != Fate.ERASED and not rule.why


@pytest.mark.parametrize("name", sorted(COLUMN_RULES))
def test_what_is_kept_has_a_reason(name):
    assert not missing_reason(COLUMN_RULES[name])


def test_a_rule_without_a_reason_is_noticed():
    assert missing_reason(ColumnRule(Fate.KEPT))
