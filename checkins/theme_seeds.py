"""The themes with which a program starts, as the columns of `Theme` take them."""

from __future__ import annotations

from programs.models import Program

from .models import Theme

NAMES: dict[str, tuple[str, str]] = {
    "time": ("Finding time to meet", "Trouver du temps pour se voir"),
    "contact": ("Staying in touch between meetings", "Garder le contact entre les rencontres"),
    "goals": ("What to work on together", "Sur quoi travailler ensemble"),
    "fit": ("How the two get along", "L'entente entre les deux personnes"),
    "role": ("What the role asks of one", "Ce que le rôle demande"),
    "training": ("Training and tools", "Formation et outils"),
    "events": ("Meeting others of the program", "Rencontrer d'autres gens du programme"),
    "committee": ("Help from the committee", "L'aide du comité"),
    "technical": ("E-mails and web pages", "Les courriels et les pages web"),
    "thanks": ("What works well", "Ce qui va bien"),
}


def theme_seeds() -> list[dict[str, object]]:
    """Return the columns of each theme, without the program."""
    return [
        {"code": code, "position": n, "names": {"en": english, "fr": french}}
        for n, (code, (english, french)) in enumerate(NAMES.items(), start=1)
    ]


def load(program: Program) -> int:
    """Add what a program does not have yet, retired ones count; return how many were new."""
    known = set(Theme.objects.filter(program=program).values_list("code", flat=True))
    new = [one for one in theme_seeds() if one["code"] not in known]
    Theme.objects.bulk_create(Theme(program=program, **one) for one in new)
    return len(new)
