"""The words of a statement, once: the page and the PDF show the same ones, in the same order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from events.models import Event
from notifications.links import absolute

from ..models import Meeting, Statement
from . import issuing
from .facts import Facts, Line

Kind = Statement.Kind


@dataclass(frozen=True)
class Document:
    """Plain text: a title, paragraphs, a table (empty for none), and paragraphs below it."""

    title: str
    language: str
    paragraphs: list[str]
    header: list[str]
    rows: list[list[str]]
    closing: list[str]

    @property
    def texts(self) -> list[str]:
        """All words in reading order."""
        cells = [cell for row in ([self.header] if self.rows else []) + self.rows for cell in row]
        return [self.title, *self.paragraphs, *cells, *self.closing]


def document_of(statement: Statement) -> Document:
    """Return the document in the active language."""
    facts = issuing.facts_of(statement)
    is_certificate = statement.kind == Kind.CERTIFICATE
    return Document(
        title=_("Certificate of mentoring") if is_certificate else _("Statement of hours"),
        language=get_language() or "en",
        paragraphs=_certificate(facts) if is_certificate else _hours(facts),
        header=[] if is_certificate else [_("Date"), _("What"), _("Role"), _("Minutes")],
        rows=[] if is_certificate else [_row(line) for line in facts.lines],
        closing=_closing(statement),
    )


def _row(line: Line) -> list[str]:
    if line.event:
        kind = capfirst(str(Event.Kind(line.event).label))
        return [_day(line.on), kind, _("participant"), str(line.minutes)]
    how = Meeting.Mode(line.mode).label
    what = _("Meeting, %(how)s") % {"how": how}
    return [_day(line.on), what, _role(line.role), str(line.minutes)]


def _certificate(facts: Facts) -> list[str]:
    return [
        facts.name,
        _("took part in the mentoring program %(program)s as %(role)s.")
        % {"program": facts.program, "role": _role(facts.role)},
        _("From %(first)s to %(last)s.") % {"first": _day(facts.first), "last": _day(facts.last)},
        _total(facts),
    ]


def _hours(facts: Facts) -> list[str]:
    return [
        facts.name,
        _("Mentoring in the program %(program)s, from %(first)s to %(last)s.")
        % {"program": facts.program, "first": _day(facts.first), "last": _day(facts.last)},
        _total(facts),
    ]


def _total(facts: Facts) -> str:
    events = sum(bool(line.event) for line in facts.lines)
    meetings = len(facts.lines) - events
    parts = []
    if meetings or not events:
        text = ngettext("%(count)s meeting", "%(count)s meetings", meetings)
        parts.append(text % {"count": meetings})
    if events:
        parts.append(ngettext("%(count)s event", "%(count)s events", events) % {"count": events})
    return _("%(meetings)s, %(time)s in all.") % {
        "meetings": get_text_list(parts, _("and")),
        "time": hours_and_minutes(facts.minutes),
    }


def hours_and_minutes(minutes: int) -> str:
    """Return a length of time in words: "12 hours 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if rest or not hours:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", rest) % {"n": rest})
    return " ".join(parts)


def _closing(statement: Statement) -> list[str]:
    issued_on = timezone.localdate(statement.issued_at).isoformat()
    lines = issuing.facts_of(statement).lines
    has_events = any(line.event for line in lines)
    text = _("The minutes of an event count for people whose attendance the program has recorded.")
    return [
        _("The minutes are those that the pair recorded after each meeting."),
        *([text] if has_events else []),
        _("Issued on %(day)s.") % {"day": _day(issued_on)},
        _("Verification code: %(code)s") % {"code": issuing.grouped(statement.code)},
        _("Check the code at %(address)s")
        % {"address": absolute(reverse("meetings:statement-verify"))},
    ]


def _role(role: str) -> str:
    return _("mentor") if role == "mentor" else _("mentee")


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "DATE_FORMAT") if iso else ""
