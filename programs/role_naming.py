"""A chair says what the roles are called in a program, in each language of the site."""

from __future__ import annotations

from copy import copy
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from .committee import Role, has_role
from .models import Program
from .models.role_names import RoleNames, check_names
from .role_names.speaking import speaking_for
from .signals import role_names_changed

# Sentences of the product that show articles, the plural and a word at the beginning.
SAMPLES = (
    gettext_noop("I would like a mentor"),
    gettext_noop("Ask the next mentor instead"),
    gettext_noop(
        "The mentor has been through what the mentee is going through, or accompanied someone."
    ),
    gettext_noop("Your mentee asks: “Should I take the job?” What do you do first?"),
    gettext_noop("Two mentees can only swap if they have different mentors."),
    gettext_noop("This is my first time as a mentor"),
)


def named(program: Program, names: RoleNames) -> Program:
    """Return a program, not saved, that is as `program` with other names of the roles."""
    tried = copy(program)
    tried.role_names = names
    return tried


def samples(program: Program, language: str) -> list[str]:
    """Return sentences in a language with the names of `program`."""
    with override(language), speaking_for(program):
        return [gettext(one) for one in SAMPLES]


@transaction.atomic
def rename(program: Program, names: RoleNames, *, by: User, at: datetime) -> bool:
    """Save names of the roles; return whether they are other names.

    Raises ActionNotAllowed for anyone but a chair, ValidationError for names that do not fit.
    """
    if not has_role(by, program, Role.CHAIR):
        raise ActionNotAllowed(_("You don't have permission to do this."))
    check_names(names)
    fresh = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    if fresh.role_names == names:
        return False
    before = copy(fresh)
    fresh.role_names = names
    fresh.save(update_fields=["role_names"])
    role_names_changed.send(Program, program=fresh, before=before, at=at)
    return True
