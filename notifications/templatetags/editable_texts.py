"""`{% editable "name" %}`: a sentence of an e-mail that a committee may write in its own words."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.template.base import Node, NodeList, Parser, TextNode, Token, render_value_in_context
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import get_language

from notifications.editable_texts.filling import fill, form_for, placeholders_in
from notifications.editable_texts.product_words import Words, default_forms, has_several, names_in

register = template.Library()
OWN = "own_texts"  # in the context: {field: own words}; nothing where the product's words are used
SAMPLE = "sample_texts"  # in the context: {name: {placeholder: example}} instead of facts


class EditableNode(Node):
    """The product's words, or a program's own in their place.

    `{recipient}` and `{program_name}` may be used in every text.
    """

    child_nodelists = ("nodelist",)

    def __init__(self, name: str, words: Words) -> None:
        self.name, self.words = name, words
        self.nodelist = NodeList([words])

    def render(self, context: template.Context) -> str:
        own: Mapping[str, str] = context.get(OWN) or {}
        sample: Mapping[str, Mapping[str, str]] | None = context.get(SAMPLE)
        if sample is not None:
            return self._fill(own, context, dict(sample.get(self.name, {})), self._sample_count())
        if self.name in own:
            values, count = self._values(context)
            return self._fill(own, context, values, count)
        return self.nodelist.render(context)

    def _fill(
        self,
        own: Mapping[str, str],
        context: template.Context,
        values: Mapping[str, object],
        count: object,
    ) -> str:
        field = form_for(self.name, count, get_language() or "")
        known = {**_everywhere(context), **values}
        text = own.get(field, "")
        if not text or not set(placeholders_in(text)) <= set(known):
            # Also for words from an older release, whose placeholder is gone: never show braces.
            text = default_forms(self.words)[field.removeprefix(self.name)]
        shown = {name: str(render_value_in_context(one, context)) for name, one in known.items()}
        return fill(text, shown, is_html=context.autoescape)

    def _values(self, context: template.Context) -> tuple[dict[str, object], object]:
        """Return what the placeholders stand for, and the number that decides between two forms."""
        if isinstance(self.words, TranslateNode):
            return {}, None
        given = {name: one.resolve(context) for name, one in self.words.extra_context.items()}
        count = self.words.counter.resolve(context) if self.words.counter else None
        if self.words.countervar:
            given[self.words.countervar] = count
        names = names_in(self.words)
        return {name: given.get(name, context.get(name, "")) for name in names}, count

    def _sample_count(self) -> int | None:
        return 3 if has_several(self.words) else None


def _everywhere(context: template.Context) -> dict[str, object]:
    person = context["person"]
    return {
        "recipient": person.first_name or person.email,
        "program_name": context["program_name"],
    }


class SampleNode(Node):
    """The HTML part of a sample, which the templates of its own kind have made and escaped."""

    def render(self, context: template.Context) -> str:
        html: str = context["sample"].html  # a RenderedEmail
        return html


@register.tag
def sample_html(parser: Parser, token: Token) -> SampleNode:
    """Show the whole e-mail of `sample`, as it would arrive."""
    return SampleNode()


@register.tag
def editable(parser: Parser, token: Token) -> EditableNode:
    """Parse `{% editable "name" %}{% translate "…" %}{% endeditable %}`.

    Whitespace beside the words is left out, so that they may stand on a line of their own. Raises
    TemplateSyntaxError unless there is exactly one translation inside.
    """
    parts = token.split_contents()
    if len(parts) != 2 or parts[1][:1] != '"' or parts[1][-1:] != '"':
        raise template.TemplateSyntaxError('editable needs one name: {% editable "greeting" %}')
    inside = [
        node
        for node in parser.parse(("endeditable",))
        if not (isinstance(node, TextNode) and not node.s.strip())
    ]
    parser.delete_first_token()
    if len(inside) != 1 or not isinstance(inside[0], TranslateNode | BlockTranslateNode):
        raise template.TemplateSyntaxError(f"editable {parts[1]} needs exactly one translation")
    return EditableNode(parts[1].strip('"'), inside[0])
