"""The text of a version, once: the page, the record that is signed and the list of changes all come from `lines_of`.

`canonical` is what the hash is taken of. It must be the same for the same words on every machine and in every language, and
different for different words: so its keys are fixed, Unicode is normalised (NFC), line ends and outer spaces do not count, and
each line of a value is indented, so that no value can imitate a key.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import PARTS, Activity, AgreementText, AgreementVersion, Goal

FORMAT = "mentoring agreement, text 1"

PART_TITLES: dict[str, Promise] = {
    "rhythm": _("Rhythm of our meetings"),
    "goals": _("Goals"),
    "activities": _("Development activities"),
    "confidentiality": _("Confidentiality and feedback"),
    "term": _("How long, and how we end"),
}


@dataclass(frozen=True)
class Line:
    """One statement of the text. `code` names it through all versions; `record` goes into the hash, `shown` to the page."""

    part: str
    code: str
    label: str | Promise
    record: str
    shown: Any = ""

    @property
    def value(self) -> Any:
        return self.shown or self.record


@dataclass(frozen=True)
class Content:
    """A version with its words, read once."""

    version: AgreementVersion
    text: AgreementText
    goals: tuple[Goal, ...]
    activities: tuple[Activity, ...]


@dataclass(frozen=True)
class Change:
    """What became of one line. `kind` is added, removed or changed; `before` and `after` are (operation, words) pieces."""

    kind: str
    part: str
    label: str | Promise
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]


def content_for(version: AgreementVersion, reader: Any) -> Content | None:
    """The words of `version` if `reader` may read them, else None."""
    text = AgreementText.objects.visible_to(reader).filter(version=version).first()
    return None if text is None else _content(version, text)


def content_for_record(version: AgreementVersion) -> Content:
    """The words of `version`, for signing and comparing; the caller has checked who asks."""
    text = AgreementText.system.get(version=version)
    return _content(version, text)


def _content(version: AgreementVersion, text: AgreementText) -> Content:
    goals = Goal.system.filter(version=version)
    activities = Activity.system.filter(version=version)
    return Content(version, text, tuple(goals), tuple(activities))


def lines_of(content: Content) -> list[Line]:
    """Every statement, in the order of the parts; parts that nobody has written yet are left out."""
    makers = {
        "rhythm": _rhythm,
        "goals": _goals,
        "activities": _activities,
        "confidentiality": _confidentiality,
        "term": _term,
    }
    written = [part for part in PARTS if content.version.revision_of(part)]
    return [line for part in written for line in makers[part](content)]


def _rhythm(content: Content) -> Iterable[Line]:
    version = content.version
    days = _("every %(n)s days") % {"n": version.rhythm_days}
    minutes = _("%(n)s minutes") % {"n": version.meeting_minutes}
    notice = _("%(n)s hours") % {"n": version.notice_hours}
    yield Line("rhythm", "every_days", _("We meet"), str(version.rhythm_days), days)
    yield Line("rhythm", "minutes", _("For about"), str(version.meeting_minutes), minutes)
    yield Line("rhythm", "mode", _("How"), version.mode, version.get_mode_display())
    yield Line(
        "rhythm",
        "books",
        _("Who suggests the dates"),
        version.who_books,
        version.get_who_books_display(),
    )
    yield Line(
        "rhythm", "notice_hours", _("Notice to move or cancel"), str(version.notice_hours), notice
    )


def _goals(content: Content) -> Iterable[Line]:
    for number, goal in enumerate(content.goals, 1):
        yield Line("goals", f"goal {goal.key}", _("Goal %(n)s") % {"n": number}, goal.text)
        yield Line("goals", f"measure {goal.key}", _("How we will know"), goal.measure)


def _activities(content: Content) -> Iterable[Line]:
    for activity in content.activities:
        yield Line("activities", f"activity {clean(activity.text)}", _("We plan"), activity.text)


def _confidentiality(content: Content) -> Iterable[Line]:
    yield Line(
        "confidentiality",
        "confidentiality",
        _("What stays between us"),
        content.text.confidentiality,
    )
    yield Line(
        "confidentiality", "feedback", _("Giving and receiving feedback"), content.text.feedback
    )


def _term(content: Content) -> Iterable[Line]:
    months = _("%(n)s months") % {"n": content.version.term_months}
    yield Line("term", "months", _("We commit for"), str(content.version.term_months), months)
    if content.text.short_term_reason:
        yield Line(
            "term",
            "short_term_reason",
            _("Why a shorter term suits us"),
            content.text.short_term_reason,
        )
    yield Line("term", "ending_rules", _("How we end"), content.text.ending_rules)


def clean(text: str) -> str:
    """Words as the record keeps them: NFC, LF, no spaces at the ends of lines or of the whole."""
    normal = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in normal.split("\n")).strip()


def canonical(content: Content) -> str:
    """The exact text that is signed."""
    match = content.version.match
    mentee, mentor = match.people
    head = [("program", match.program.name), ("mentee", mentee.name), ("mentor", mentor.name)]
    head.append(("version", str(content.version.number)))
    body = [(f"{line.part}: {_record_code(line)}", line.record) for line in lines_of(content)]
    return "\n".join([FORMAT, *(_entry(key, value) for key, value in head + body)]) + "\n"


def _record_code(line: Line) -> str:
    """Goals and activities are listed by what they are: their keys mean nothing to a reader."""
    return line.code.split(" ")[0]


def _entry(key: str, value: str) -> str:
    return "\n".join([f"{key}:", *(f"  {line}" for line in clean(value).split("\n"))])


def without_name(record: str, role: str, instead: str) -> str:
    """The record with the name of the "mentee" or "mentor" replaced; every other byte stays."""
    return re.sub(
        rf"^{role}:\n(?:  .*\n)+",
        lambda _found: f"{role}:\n  {instead}\n",
        record,
        count=1,
        flags=re.MULTILINE,
    )


def sha256(text: str) -> str:
    """Hexadecimal SHA-256 of the UTF-8 bytes of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot(content: Content) -> dict[str, list[str]]:
    """{code: [part, label, words]}: what `changes` later compares with; the label in the language of the moment."""
    return {
        line.code: [line.part, str(line.label), clean(str(line.value))]
        for line in lines_of(content)
    }


def changes(before: dict[str, list[str]], content: Content) -> list[Change]:
    """What changed since `before`, in the order of the text, removed lines last."""
    now = {line.code: line for line in lines_of(content)}
    found = [_compare(before.get(code), line) for code, line in now.items()]
    gone = [
        Change("removed", part, label, (("del", words),), ())
        for part, label, words in _missing(before, now)
    ]
    return [change for change in found if change is not None] + gone


def _missing(before: dict[str, list[str]], now: dict[str, Line]) -> Iterable[tuple[str, str, str]]:
    return ((entry[0], entry[1], entry[2]) for code, entry in before.items() if code not in now)


def _compare(was: list[str] | None, line: Line) -> Change | None:
    words = clean(str(line.value))
    if was is None:
        return Change("added", line.part, line.label, (), (("ins", words),))
    if was[2] == words:
        return None
    before, after = word_difference(was[2], words)
    return Change("changed", line.part, line.label, before, after)


Pieces = tuple[tuple[str, str], ...]


def word_difference(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Both texts as pieces: ("same", words), ("del", words) on the left, ("ins", words) on the right."""
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    left, right = [], []
    for operation, a, b, c, d in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if operation == "equal":
            left.append(("same", "".join(old[a:b])))
            right.append(("same", "".join(new[c:d])))
            continue
        if a < b:
            left.append(("del", "".join(old[a:b])))
        if c < d:
            right.append(("ins", "".join(new[c:d])))
    return tuple(left), tuple(right)
