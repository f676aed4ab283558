"""The generated pages of the documentation say what the code says."""

import pytest

from mentoring.management.commands import document_emails, document_states
from notifications.kinds import KINDS


@pytest.mark.parametrize("command", [document_states, document_emails])
def test_the_page_is_what_the_code_says(command):
    name = command.__name__.rpartition(".")[2]
    assert command.PAGE.read_text("utf-8") == command.page(), f"run: python manage.py {name}"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_says_to_whom_when_and_until(name):
    assert set(document_emails.parts(KINDS[name])) == {"To", "When", "Until"}
