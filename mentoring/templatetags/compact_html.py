"""Shorter HTML of long lists, from templates that stay readable: less space, short addresses."""

from __future__ import annotations

import posixpath
import re

from django import template
from django.template.base import NodeList, Parser, Token
from django.utils.html import strip_spaces_between_tags

register = template.Library()

SPACES = re.compile(r"\s+")


class CompactNode(template.Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        html = strip_spaces_between_tags(self.nodelist.render(context).strip())
        return SPACES.sub(" ", html)


@register.tag
def compact(parser: Parser, token: Token) -> CompactNode:
    """As `spaceless`, and each other run of white space becomes one space. Not around `<pre>`."""
    nodelist = parser.parse(("endcompact",))
    parser.delete_first_token()
    return CompactNode(nodelist)


@register.filter
def relative_to(address: str, page: str) -> str:
    """Return the address as a link on the page at `page`; both are paths that end in a slash."""
    return posixpath.relpath(address, page) + "/"
