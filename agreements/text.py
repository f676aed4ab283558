"""The text of a version: the page and the signed record use the same statements.

`canonical` is what the hash is taken of. It is the same for the same words on every machine and in
every language, and different for different words: its keys are fixed, Unicode is normalised (NFC),
line ends and surrounding spaces do not count, and each line of a value is indented, so that no
value can imitate a key.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override

from accounts.models import User
from programs.models import AGREEMENT_TEXTS

from . import wording
from .models import PARTS, AgreedActivity, AgreedGoal, AgreementText, AgreementVersion

FORMAT = "mentoring agreement, text 2"  # 1 had no texts of the program

PART_TITLES: dict[str, Promise] = {
    "rhythm": _("How often we meet"),
    "goals": _("Goals"),
    "activities": _("Development activities"),
    "confidentiality": _("Confidentiality and feedback"),
    "term": _("How long we commit, and how we end"),
}

FIXED = "fixed"  # begins the codes of what the program wrote
Words = str | Promise  # text that a page shows, perhaps translated late


@dataclass(frozen=True)
class Statement:
    """One statement of the text.

    `code` names it through all versions, `record` goes into the hash, `shown` on the page.
    """

    part: str
    code: str
    label: Words
    record: str
    shown: Words = ""
    lang: str = ""  # of words that the program wrote

    @property
    def value(self) -> Words:
        return self.shown or self.record


@dataclass(frozen=True)
class Part:
    """The statements of one part under its title."""

    code: str
    title: Words
    statements: tuple[Statement, ...]

    @property
    def lang(self) -> str:
        """The language of a part that the program wrote, "" for a part of the pair."""
        return self.statements[0].lang

    @property
    def lines(self) -> list[str]:
        """The lines of a part that the program wrote."""
        return str(self.statements[0].value).splitlines()

    @property
    def rows(self) -> list[dict[str, Words]]:
        """What the component `summary_list` shows."""
        return [{"key": row.label, "value": row.value} for row in self.statements]


@dataclass(frozen=True)
class Content:
    """A version with everything that the pair wrote, read once."""

    version: AgreementVersion
    text: AgreementText
    goals: tuple[AgreedGoal, ...]
    activities: tuple[AgreedActivity, ...]


def content_for(version: AgreementVersion, reader: User | AnonymousUser) -> Content | None:
    """Return what the pair wrote in `version` if `reader` may read it, else None."""
    text = AgreementText.objects.visible_to(reader).filter(version=version).first()
    return None if text is None else _content(version, text)


def content_for_record(version: AgreementVersion) -> Content:
    """Return what the pair wrote in `version`; the caller has checked who asks."""
    text = AgreementText.system.get(version=version)
    return _content(version, text)


def _content(version: AgreementVersion, text: AgreementText) -> Content:
    goals = AgreedGoal.system.filter(version=version)
    activities = AgreedActivity.system.filter(version=version)
    return Content(version, text, tuple(goals), tuple(activities))


def statements_of(content: Content) -> list[Statement]:
    """Return every statement in reading order; parts not written yet are left out."""
    fixed = fixed_statements(content.version, wording.reading_language(content.version))
    before = [line for line in fixed if line.part in wording.BEFORE_PARTS]
    after = [line for line in fixed if line.part in wording.AFTER_PARTS]
    return [*before, *_written(content), *after]


def fixed_statements(version: AgreementVersion, language: str) -> list[Statement]:
    """Return what the program wrote, in a language."""
    return [
        Statement(
            fixed.name,
            f"{FIXED} {fixed.name}",
            AGREEMENT_TEXTS[fixed.name].label,
            fixed.words,
            lang=fixed.lang,
        )
        for fixed in wording.fixed_texts(version, language).values()
    ]


def _written(content: Content) -> list[Statement]:
    makers = {
        "rhythm": _rhythm,
        "goals": _goals,
        "activities": _activities,
        "confidentiality": _confidentiality,
        "term": _term,
    }
    written = [part for part in PARTS if content.version.revision_of(part)]
    return [line for part in written for line in makers[part](content)]


def by_part(content: Content) -> list[Part]:
    """Return the statements under the titles of their parts."""
    return parts_of(statements_of(content))


def parts_of(statements: Iterable[Statement]) -> list[Part]:
    """Put statements under the titles of their parts."""
    groups = groupby(statements, key=lambda statement: statement.part)
    return [Part(part, title_of(part), tuple(lines)) for part, lines in groups]


def title_of(part: str) -> Promise:
    """Return the heading of a part of the pair, or of a text of the program."""
    return PART_TITLES[part] if part in PART_TITLES else AGREEMENT_TEXTS[part].label


def _rhythm(content: Content) -> Iterable[Statement]:
    version = content.version
    days = _("every %(n)s days") % {"n": version.rhythm_days}
    minutes = _("%(n)s minutes") % {"n": version.meeting_minutes}
    hours = {"n": version.notice_hours}
    notice = ngettext("%(n)s hour", "%(n)s hours", version.notice_hours) % hours
    yield Statement("rhythm", "every_days", _("We meet"), str(version.rhythm_days), days)
    yield Statement("rhythm", "minutes", _("For about"), str(version.meeting_minutes), minutes)
    yield Statement("rhythm", "mode", _("How"), version.mode, version.get_mode_display())
    yield Statement(
        "rhythm",
        "scheduler",
        _("Who suggests the dates"),
        version.scheduler,
        version.get_scheduler_display(),
    )
    yield Statement(
        "rhythm", "notice_hours", _("Notice to move or cancel"), str(version.notice_hours), notice
    )
    if version.reply_days is not None:
        reply = ngettext("within %(n)s day", "within %(n)s days", version.reply_days)
        shown = reply % {"n": version.reply_days}
        yield Statement(
            "rhythm", "reply_days", _("We answer messages"), str(version.reply_days), shown
        )
    if version.lateness:
        yield Statement(
            "rhythm",
            "lateness",
            _("If one of us is late"),
            version.lateness,
            version.get_lateness_display(),
        )


def _goals(content: Content) -> Iterable[Statement]:
    for number, goal in enumerate(content.goals, 1):
        yield Statement("goals", f"goal {goal.key}", _("Goal %(n)s") % {"n": number}, goal.text)
        yield Statement("goals", f"measure {goal.key}", _("How we will know"), goal.measure)


def _activities(content: Content) -> Iterable[Statement]:
    for activity in content.activities:
        yield Statement(
            "activities", f"activity {clean(activity.text)}", _("We plan"), activity.text
        )


def _confidentiality(content: Content) -> Iterable[Statement]:
    yield Statement(
        "confidentiality",
        "confidentiality",
        _("What stays between us"),
        content.text.confidentiality,
    )
    yield Statement(
        "confidentiality", "feedback", _("Giving and receiving feedback"), content.text.feedback
    )


def _term(content: Content) -> Iterable[Statement]:
    term = content.version.term_months
    months = ngettext("%(n)s month", "%(n)s months", term) % {"n": term}
    yield Statement("term", "months", _("We commit for"), str(term), months)
    if content.text.short_term_reason:
        yield Statement(
            "term",
            "short_term_reason",
            _("Why a shorter term suits us"),
            content.text.short_term_reason,
        )
    yield Statement("term", "ending_rules", _("How we end"), content.text.ending_rules)


def clean(text: str) -> str:
    """Normalise for the record: NFC, LF, no spaces at the ends of lines or around the whole."""
    normal = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in normal.split("\n")).strip()


def canonical(content: Content) -> str:
    """Return the exact text that is signed."""
    match = content.version.match
    mentee, mentor = match.people
    head = [("program", match.program.name), ("mentee", mentee.name), ("mentor", mentor.name)]
    head.append(("version", str(content.version.number)))
    # Where it was not agreed, it is the program's: the record is the same in every language.
    language = content.version.wording_language or match.program.language
    head.append(("language of the program's text", language))
    with override(language):
        lines = statements_of(content)
    body = [(f"{line.part}: {_record_code(line)}", line.record) for line in lines]
    return "\n".join([FORMAT, *(_entry(key, value) for key, value in head + body)]) + "\n"


def _record_code(line: Statement) -> str:
    """Return the kind of statement without its key, which would mean nothing to a reader."""
    return line.code.split(" ")[0]


def _entry(key: str, value: str) -> str:
    return "\n".join([f"{key}:", *(f"  {line}" for line in clean(value).split("\n"))])


def record_for_signing(version: AgreementVersion) -> str:
    """Store the text that is signed and return its SHA-256.

    The second person signs the text that the first one signed, whatever names have changed since.
    """
    version = AgreementVersion.objects.select_related(
        "agreement__match__mentee__person",
        "agreement__match__mentor__person",
        "agreement__match__mentee__cohort__program",
        "wording",
    ).get(pk=version.pk)
    content = content_for_record(version)
    record = content.text.signed_text or canonical(content)
    AgreementText.system.filter(version=version).update(signed_text=record)
    return sha256(record)


def without_name(record: str, role: str, instead: str) -> str:
    """Replace the name of the "mentee" or "mentor" in a record; every other byte stays."""
    return re.sub(
        rf"^{role}:\n(?:  .*\n)+",
        lambda _found: f"{role}:\n  {instead}\n",
        record,
        count=1,
        flags=re.MULTILINE,
    )


def sha256(text: str) -> str:
    """Return the hexadecimal SHA-256 of the UTF-8 bytes of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()
