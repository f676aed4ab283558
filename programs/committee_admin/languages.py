"""The names of languages of the site, as the member reads them."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext


def language_label(code: str) -> str:
    """Return the name of a language of the site, its code if it is not one of them."""
    return gettext(str(dict(settings.LANGUAGES).get(code, code)))
