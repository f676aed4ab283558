"""Refuse a text that an e-mail could not be sent with, and say which part of it is wrong."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .blocks import Block, Part
from .filling import PLACEHOLDER, placeholders_in

LIMITS = {Part.SUBJECT: 150, Part.BODY: 2000, Part.BUTTON: 40}  # characters
BRACES = re.compile(r"\{+[^{}]*\}*|\}+")
GLUED = re.compile(r"https://[^\s{]*(\{\w*\}?)", re.IGNORECASE)
SCHEME = re.compile(r"\b([a-z][a-z0-9+.-]*):(?://|(?=\S*script))", re.IGNORECASE)
# Also without a scheme: mail programs make a link of it, beside that of the button.
ADDRESS = re.compile(r"\S+://\S*|\S*@\S+\.\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b\S*", re.IGNORECASE)
NO_END_OF_BUTTON = (".", ",", ":", ";")  # the plain text sets a colon, or nothing, and the address
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """Return a text as it is kept: one sort of line end, nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def check_text(block: Block, field: str, text: str) -> None:
    """Refuse a text of a block's field. Raises ValidationError with every reason.

    A link may only be an https address: others are unsafe, or no links. A placeholder needs a space
    after one: mail programs would make what is filled in part of the link. The product's own links
    are no part of these texts. The words on a button have none.
    """
    links = _addresses_on_button(text) if block.is_button else _links(text)
    problems = [*_form(block, text), *_placeholders(block, field, text), *links]
    if problems:
        raise ValidationError(problems)


def _form(block: Block, text: str) -> list[str]:
    found = []
    limit = LIMITS[block.part]
    if len(text) > limit:
        words = _("It has %(n)s characters. Shorten it to %(limit)s at most.")
        found.append(words % {"n": len(text), "limit": limit})
    if block.is_subject and "\n" in text:
        found.append(_("Write the subject in one line."))
    if block.is_button:
        found += _form_of_button(text)
    if any(_is_invisible(one) for one in text):
        found.append(_("It contains an invisible control character. Type it again."))
    return found


def _form_of_button(text: str) -> list[str]:
    found = []
    if "\n" in text:
        found.append(_("Write the words on the button in one line."))
    if not any(one.isalpha() for one in PLACEHOLDER.sub("", text)):
        found.append(_("Say in words what the button does."))
    if text.endswith(NO_END_OF_BUTTON):
        words = _("Leave out the “%(sign)s” at the end: the address follows in the plain text.")
        found.append(words % {"sign": text[-1]})
    return found


def _is_invisible(character: str) -> bool:
    is_control = unicodedata.category(character) == "Cc" and character != "\n"
    return is_control or character in BIDI


def _placeholders(block: Block, field: str, text: str) -> list[str]:
    known = [f"{{{name}}}" for name in block.placeholders]
    none = _("“%(unknown)s” can't be filled in here. Nothing is filled in on this button.")
    rest = text
    for one in known:
        rest = rest.replace(one, "")
    found = []
    if strange := BRACES.search(rest):
        some = _("“%(unknown)s” is not a placeholder of this text. It has these: %(known)s.")
        words = some if known else none
        found.append(words % {"unknown": strange[0][:40], "known": ", ".join(known)})
    there = placeholders_in(text)
    lost = [f"{{{name}}}" for name in block.needed(field) if name not in there]
    if lost:
        words = _("Put %(lost)s back into the text: the reader needs it.")
        found.append(words % {"lost": ", ".join(lost)})
    return found


def _addresses_on_button(text: str) -> list[str]:
    """Refuse every address: the button leads where the product says, and nowhere else."""
    if found := ADDRESS.search(PLACEHOLDER.sub(" ", text)):
        words = _(
            "“%(address)s” is an address. Leave it out: where the button leads can't be changed."
        )
        return [words % {"address": found[0][:40]}]
    return []


def _links(text: str) -> list[str]:
    found = []
    if any(one.lower() != "https" for one in SCHEME.findall(text)):
        found.append(_("Links must begin with https://."))
    if glued := GLUED.search(text):
        words = _("Put a space between the link and %(placeholder)s.")
        found.append(words % {"placeholder": glued[1]})
    return found
