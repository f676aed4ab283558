"""The fields of a program's settings."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import Promise


def integer_setting(
    default: int,
    name: str | Promise,
    help_text: str | Promise = "",
    *,
    low: int = 0,
    high: int = 400,
) -> models.PositiveSmallIntegerField:
    """Return a field for a whole number from `low` to `high`; its name states the unit."""
    bounds = [MinValueValidator(low), MaxValueValidator(high)]
    # The stubs accept lazy text only as a private type of theirs.
    texts: dict[str, Any] = {"verbose_name": name, "help_text": help_text}
    return models.PositiveSmallIntegerField(default=default, validators=bounds, **texts)
