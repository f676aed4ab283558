"""What the pages of the agreement show, put together for the templates."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from matches.models import Match

from . import default_texts, text
from .forms import PartForm
from .models import PARTS, AgreementVersion, Goal, Signature

State = AgreementVersion.State


def url(name: str, match: Match, *more: str) -> str:
    return reverse(f"agreements:{name}", args=[match.public_id, *more])


def in_force(match: Match, version: AgreementVersion | None) -> AgreementVersion | None:
    """The version that holds: the current one, or the one that it is going to replace."""
    if version is None or version.state == State.SIGNED:
        return version
    return AgreementVersion.objects.of_match(match).signed().first()


def tasks(match: Match, version: AgreementVersion | None) -> list[dict[str, Any]]:
    """The parts as a task list; without addresses once the text is in force."""
    is_open = (version is None or version.is_editable) and match.state != Match.State.CLOSED
    return [
        {
            "label": text.PART_TITLES[part],
            "state": "completed" if version and version.revision_of(part) else "incomplete",
            "url": url("part-update", match, part) if is_open else "",
        }
        for part in PARTS
    ]


def next_step(match: Match, version: AgreementVersion | None, user: Any) -> dict[str, str] | None:
    """The one thing that `user` can do about the agreement now, or None."""
    partner = match.partner_of(user)
    if match.state == Match.State.CLOSED:
        return None
    if version is None or (version.state == State.DRAFT and version.missing_parts):
        part = version.missing_parts[0] if version else PARTS[0]
        hint = _("Do this together in your first meeting; it takes about 30 minutes.")
        return {
            "title": str(text.PART_TITLES[part]),
            "text": hint,
            "url": url("part-update", match, part),
            "action": _("Write this part"),
        }
    if version.state == State.SHARED and version.may_be_signed_by(user):
        title = _("Read and sign")
        hint = _("Your agreement with %(name)s is ready to be signed.") % {
            "name": partner.first_name
        }
        return {"title": title, "text": hint, "url": url("agreement-sign", match), "action": title}
    return None


def by_part(content: text.Content) -> list[dict[str, Any]]:
    """The lines of the text under the titles of their parts."""
    groups = groupby(text.lines_of(content), key=lambda line: line.part)
    return [
        {
            "title": text.PART_TITLES[part],
            "rows": [{"key": line.label, "value": line.value} for line in lines],
        }
        for part, lines in groups
    ]


def changes_since(
    version: AgreementVersion, content: text.Content
) -> tuple[str, list[text.Change]]:
    """Against what the text is compared, in words, and what has changed: the version before, or the draft as shared."""
    before = AgreementVersion.objects.filter(
        agreement=version.agreement, number=version.number - 1
    ).first()
    if before is not None:
        before.agreement = version.agreement
        return _("the version before"), text.changes(
            text.snapshot(text.content_for_record(before)), content
        )
    if version.state != State.DRAFT and content.text.shared_lines:
        return _("the draft that was shared first"), text.changes(
            content.text.shared_lines, content
        )
    return "", []


def reading(match: Match, version: AgreementVersion, reader: Any) -> dict[str, Any]:
    """The whole text, what has changed, and who has signed. The reader is of the pair."""
    content = text.content_for(version, reader)
    if content is None:
        raise ValueError("the reader may not read this text")
    since, changes = changes_since(version, content)
    return {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(reader),
        "version": version,
        "parts": by_part(content),
        "limits": default_texts.LIMITS,
        "committee_sees": default_texts.COMMITTEE_SEES,
        "since": since,
        "changes": changes,
        "signatures": Signature.objects.visible_to(reader)
        .standing()
        .filter(version=version)
        .select_related("person"),
        "may_sign": version.may_be_signed_by(reader),
        "may_share": version.may_be_shared_by(reader),
    }


def saved_meanwhile(version: AgreementVersion, part: str, reader: Any) -> dict[str, Any]:
    """What stands in a part now, for somebody whose own words lost the race."""
    content = text.content_for(version, reader)
    lines = [line for line in text.lines_of(content) if line.part == part] if content else []
    return {
        "by": version.changed_by,
        "at": version.changed_at,
        "rows": [{"key": row.label, "value": row.value} for row in lines],
    }


def form_with_new_number(form: PartForm, data: QueryDict, version: AgreementVersion) -> PartForm:
    """The same words once more, now knowing the newest revision: saving them again is a choice and no accident."""
    renewed = data.copy()
    renewed["seen"] = str(version.revision_of(form.part))
    return type(form)(renewed, match=form.match, version=version)


def after_part(match: Match, part: str) -> str:
    """Where a saved part leads: to the next one that is empty, else to the list."""
    version = AgreementVersion.objects.of_match(match).editable().first()
    missing = version.missing_parts if version else []
    later = [name for name in missing if PARTS.index(name) > PARTS.index(part)]
    return url("part-update", match, later[0]) if later else url("agreement-detail", match)


def after_signature(match: Match, version: AgreementVersion, signer: Any) -> str:
    if version.state == State.SIGNED:
        return _("Signed by both of you. Your agreement is in force.")
    partner = match.partner_of(signer)
    return _("Signed. %(name)s has been told that it is their turn.") % {"name": partner.first_name}


def goals_with_moves(version: AgreementVersion | None, reader: Any) -> list[dict[str, Any]]:
    """Goals of the text in force, each with the states that it may move to."""
    if version is None:
        return []
    goals = Goal.objects.of_pair(reader).filter(version=version)
    states = Goal.State
    return [
        {
            "goal": goal,
            "moves": [states(to) for to in states.values if to in Goal.TRANSITIONS[goal.state]],
        }
        for goal in goals
    ]
