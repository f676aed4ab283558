"""Context for the pages of the agreement."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from matches.models import Match
from programs.program_texts import language_in_sentence

from . import changes, comment_pages, default_texts, text, wording
from .forms import PartForm
from .models import PARTS, AgreementVersion, PaperScan, PartComment, Signature

State = AgreementVersion.State


def url(name: str, match: Match, *more: str) -> str:
    """Return the path of a page of this app about `match`."""
    return reverse(f"agreements:{name}", args=[match.public_id, *more])


def version_in_force(match: Match, version: AgreementVersion | None) -> AgreementVersion | None:
    """Return the version that applies: `version`, the current one, or the one before it."""
    if version is None or version.state == State.SIGNED:
        return version
    return AgreementVersion.objects.of_match(match).signed().first()


def earlier_versions(match: Match, current: AgreementVersion | None) -> list[AgreementVersion]:
    """Return the versions that were signed and are not in force any more, newest first."""
    if current is None or current.number == 1:
        return []
    rows = AgreementVersion.objects.of_match(match).filter(state=State.SUPERSEDED)
    return list(rows.order_by("-number"))


def scans(match: Match, reader: User) -> list[PaperScan]:
    """Return the scans of signed papers of `reader`, one of the pair, without their content."""
    rows = PaperScan.objects.of(reader).filter(record__version__agreement__match=match)
    return list(rows.select_related("record__version").defer("content").order_by("pk"))


def tasks(match: Match, version: AgreementVersion | None) -> list[dict[str, str | Promise]]:
    """Return the parts as a task list; without links once the text is in force."""
    is_open = (version is None or version.is_editable) and match.state != Match.State.CLOSED
    return [
        {
            "label": text.PART_TITLES[part],
            "state": "completed" if version and version.revision_of(part) else "incomplete",
            "url": url("part-update", match, part) if is_open else "",
        }
        for part in PARTS
    ]


def next_step(
    match: Match, version: AgreementVersion | None, user: User, partner: User
) -> dict[str, str] | None:
    """Return the one thing that `user` can do about the agreement now, or None."""
    if match.state == Match.State.CLOSED:
        return None
    if version is None or (version.state == State.DRAFT and version.missing_parts):
        part = version.missing_parts[0] if version else PARTS[0]
        minutes = {"minutes": default_texts.MINUTES_TO_DRAFT}
        return {
            "title": str(text.PART_TITLES[part]),
            "text": _("Do this together when you meet. Allow about %(minutes)s minutes.") % minutes,
            "url": url("part-update", match, part),
            "action": _("Write this part"),
        }
    if version.state == State.SHARED and version.may_be_signed_by(user):
        title = _("Read and sign")
        name = {"name": partner.first_name}
        hint = _("Your agreement with %(name)s is ready to sign.") % name
        return {"title": title, "text": hint, "url": url("agreement-sign", match), "action": title}
    return None


def full_text(
    match: Match,
    version: AgreementVersion,
    reader: User,
    partner: User,
    said: list[PartComment] | None = None,
) -> dict[str, object]:
    """Return the context of a page that shows the whole text to `reader`, one of the pair.

    `said` are the comments to show below the parts.

    Raises ValueError for anyone who may not read the text.
    """
    content = text.content_for(version, reader)
    if content is None:
        raise ValueError("the reader may not read this text")
    changes_heading, found = changes.changes_since(version, content)
    return {
        "match": match,
        "program": match.program,
        "partner": partner,
        "version": version,
        "parts": comment_pages.part_rows(text.by_part(content), said or []),
        "translation": translation_of(version),
        "is_wording_outdated": version.is_editable and wording.is_outdated(version),
        "has_new_wording": any(change.part in wording.NAMES for change in found),
        "changes_heading": changes_heading,
        "changes": found,
        "signatures": Signature.objects.visible_to(reader).valid().under(version),
        "may_sign": version.may_be_signed_by(reader),
        "may_share": version.may_be_shared_by(reader),
    }


def translation_of(version: AgreementVersion) -> dict[str, object] | None:
    """Return what the program wrote, in the reader's language, if the agreement is in another."""
    agreed, reading = wording.reading_language(version), get_language() or ""
    if reading == agreed or reading not in wording.LANGUAGES:
        return None
    lines = text.fixed_statements(version, reading)
    if all(line.lang == agreed for line in lines):  # the program has not translated it
        return None
    return {
        "parts": text.parts_of(lines),
        "agreed": language_in_sentence(agreed),
        "reading": language_in_sentence(reading),
    }


def committee_reads(match: Match, version: AgreementVersion | None) -> str:
    """Return what the committee can read, as the agreement says it to the reader."""
    name = "agreement_committee"
    if version is None:
        return wording.starting_text(match, version, name)
    return str(version.wording.text(name, get_language() or match.program.language))


def limits(match: Match, version: AgreementVersion | None) -> list[str]:
    """Return the limits of confidentiality that always apply, as the agreement says them."""
    return wording.starting_text(match, version, "agreement_limits").splitlines()


def conflicting_edit(version: AgreementVersion, part: str, reader: User) -> dict[str, object]:
    """Return what the part says now, and who saved it, for someone whose edit was rejected."""
    content = text.content_for(version, reader)
    statements = text.statements_of(content) if content else []
    return {
        "by": version.changed_by,
        "at": version.changed_at,
        "rows": [{"key": row.label, "value": row.value} for row in statements if row.part == part],
    }


def rebased_form(form: PartForm, data: QueryDict, version: AgreementVersion) -> PartForm:
    """Return the form with the same entries, based on the newest revision.

    Saving it replaces what the partner wrote, after the page has shown both texts.
    """
    rebased = data.copy()
    rebased["expected_revision"] = str(version.revision_of(form.part))
    return type(form)(rebased, match=form.match, version=version)


def url_after_part(match: Match, part: str) -> str:
    """Return where a saved part leads: to the next one that is missing, else to the overview."""
    version = AgreementVersion.objects.of_match(match).editable().first()
    missing = version.missing_parts if version else []
    later = [name for name in missing if PARTS.index(name) > PARTS.index(part)]
    return url("part-update", match, later[0]) if later else url("agreement-detail", match)


def message_after_signature(version: AgreementVersion, partner: User) -> str:
    """Say what the signature has done."""
    if version.state == State.SIGNED:
        return _("You have both signed. Your agreement is in force.")
    name = {"name": partner.first_name}
    return _("Signed. We are e-mailing %(name)s to ask for the second signature.") % name
