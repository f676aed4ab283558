"""What the placeholders and the conditions of e-mails are called, for the committee.

An upper app registers both by the expression of the template, such as `partner.first_name`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Placeholder:
    """What a placeholder stands for.

    `sort`: what kind of value it is, in words. `example`: called in the language of a reader.
    `is_needed`: a text that had it and lost it would not say what its reader has to know.
    """

    sort: str | Promise
    words: str | Promise
    example: Callable[[], str]
    is_needed: bool = True


NAME, TEXT = _("name"), _("text")
EVERYWHERE: Mapping[str, Placeholder] = {
    "recipient": Placeholder(
        NAME, _("first name of whoever reads the e-mail"), lambda: "Maria", is_needed=False
    ),
    "program_name": Placeholder(
        NAME, _("name of the program"), lambda: str(_("the program")), is_needed=False
    ),
}
PLACEHOLDERS: dict[str, Placeholder] = {}
# {condition of a template: when the sentence is in the e-mail}, "" if the committee need not know.
CONDITIONS: dict[str, str | Promise] = {}
# {kind: why a committee can't write its texts}
FIXED_KINDS: dict[str, str | Promise] = {}


class UnknownExpression(LookupError):
    """No words for an expression of an e-mail's template: register them."""


def placeholder_of(expression: str) -> Placeholder:
    """Return what a template's expression is called. Raises UnknownExpression."""
    try:
        return PLACEHOLDERS[expression]
    except KeyError:
        raise UnknownExpression(f"no placeholder is registered for {expression!r}") from None


def condition_words(condition: str) -> str:
    """Return when a condition of a template holds, in words. Raises UnknownExpression."""
    found = []
    for part in condition.split(" and "):
        if part not in CONDITIONS:
            raise UnknownExpression(f"no words are registered for the condition {part!r}")
        found.append(str(CONDITIONS[part]))
    return ", ".join(filter(None, found))
