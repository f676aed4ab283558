"""A new program: its settings, its first words and its first chair, made in one step."""

from __future__ import annotations

from itertools import count

from django.db import transaction
from django.utils.text import slugify

from .models import Policy, Program
from .seeds import load_shared_vocabulary, load_vocabulary
from .signals import program_created

SLUG_LENGTH = 40


@transaction.atomic
def create_program(program: Program, *, template: str) -> Program:
    """Save a new program with the default settings and the starter list called `template`.

    Its page stays hidden until the chair makes it public, the last step of the checklist. An empty
    slug is made from the name. Raises KeyError for an unknown template; "" loads no list.
    """
    program.slug = program.slug or unused_slug(program.name)
    program.is_public = False
    program.save()
    Policy.objects.create(program=program)
    load_shared_vocabulary()
    if template:
        load_vocabulary(template, program)
    program_created.send(Program, program=program)
    return program


def unused_slug(name: str) -> str:
    """Return a short name for web addresses that no other program has."""
    base = slugify(name)[:SLUG_LENGTH] or "program"
    candidates = (base if n == 1 else f"{base}-{n}" for n in count(1))
    return next(slug for slug in candidates if not Program.objects.filter(slug=slug).exists())
