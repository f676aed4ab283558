"""A whole e-mail for an invented person: the kind's own templates, with examples as facts.

What a template reads becomes an example. Which conditions hold is chosen: what is true of nobody is
shown as well, so that every sentence can be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from django.template import Context, Engine
from django.utils.translation import override

from ..kinds import KINDS
from ..recipients import GuestRecipient
from ..rendering import (
    EMPTY_LINES,
    RenderedEmail,
    button_context,
    inline_css,
    one_line,
)
from ..templatetags.editable_texts import OWN, SAMPLE
from .blocks import Part, editable_blocks, has_button
from .vocabulary import PLACEHOLDERS, condition_words, placeholder_of

FILLED_IN = "…"  # what the product fills in outside of the texts that a committee may write
PROGRAM = frozenset({"program_name", "program.name", "match.program.name"})
NOT = "not "
LISTED = "[]"  # ends the path of a thing in a list
EXAMPLE_URL = "https://example.org/"
FRAME = {
    "is_to_guest": False,
    "hours_url": "",
    "reason": "",
    "preferences_url": "",
    "unsubscribe_url": "",
    "action_url": "",
    "action_label": "",
}

Held = frozenset[str]  # the values that are true, and the comparisons


def conditions_of(kind: str) -> dict[str, str]:
    """Return the conditions on which sentences of a kind depend, each with its words."""
    parts = [
        part
        for block in editable_blocks(kind).values()
        for condition in block.conditions
        for part in condition.split(" and ")
    ]
    found = {part: words for part in parts if (words := condition_words(part))}
    return {
        one: found[one] for one in found if one.removeprefix(NOT) == one or one[4:] not in found
    }


def _held(kind: str, holds: Collection[str]) -> Held:
    """Return what is true: what was chosen, and what a `not` that was not chosen denies."""
    denied = [one for one in conditions_of(kind) if one.startswith(NOT) and one not in holds]
    return frozenset([*holds, *(one.removeprefix(NOT) for one in denied)])


class Example:
    """Stands for any value of a template, and for any part of it."""

    def __init__(self, path: str, held: Held) -> None:
        self.path, self.held = path, held

    def __getitem__(self, name: object) -> Example:
        if isinstance(name, int):
            raise IndexError(name)
        return Example(f"{self.path}.{name}", self.held)

    def __bool__(self) -> bool:
        return self.path in self.held

    def __eq__(self, other: object) -> bool:
        return f'{self.path} == "{other}"' in self.held

    def __gt__(self, other: object) -> bool:
        return f"{self.path} > {other}" in self.held

    __hash__ = None  # type: ignore[assignment]  # equal to whatever the condition names

    def __iter__(self) -> Iterator[Example]:
        """Yield one thing; a thing of a list consists of two parts, for `{% for name, value %}`."""
        one = Example(f"{self.path}{LISTED}", self.held)
        return iter([one] * len(self))

    def __len__(self) -> int:
        return 2 if self.path.endswith(LISTED) else 1

    def __str__(self) -> str:
        known = PLACEHOLDERS.get(self.path)
        return known.example() if known else FILLED_IN


class Examples(dict[str, object]):
    """The values of a template: those that are given, an example for every other name."""

    def __init__(self, given: Mapping[str, object], held: Held) -> None:
        super().__init__(given)
        self.held = held

    def __contains__(self, name: object) -> bool:
        return name not in {"True", "False", "None", "block"}

    def __missing__(self, name: str) -> object:
        return Example(name, self.held)


def render_sample(
    kind: str,
    language: str,
    own: Mapping[str, str],
    *,
    program_name: str,
    holds: Collection[str] = (),
    hours_url: str = "",
) -> RenderedEmail:
    """Return an e-mail of a kind as an invented person would get it, with a program's own texts.

    `holds`: those of `conditions_of(kind)` that are true of the person. `hours_url`: the footer is
    that of an e-mail to a committee member, who chooses there when to get it.
    """
    held = _held(kind, holds)
    with override(language):
        given = _given(kind, own, program_name)
        if hours_url:
            given |= {"is_to_member": True, "hours_url": hours_url}
        given["subject"] = subject = one_line(_render(kind, "subject.txt", given, held))
        if has_button(kind):
            given |= button_context(_render(kind, Part.BUTTON, given, held), EXAMPLE_URL)
        text = EMPTY_LINES.sub("\n\n", _render(kind, "body.txt", given, held))
        html = inline_css(_render(kind, "body.html", given, held))
    return RenderedEmail(subject, text, html, str(given["action_label"]))


def _given(kind: str, own: Mapping[str, str], program_name: str) -> dict[str, object]:
    examples = {
        name: {
            placeholder: program_name
            if expression in PROGRAM
            else placeholder_of(expression).example()
            for placeholder, expression in block.expressions.items()
        }
        for name, block in editable_blocks(kind).items()
    }
    person = GuestRecipient("maria@example.org", name="Maria Chen", first_name="Maria")
    return {
        **FRAME,
        "is_to_member": KINDS[kind].to_members,
        OWN: own,
        SAMPLE: examples,
        "person": person,
        "program_name": program_name,
    }


def _render(kind: str, part: str, given: Mapping[str, object], held: Held) -> str:
    template = Engine.get_default().get_template(f"emails/{kind}/{part}")
    context = Context(autoescape=part.endswith(".html"))
    context.dicts.append(Examples(given, held))
    return template.render(context).strip()
