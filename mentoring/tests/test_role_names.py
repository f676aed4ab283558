"""A program with names of its own for the roles says them in every e-mail and on every page."""

from __future__ import annotations

import logging
import re

import pytest
from django.utils.html import strip_tags

from accounts.models import User
from notifications import email_preview, outbox
from notifications.models import Notification
from programs.models import Program

from . import access_fixtures as worlds
from . import page_catalog
from .email_scenarios import SCENARIOS
from .page_catalog import PageCatalog

pytestmark = pytest.mark.django_db
NAMES = {
    "mentor": {
        "en": {"one": "an ally", "many": "allies"},
        "fr": {"one": "un accompagnateur", "many": "accompagnateurs"},
    },
    "mentee": {
        "en": {"one": "a newcomer", "many": "newcomers"},
        "fr": {"one": "une alliée", "many": "alliées"},
    },
}
MARKUP = {
    "mentor": {"en": {"one": "a <b>palword</b>", "many": "palwords & %s"}},
    "mentee": {"en": {"one": "a palword %(name)s", "many": "palwords {x}"}},
}
OURS = re.compile(r"\b(?:mentors?|mentees?|mentorée?s?|mentorez)\b", re.IGNORECASE)
ADDRESS = re.compile(r"\S*(?:://|@)\S*|/[\w/.-]+/")
# The e-mails of the installation, which has several programs.
OF_NO_PROGRAM: set[str] = set()
# Pages about all programs, by route.
OF_SEVERAL = {"programs:welcome"}


def ours_in(text: str) -> list[str]:
    """Return the product's names of the roles in a text, each with the words around it."""
    rest = ADDRESS.sub(" ", text)
    return [
        " ".join(rest[max(0, found.start() - 40) : found.end() + 20].split())
        for found in OURS.finditer(rest)
    ]


def visible(html: str) -> str:
    """Return what a page says; its attributes are codes and addresses, but for those read aloud."""
    said = re.findall(r'(?:aria-label|alt|placeholder)="([^"]*)"', html)
    without_code = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join([strip_tags(without_code), *said])


@pytest.mark.parametrize("kind", sorted(SCENARIOS))
def test_every_email_names_the_roles_as_its_program_does(kind):
    case = SCENARIOS[kind].make()
    Program.objects.update(role_names=NAMES)
    about = type(case.about)._base_manager.get(pk=case.about.pk)
    outbox.enqueue(kind, to=case.to, about=about)
    row = Notification.system.filter(kind=kind, recipient=case.to).latest("pk")
    found = {}
    for language in ("en", "fr"):
        User.objects.filter(pk=case.to.pk).update(language=language)
        mail = email_preview.render(Notification.system.get(pk=row.pk))
        texts = f"{mail.subject}\n{mail.text}\n{mail.button}\n{visible(mail.html)}"
        assert len(mail.text) > 40
        found[language] = ours_in(texts)
    assert found == {"en": [], "fr": []} or kind in OF_NO_PROGRAM


@pytest.fixture
def names():
    return NAMES


@pytest.fixture
def catalog(db, without_zeal, monkeypatch, names):
    monkeypatch.setattr(page_catalog, "VIEWERS", ("mentee", "mentor"))
    logging.disable(logging.CRITICAL)
    # From the beginning: agreements keep the words that they are written with.
    monkeypatch.setattr(Program._meta.get_field("role_names"), "_get_default", lambda: names)
    yield PageCatalog(worlds.build())
    logging.disable(logging.NOTSET)


def pages_of(catalog):
    by_route = {
        (page.name, page.role): page
        for candidates in catalog.wanted()
        for page in candidates
        if page.role in page_catalog.VIEWERS
    }
    assert len(by_route) > 100
    return list(by_route.values())


@pytest.mark.parametrize("names", [MARKUP])
def test_no_page_shows_a_name_of_a_role_with_markup_or_placeholders(catalog):
    """No one can save such names; these came into the database in another way."""
    pages, ours = pages_of(catalog), 0
    for page in pages:
        text = catalog.clients[page.role].get(page.address).content.decode()
        assert "palword" not in text, page
        ours += bool(ours_in(visible(text)))
    assert ours > 20  # pages that name a role, in our words


def test_every_page_of_participants_names_the_roles_as_their_program_does(catalog):
    pages = pages_of(catalog)
    found, said = {}, set()
    for language, names in (("en", r"\b(?:ally|newcomer)"), ("fr", "accompagnateur|alliée")):
        User.objects.update(language=language)
        for page in pages:
            response = catalog.clients[page.role].get(page.address)
            text = visible(response.content.decode())
            said.update({language} if re.search(names, text) else ())
            if (left := ours_in(text)) and page.name not in OF_SEVERAL:
                found[f"{page.name} as {page.role} in {language}"] = left
    assert said == {"en", "fr"}
    assert found == {}
