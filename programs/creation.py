"""A new program: settings, texts, questions and words of its kind, made in one step."""

from __future__ import annotations

from itertools import count

from django.db import transaction
from django.utils.text import slugify

from . import program_kinds
from .models import Policy, Program
from .seeds import load_shared_vocabulary, load_vocabulary
from .signals import program_created

SLUG_LENGTH = 40


@transaction.atomic
def create_program(program: Program, *, template: str) -> Program:
    """Save a new program with what its kind, called `template`, starts with.

    Its page stays hidden until the chair makes it public, the last step of the checklist. An empty
    slug is made from the name. Raises KeyError for an unknown template; with "" it starts with the
    default settings, and without texts, questions and words of its own.
    """
    kind = program_kinds.kind_of(template) if template else None
    program.slug = program.slug or unused_slug(program.name)
    program.is_public = False
    if kind:
        program_kinds.set_texts(program, kind)
    program.save()
    Policy.objects.create(program=program, **(kind.settings if kind else {}))
    load_shared_vocabulary()
    if kind:
        program_kinds.start(program, kind)
        load_vocabulary(template, program)
    program_created.send(Program, program=program)
    return program


def unused_slug(name: str) -> str:
    """Return a short name for web addresses that no other program has."""
    base = slugify(name)[:SLUG_LENGTH] or "program"
    candidates = (base if n == 1 else f"{base}-{n}" for n in count(1))
    return next(slug for slug in candidates if not Program.objects.filter(slug=slug).exists())
