"""One format per language for dates and times, with one home."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from .test_architecture import product_code

MOMENT = datetime(2026, 3, 7, 18, 5, tzinfo=UTC)
NAMED = {"c"} | {
    name for name in vars(import_module("mentoring.formats.en.formats")) if name.isupper()
}


def draw(filter_: str, language: str) -> str:
    with translation.override(language):
        return Template("{{ at|" + filter_ + " }}").render(Context({"at": MOMENT}))


def test_every_language_has_the_same_formats():
    modules = [import_module(f"mentoring.formats.{code}.formats") for code, _ in settings.LANGUAGES]
    names = [{name for name in vars(module) if name.isupper()} for module in modules]
    assert all(found == names[0] for found in names)


@pytest.mark.parametrize(
    ("filter_", "english", "french"),
    [
        ("date", "7 March 2026", "7 mars 2026"),
        ("time", "18:05", "18:05"),
        ('date:"DATETIME_FORMAT"', "7 March 2026, 18:05", "7 mars 2026, 18:05"),
        ('date:"MONTH_DAY_FORMAT"', "7 March", "7 mars"),
        ('date:"WEEKDAY_FORMAT"', "Saturday 7 March", "samedi 7 mars"),
        ('date:"WEEKDAY_TIME_FORMAT"', "Saturday 7 March, 18:05", "samedi 7 mars, 18:05"),
    ],
)
def test_a_named_format_follows_the_language(filter_, english, french):
    assert (draw(filter_, "en"), draw(filter_, "fr")) == (english, french)


def test_no_template_spells_a_format():
    spelled = [
        f"{path.relative_to(settings.BASE_DIR)}: {found}"
        for path in (settings.BASE_DIR / "templates").rglob("*.*")
        for found in re.findall(r"""\|(?:date|time):["']([^"']+)["']""", path.read_text())
        if found not in NAMED
    ]
    assert spelled == []


def test_no_code_spells_a_format():
    """A format for people has two format letters at least; `strftime` is for machines only."""
    spelled = [
        f"{path.relative_to(settings.BASE_DIR)}: {found}"
        for path in product_code()
        if "formats" not in path.parts
        for found in re.findall(
            r'"(?:l )?j F[^"]*"|strftime\("(?=[^"]*%[bB])[^"]*"', path.read_text()
        )
    ]
    assert spelled == []
