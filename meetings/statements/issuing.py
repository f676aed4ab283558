"""Issue statements, and say whether a code is valid.

1. A person issues their own. The same facts again are the same statement; other facts (a meeting
   was recorded or corrected, a name changed) make a new one, and the older code stops being valid.
2. A code is 100 random bits. Verifying says *valid* or *not valid*, with one query either way, and
   nothing about the person, the program or the day.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from matches.thank_you_notes import COMPLETED
from programs.models import Program

from ..models import Statement
from ..models.statements import CODE_LENGTH
from . import facts as log
from .facts import Facts

# Without letters and digits that are mistaken for each other.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
Kind = Statement.Kind
NO_MEETING = gettext_lazy("No meeting and no event is recorded for you in this year.")


def may_be_certified(match: Match) -> bool:
    """Whether the two of `match` can have a certificate."""
    return match.state == Match.State.CLOSED and match.closed_kind in COMPLETED


def has_certificate(match: Match, person: User) -> bool:
    """Whether `person` has got the certificate of `match`."""
    mine = Statement.objects.visible_to(person)
    return mine.filter(kind=Kind.CERTIFICATE, match=match).exists()


@transaction.atomic
def issue_certificate(match: Match, *, by: User, at: datetime | None = None) -> Statement:
    """Return the certificate of `by`, one of a pair that was completed.

    Raises ActionNotAllowed outside the pair, and for a pair that goes on or ended in another way.
    """
    if by not in match.people:
        raise ActionNotAllowed(_("Only the two people of a pair can do this."))
    if not may_be_certified(match):
        raise ActionNotAllowed(
            _("A certificate is for a completed pair. Your hours statement counts every meeting.")
        )
    found = log.certificate_facts(match, by)
    return _issue(by, found, at, kind=Kind.CERTIFICATE, program=match.program, match=match)


@transaction.atomic
def issue_hours(program: Program, *, year: int, by: User, at: datetime | None = None) -> Statement:
    """Return the hours statement of `by` for the credential year that begins in `year`.

    Raises ActionNotAllowed when nothing in it counts.
    """
    found = log.hours_facts(by, program, year)
    if not found.lines:
        raise ActionNotAllowed(NO_MEETING)
    return _issue(by, found, at, kind=Kind.HOURS, program=program, year=year)


def _issue(person: User, found: Facts, at: datetime | None, **about: object) -> Statement:
    at = at or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # one at a time for each person
    current = Statement.system.filter(person=person, replaced_at=None, **about)
    text = json.dumps(found.as_json(), sort_keys=True)
    older = current.first()
    if older is not None and older.facts == text:
        return older
    current.update(replaced_at=at)
    return Statement.objects.create(
        person=person, facts=text, code=new_code(), issued_at=at, **about
    )


def facts_of(statement: Statement) -> Facts:
    """Return what a statement says."""
    return Facts.from_json(json.loads(statement.facts))


def new_code() -> str:
    """Return a code that cannot be guessed."""
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """Return a code as people read it: groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def is_valid(written: str) -> bool:
    """Whether `written`, a code as someone typed it, belongs to a statement that holds."""
    code = "".join(letter for letter in written.upper() if letter.isalnum())[: CODE_LENGTH + 1]
    return Statement.system.filter(code=code, replaced_at=None).exists()
