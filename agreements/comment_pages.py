"""Context for the pages of comments on the agreement."""

from __future__ import annotations

from typing import TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from matches.models import Match

from . import comments, drafting, text
from .models import AgreementVersion, PartComment, Signature

State = PartComment.State


class PartRow(TypedDict):
    """A part of the text with what was said about it: what waits, and what is resolved."""

    part: text.Part
    waiting: list[PartComment]
    resolved: list[PartComment]


def text_id(version: AgreementVersion, part: str) -> str:
    """Return what a form sends back to say which text its reader has seen."""
    return f"{version.number}-{version.revision_of(part)}"


def parse_text_id(sent: str) -> tuple[int, int]:
    """Return (number of the version, revision of the part); (0, 0), which is no text, for junk."""
    number, _dash, revision = sent.partition("-")
    are_numbers = number.isdecimal() and revision.isdecimal() and len(sent) < 20
    return (int(number), int(revision)) if are_numbers else (0, 0)


def part_rows(parts: list[text.Part], said: list[PartComment]) -> list[PartRow]:
    """Put each comment below its part; those that were taken back are left out."""
    shown = [row for row in said if row.state != State.WITHDRAWN]
    return [
        PartRow(
            part=part,
            waiting=[row for row in shown if row.part == part.code and row.state == State.OPEN],
            resolved=[row for row in shown if row.part == part.code and row.state != State.OPEN],
        )
        for part in parts
    ]


def writing(match: Match, version: AgreementVersion, part: str, reader: User) -> dict[str, object]:
    """Return the context of a page on which `reader` comments on a part."""
    content = text.content_for(version, reader)
    shown = [] if content is None else [one for one in text.by_part(content) if one.code == part]
    return {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(reader),
        "version": version,
        "code": part,
        "title": text.PART_TITLES[part],
        "rows": shown[0].rows if shown else [],
    }


def one(comment: PartComment, reader: User) -> dict[str, object]:
    """Return the context of the page of one comment, for `reader`, one of the pair."""
    match = comment.match
    current = drafting.current_version(match)
    is_open = comment.state == State.OPEN and match.state != Match.State.CLOSED
    if current is None:
        raise ValueError("a comment without a version")
    return {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(reader),
        "comment": comment,
        "title": text.PART_TITLES[comment.part],
        "is_mine": comment.author_id == reader.pk,
        "is_open": is_open,
        "is_older": is_open and comment.is_on_older_text(current),
        "changes": comments.difference(comment, current, reader) if is_open else [],
        "expected_text": text_id(current, comment.part),
        "consequence": consequence(current, reader),
    }


def consequence(version: AgreementVersion, reader: User) -> str:
    """Say what accepting a suggestion does to the text, before it is done."""
    if version.state == AgreementVersion.State.DRAFT:
        return _("If you accept, the change is written into the draft.")
    if version.state == AgreementVersion.State.SIGNED:
        return _(
            "If you accept, a new version with this change begins. Version %(number)s applies "
            "until you have both signed the new one."
        ) % {"number": version.number}
    count = Signature.objects.visible_to(reader).valid().filter(version=version).count()
    if not count:
        return _("If you accept, the shared text is changed, and both of you sign the new one.")
    words = ngettext(
        "If you accept, the shared text is changed: %(count)s signature on it is withdrawn, and "
        "both of you sign again.",
        "If you accept, the shared text is changed: %(count)s signatures on it are withdrawn, and "
        "both of you sign again.",
        count,
    )
    return words % {"count": count}
