"""Two kinds of e-mail for these tests: `note` is essential, `tip` can be turned off.

Both are about a person.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifications import kinds, outbox
from notifications.kinds import ESSENTIAL, OPTIONAL, Email, Kind
from notifications.models import Notification
from testkit import factories, smtp

TUESDAY_NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


@dataclass
class SampleKinds:
    """What the two kinds return when they are asked, and for whom they were asked."""

    answer: Any = field(default_factory=lambda: Email(context={"word": "hello"}))
    asked: list[Any] = field(default_factory=list)
    subjects: dict[int, Any] = field(default_factory=dict)

    def build(self, about, person):
        """**To**: people of tests. **When**: a test says so. **Until**: a test says so."""
        self.asked.append(person)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer(about, person) if callable(self.answer) else self.answer

    def enqueue(self, person, kind="note", at=TUESDAY_NOON, subject=None, **options):
        """Enqueue one e-mail and return its row; e-mails about other subjects wait beside it."""
        about = person if subject is None else self.subject(subject)
        outbox.enqueue(kind, to=person, about=about, at=at, **options)
        return rows().order_by("pk").last()

    def subject(self, number):
        """The record number `number`: another person."""
        if number not in self.subjects:
            self.subjects[number] = factories.person(f"Subject {number}")
        return self.subjects[number]


@pytest.fixture
def sample(monkeypatch, settings):
    made = SampleKinds()
    for name, stream in (("note", ESSENTIAL), ("tip", OPTIONAL)):
        monkeypatch.setitem(kinds.KINDS, name, Kind(name, made.build, "accounts.User", stream))
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(Path(__file__).parent / "templates")
    settings.TEMPLATES = templates
    return made


@pytest.fixture
def server(settings):
    """A mail server on the loopback that e-mails are sent to."""
    with smtp.sink() as sink:
        smtp.use(settings, sink.port)
        yield sink


@pytest.fixture
def epoch_file(settings, tmp_path):
    settings.OUTBOX_EPOCH_FILE, settings.ERASED_FILE = tmp_path / "epoch", tmp_path / "erased"
    settings.ERASED_FILE.touch()  # post_restore refuses on a machine without one
    return settings.OUTBOX_EPOCH_FILE


def page_text(response):
    """Return a page without what differs by nature: form tokens and its own address."""
    return re.sub(
        r'(name="(?:csrfmiddlewaretoken|next)" value=")[^"]*', r"\1", response.content.decode()
    )


def rows():
    return Notification.system.all()


def fresh(row):
    return rows().get(pk=row.pk)


def enqueue_code(person):
    expires_at = TUESDAY_NOON + timedelta(minutes=15)
    texts = {"subject": "Your code", "text": "ABC-DEF", "html": "<p>ABC-DEF</p>"}
    outbox.enqueue_account_email(
        to=person, address=person.email, expires_at=expires_at, at=TUESDAY_NOON, **texts
    )
    return rows().get()
