"""What the product's words of an e-mail consist of: their values and their forms."""

from __future__ import annotations

import re

from django.template import Context
from django.template.base import FilterExpression
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import gettext, ngettext

Words = TranslateNode | BlockTranslateNode
SEVERAL = ":several"  # ends the name of the field for more than one, such as "waits:several"
PERCENT_NAME = re.compile(r"%\((\w+)\)s")


def variables_of(words: Words, *, is_several: bool = False) -> list[str]:
    """Return the names of the values in one form of the product's words, each once, in order."""
    if isinstance(words, TranslateNode):
        return []
    _text, names = words.render_token_list((words.plural if is_several else words.singular) or [])
    return list(dict.fromkeys(names))


def names_in(words: Words) -> list[str]:
    """Return the names of the values in any form of the product's words."""
    both = [*variables_of(words), *variables_of(words, is_several=True)]
    return list(dict.fromkeys(both))


def expressions_of(words: Words) -> dict[str, str]:
    """Return {name: template expression} of the values that the words take in themselves."""
    if isinstance(words, TranslateNode):
        return {}
    found = {name: source_of(one) for name, one in words.extra_context.items()}
    if words.counter and words.countervar:
        found[words.countervar] = source_of(words.counter)
    return found


def source_of(expression: FilterExpression) -> str:
    """Return an expression as the template has it, such as `person.name|upper`."""
    return str(expression.token)


def has_several(words: Words) -> bool:
    """Return whether the words have one form for one thing and one for several."""
    return isinstance(words, BlockTranslateNode) and bool(words.plural)


def default_forms(words: Words) -> dict[str, str]:
    """Return the product's words in the active language, with {placeholders}.

    Keys are "" and, for words about a number, `SEVERAL`.
    """
    if isinstance(words, TranslateNode):
        text = str(words.filter_expression.resolve(Context()))
        return {"": gettext(text.replace("%", "%%")).replace("%%", "%")}
    singular, _names = words.render_token_list(words.singular)
    if not words.plural:
        return {"": _with_braces(gettext(singular))}
    plural, _names = words.render_token_list(words.plural)
    return {
        "": _with_braces(ngettext(singular, plural, 1)),
        SEVERAL: _with_braces(ngettext(singular, plural, 5)),
    }


def _with_braces(text: str) -> str:
    return PERCENT_NAME.sub(r"{\1}", text).replace("%%", "%")
