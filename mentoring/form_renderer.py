"""Renders widgets from the project's templates, and where there is none from Django's."""

from __future__ import annotations

from pathlib import Path

import django.forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.template.backends.base import BaseEngine
from django.utils.functional import cached_property


class FormRenderer(DjangoTemplates):
    """Django's renderer, which looks into the project's folder of templates first."""

    @cached_property
    def engine(self) -> BaseEngine:
        own = Path(settings.BASE_DIR) / "templates"
        djangos = Path(django.forms.__file__).parent / "templates"
        return self.backend(
            {"NAME": "forms", "DIRS": [own, djangos], "APP_DIRS": True, "OPTIONS": {}}
        )
