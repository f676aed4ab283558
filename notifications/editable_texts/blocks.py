"""The texts of a kind of e-mail that a committee may write, read from its own templates.

Each `{% editable %}` of `subject.txt`, `body.txt` and `button.txt` is a block, in the order of the
e-mail. Words outside of it are fixed: they are listed too, so that the committee sees the whole
e-mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Protocol, cast

from django.template import Context, Engine, TemplateDoesNotExist
from django.template.base import FilterExpression, Node, NodeList
from django.template.defaulttags import ForNode, IfNode, TemplateLiteral, WithNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import override

from ..kinds import KINDS
from ..templatetags.editable_texts import EditableNode
from .product_words import (
    SEVERAL,
    Words,
    default_forms,
    expressions_of,
    has_several,
    names_in,
    source_of,
    variables_of,
)
from .vocabulary import EVERYWHERE, FIXED_KINDS, Placeholder, condition_words, placeholder_of

CONTENT = "content"  # the block of the base templates that a kind fills
Blocks = Mapping[str, BlockNode]
Scope = Mapping[str, str]  # {name: the expression that `with` gave it}


@dataclass(frozen=True)
class Found:
    """Words in a template, and what is around them. `name` is "" for fixed words."""

    name: str
    words: Words
    conditions: tuple[str, ...]
    is_otherwise: bool
    scope: Scope


class Part(StrEnum):
    """A part of an e-mail, as the name of its template says."""

    SUBJECT = "subject.txt"
    BODY = "body.txt"
    BUTTON = "button.txt"


@dataclass(frozen=True)
class Block:
    """One text of a kind. `conditions`: the template's conditions under which it is there."""

    name: str
    words: Words
    part: Part
    conditions: tuple[str, ...]
    is_otherwise: bool
    expressions: Mapping[str, str]  # {placeholder: expression of the template}
    # Expressions of the body: the subject and the button may leave them to it.
    elsewhere: frozenset[str] = frozenset()

    @property
    def is_subject(self) -> bool:
        return self.part == Part.SUBJECT

    @property
    def is_button(self) -> bool:
        return self.part == Part.BUTTON

    @property
    def fields(self) -> list[str]:
        """Return the names of its texts: one, or one and several."""
        return [self.name, f"{self.name}{SEVERAL}"] if has_several(self.words) else [self.name]

    def defaults(self, language: str) -> dict[str, str]:
        """Return the product's words in a language by field, with {placeholders}."""
        with override(language):
            forms = default_forms(self.words)
        return {f"{self.name}{form}": text for form, text in forms.items()}

    @cached_property
    def placeholders(self) -> dict[str, Placeholder]:
        """Return what may be in the text, by name. Raises UnknownExpression.

        The reader and the program can be named everywhere but on a button, which is short.
        """
        own = {name: placeholder_of(one) for name, one in self.expressions.items()}
        if self.is_button:
            return own
        return {**own, **{name: one for name, one in EVERYWHERE.items() if name not in own}}

    def needed(self, field: str) -> list[str]:
        """Return the placeholders that a text of one of its fields must keep: those of ours.

        A number can be left out where the text is about one.
        """
        is_several = field.endswith(SEVERAL)
        counter = "" if is_several else getattr(self.words, "countervar", "")
        return [
            name
            for name in variables_of(self.words, is_several=is_several)
            if self.placeholders[name].is_needed
            and self.expressions[name] not in self.elsewhere
            and name != counter
        ]

    @property
    def when(self) -> list[str]:
        """Return the conditions in words, in the active language."""
        return [words for one in self.conditions if (words := condition_words(one))]


def is_editable(kind: str) -> bool:
    """Return whether a committee may write texts of the kind."""
    return kind in KINDS and kind not in FIXED_KINDS and any(one.name for one in blocks_of(kind))


@lru_cache(maxsize=256)
def blocks_of(kind: str) -> tuple[Block, ...]:
    """Return the texts of a kind in the order of the e-mail; those without a name are fixed."""
    body = [_block(one, Part.BODY) for one in _found(kind, Part.BODY)]
    said = frozenset(
        expression for one in body if one.name for expression in one.expressions.values()
    )
    subject = [_block(one, Part.SUBJECT, said) for one in _found(kind, Part.SUBJECT)]
    buttons = _found(kind, Part.BUTTON) if has_button(kind) else []
    return (*subject, *body, *(_block(one, Part.BUTTON, said) for one in buttons))


def has_button(kind: str) -> bool:
    """Return whether e-mails of the kind have a button."""
    try:
        Engine.get_default().get_template(f"emails/{kind}/{Part.BUTTON}")
    except TemplateDoesNotExist:
        return False
    return True


def editable_blocks(kind: str) -> dict[str, Block]:
    """Return the texts of a kind that a committee may write, by name."""
    return {one.name: one for one in blocks_of(kind) if one.name}


def _block(found: Found, part: Part, elsewhere: frozenset[str] = frozenset()) -> Block:
    known = {**found.scope, **expressions_of(found.words)}
    return Block(
        found.name,
        found.words,
        part,
        conditions=found.conditions,
        is_otherwise=found.is_otherwise,
        expressions={name: known.get(name, name) for name in names_in(found.words)},
        elsewhere=elsewhere,
    )


def _found(kind: str, part: Part) -> list[Found]:
    """Return the words of a part in order; of a text in several places the first."""
    nodes = Engine.get_default().get_template(f"emails/{kind}/{part}").nodelist
    found: dict[str, Found] = {}
    for index, one in enumerate(Walk().nodes(nodes, {}, (), {})):
        found.setdefault(one.name or f":{index}", one)
    return list(found.values())


class Walk:
    """Go through a template as it would be rendered, through every branch."""

    def __init__(self) -> None:
        self.is_otherwise = False

    def nodes(
        self, nodes: Iterable[Node], blocks: Blocks, conditions: tuple[str, ...], scope: Scope
    ) -> Iterator[Found]:
        for node in nodes:
            yield from self.node(node, blocks, conditions, scope)

    def node(
        self, node: Node, blocks: Blocks, conditions: tuple[str, ...], scope: Scope
    ) -> Iterator[Found]:
        match node:
            case EditableNode():
                yield Found(node.name, node.words, conditions, self.is_otherwise, scope)
            case TranslateNode() | BlockTranslateNode():
                yield Found("", node, conditions, self.is_otherwise, scope)
            case ExtendsNode():
                yield from self._parent(node, blocks)
            case BlockNode():
                inner = blocks.get(node.name, node).nodelist
                yield from self.nodes(inner, blocks, conditions, scope)
            case IncludeNode():
                name = node.template.resolve(Context())
                included = Engine.get_default().get_template(name).nodelist
                yield from self.nodes(included, blocks, conditions, scope)
            case IfNode():
                yield from self._branches(node, blocks, conditions, scope)
            case WithNode():
                more = {name: source_of(one) for name, one in node.extra_context.items()}
                yield from self.nodes(node.nodelist, blocks, conditions, {**scope, **more})
            case ForNode():
                yield from self.nodes(cast(NodeList, node.nodelist_loop), blocks, conditions, scope)

    def _parent(self, node: ExtendsNode, blocks: Blocks) -> Iterator[Found]:
        """Go through what the kind fills of its parent; the frame of every e-mail is fixed."""
        merged = {**node.blocks, **blocks}
        name = cast(FilterExpression, node.parent_name).resolve(Context())
        parent = Engine.get_default().get_template(name)
        if any(isinstance(one, ExtendsNode) for one in parent.nodelist):
            yield from self.nodes(parent.nodelist, merged, (), {})
        else:
            yield from self.nodes(merged[CONTENT].nodelist, merged, (), {})

    def _branches(
        self, node: IfNode, blocks: Blocks, conditions: tuple[str, ...], scope: Scope
    ) -> Iterator[Found]:
        was = self.is_otherwise
        for condition, nodes in node.conditions_nodelists:
            if condition is None:
                self.is_otherwise = len(node.conditions_nodelists) > 1 and bool(
                    condition_words(_source(node.conditions_nodelists[0][0]))
                )
                yield from self.nodes(nodes, blocks, conditions, scope)
                self.is_otherwise = was
            else:
                mine = (*conditions, _source(condition))
                yield from self.nodes(nodes, blocks, mine, scope)


class Operator(Protocol):
    """An operator in the condition of an `if`, as Django keeps it."""

    id: str
    first: object
    second: object


def _source(condition: object) -> str:
    """Return the condition of an `if` as the template has it."""
    if isinstance(condition, TemplateLiteral):
        return str(condition.text)
    found = cast(Operator, condition)
    first = _source(found.first)
    if found.second is None:
        return f"{found.id} {first}"
    return f"{first} {found.id} {_source(found.second)}"
