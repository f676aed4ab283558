"""The words of an agreement as a document, once, for the printed page and the PDF."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from programs.program_texts import language_in_sentence
from programs.tagged_pdf import compile_pdf, paper_of

from . import text, wording
from .models import AgreementVersion, Signature

TEMPLATE = Path(__file__).with_name("document.typ")


@dataclass(frozen=True)
class Section:
    """A heading with rows of (label, words); a row without a label is a line of its own."""

    title: str
    rows: list[tuple[str, str]]
    lang: str = ""  # of the rows, if it is not that of the document


@dataclass(frozen=True)
class Document:
    """Plain text in reading order. `notice` is empty once both have signed."""

    title: str
    language: str
    notice: str
    sections: list[Section]
    closing: list[str]
    lines: list[str]  # for signatures on paper, until both have signed

    @property
    def texts(self) -> list[str]:
        """All words in reading order."""
        rows = [
            words
            for section in self.sections
            for words in (section.title, *(part for row in section.rows for part in row))
        ]
        found = (self.title, self.notice, *rows, *self.closing, *self.lines)
        return [each for each in found if each]


def document_of(version: AgreementVersion, reader: User) -> Document | None:
    """Return the document in the active language, or None if `reader` may not read the text."""
    content = text.content_for(version, reader)
    if content is None:
        return None
    is_signed = version.signed_at is not None
    hash_of_text = text.sha256(content.text.signed_text) if content.text.signed_text else ""
    return Document(
        title=_("Mentoring agreement"),
        language=get_language() or "en",
        notice="" if is_signed else _("Draft: not signed by both people yet"),
        sections=[
            Section("", _head(version)),
            *(_part(part) for part in text.by_part(content)),
            Section(_("Signatures"), _signatures(version, reader)),
        ],
        closing=[_("SHA-256 of the signed text:") + " " + hash_of_text] if hash_of_text else [],
        lines=[] if is_signed else _lines(version),
    )


def _lines(version: AgreementVersion) -> list[str]:
    """Return where each of the two signs on paper."""
    mentee, mentor = version.match.people
    return [
        _("%(name)s, mentee. Date, signature:") % {"name": mentee},
        _("%(name)s, mentor. Date, signature:") % {"name": mentor},
    ]


def _head(version: AgreementVersion) -> list[tuple[str, str]]:
    mentee, mentor = version.match.people
    return [
        (_("Program"), version.program.name),
        (_("Mentee"), str(mentee)),
        (_("Mentor"), str(mentor)),
        (_("Version"), str(version.number)),
        (_("Text of the program"), _wording(version)),
    ]


def _wording(version: AgreementVersion) -> str:
    language = wording.reading_language(version)
    words = _("wording %(number)s, %(language)s")
    return words % {
        "number": version.wording.number,
        "language": language_in_sentence(language),
    }


def _part(part: text.Part) -> Section:
    if part.lang:
        return Section(str(part.title), [("", line) for line in part.lines], part.lang)
    rows = [(str(row.label), str(row.value)) for row in part.statements]
    return Section(str(part.title), rows)


def _signatures(version: AgreementVersion, reader: User) -> list[tuple[str, str]]:
    rows = Signature.objects.visible_to(reader).valid().under(version)
    lines = [("", row.shown) for row in rows]
    return lines or [("", _("No one has signed yet."))]


def pdf_of(document: Document, *, author: str, zone: str) -> bytes:
    """Return the document as tagged PDF. `author` is the program; `zone` chooses the paper.

    Raises ActionNotAllowed for letters that no font has.
    """
    language = document.language.split("-")[0]
    return compile_pdf(
        TEMPLATE,
        {**asdict(document), "language": language, "author": author, "paper": paper_of(zone)},
    )
