"""The list of meetings as its page shows it, and times by the clocks of both people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.template.defaultfilters import date as format_date
from django.template.defaultfilters import time as format_time
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.timezones import zone_label
from accounts.two_clocks import show_time
from accounts.wall_time import WallTime
from matches.models import Match

from .calendars import add_links
from .models import Agenda, Correction, LogEntry, Meeting, PairContact
from .prompts import AGENDA

State = Meeting.State
PAST_SHOWN = 6  # the page of meetings shows so many of the past, and all on request


def clock_note(when: WallTime, person: User, partner: User) -> str:
    """Return what was saved for a time that a change of the clocks skips or repeats; else ""."""
    if not (when.is_skipped or when.is_repeated):
        return ""
    facts = {
        "typed": format_time(when.wall_time, "TIME_FORMAT"),
        "day": format_date(when.on, "DATE_FORMAT"),
        "zone": zone_label(when.zone),
        "saved": show_time(when.starts_at, person, partner),
    }
    if when.is_skipped:
        text = _(
            "On %(day)s the clocks in %(zone)s go forward and skip %(typed)s."
            " We saved the meeting for %(saved)s."
        )
    else:
        text = _(
            "On %(day)s the clocks in %(zone)s go back and show %(typed)s twice."
            " We saved the first: %(saved)s."
        )
    return text % facts


def place_of(meeting: Meeting, person: User) -> str:
    """Return where the pair meets, which only the two may read."""
    agenda = Agenda.objects.visible_to(person).filter(meeting=meeting).first()
    return agenda.place if agenda else ""


@dataclass
class Card:
    """A meeting with what the pair wrote about it, and what the reader may do."""

    meeting: Meeting
    reader: User
    at: datetime
    agenda: Agenda | None = None
    entries: list[LogEntry] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)

    @cached_property
    def partner(self) -> User:
        return self.meeting.match.partner_of(self.reader)

    @property
    def partner_name(self) -> str:
        return self.partner.first_name or self.partner.name

    @property
    def is_open(self) -> bool:
        return self.meeting.match.state != Match.State.CLOSED

    @cached_property
    def is_to_record(self) -> bool:
        return self.is_open and self.meeting.is_to_record(self.at)

    @cached_property
    def is_upcoming(self) -> bool:
        return self.meeting.is_ahead(self.at)

    @property
    def is_waiting(self) -> bool:
        """Whether suggested times are open, and one of them has not passed."""
        return self.meeting.has_open_proposal and not self.meeting.is_unanswered(self.at)

    @property
    def may_prepare(self) -> bool:
        return self.is_open and self.is_upcoming

    @cached_property
    def calendar_links(self) -> list[tuple[str, str]]:
        """Return label and address of the web calendars that can add a confirmed meeting."""
        if self.meeting.state != State.SET or not self.is_upcoming:
            return []
        place = self.agenda.place if self.agenda else ""
        return add_links(self.meeting, self.reader, place=place)

    @cached_property
    def answers(self) -> list[tuple[str, str]]:
        """Return the questions of the agenda that are answered, with their answers."""
        found = [(str(AGENDA[name]), getattr(self.agenda, name, "")) for name in AGENDA]
        return [(question, text) for question, text in found if text]

    @cached_property
    def may_answer(self) -> bool:
        return self.meeting.may_be_answered_by(self.reader, self.at)

    @property
    def may_log(self) -> bool:
        is_asked = self.is_to_record or self.meeting.state == State.LAPSED
        return is_asked and self.may_record

    @property
    def may_record(self) -> bool:
        return self.meeting.may_be_recorded_by(self.reader, self.at)

    @property
    def may_note(self) -> bool:
        return self.is_open and self.meeting.state in Meeting.RECORDED

    @property
    def may_correct(self) -> bool:
        return self.meeting.may_be_corrected_by(self.reader, self.at)

    @property
    def may_move(self) -> bool:
        return self.meeting.may_be_moved_by(self.reader)

    @property
    def may_cancel(self) -> bool:
        return self.meeting.may_be_cancelled_by(self.reader, self.at)

    @property
    def state_label(self) -> str:
        """Return the state in words; a proposal that is over is "not answered" at once."""
        if self.meeting.state == State.PROPOSED and self.meeting.is_unanswered(self.at):
            return str(State.LAPSED.label)
        return self.meeting.get_state_display()

    @property
    def heading(self) -> str:
        """Return the date that holds, or that several are suggested."""
        times = self.times
        if self.meeting.state in {State.PROPOSED, State.LAPSED} and len(times) > 1:
            return _("%(count)s suggested times") % {"count": len(times)}
        return show_time(self.meeting.starts_at, self.reader, self.partner)

    @cached_property
    def times(self) -> list[str]:
        """Return the suggested times by both clocks; one that has passed says so."""
        return [self._show_suggestion(row.starts_at) for row in self.meeting.times.all()]

    def _show_suggestion(self, starts_at: datetime) -> str:
        shown = show_time(starts_at, self.reader, self.partner)
        if starts_at > self.at or self.meeting.state == State.LAPSED:
            return shown
        return _("%(when)s (has passed)") % {"when": shown}

    @cached_property
    def explanation(self) -> str:
        """Return one sentence that says how things stand; "" where the state says it all."""
        if self.is_waiting:
            when = show_time(self.meeting.starts_at, self.reader, self.partner)
            return self._wait_text() % {"name": self.partner_name, "when": when}
        if self.is_to_record:
            if self.meeting.state == State.SET:
                return _("The time of this meeting has come. Did you meet?")
            return _("No one answered before the time passed. Did you meet?")
        if self.meeting.state == State.MOVED:
            return _("You did not meet on this day, and the new day is not known yet.")
        return ""

    def _wait_text(self) -> str:
        is_mine = self.meeting.awaiting_id == self.reader.pk
        if self.meeting.state != State.SET:
            if is_mine:
                return _("%(name)s suggests when to meet and is waiting for your answer.")
            return _("You suggested when to meet. %(name)s has not answered yet.")
        if self.meeting.starts_at <= self.at:
            if is_mine:
                return _("%(name)s suggested another time and is waiting for your answer.")
            return _("You suggested another time. %(name)s has not answered yet.")
        if is_mine:
            return _(
                "%(name)s would like to move it. Until you accept, you are meeting on %(when)s."
            )
        return _("You asked to move it. Until %(name)s accepts, you are meeting on %(when)s.")


def cards(match: Match, reader: User, *, at: datetime) -> list[Card]:
    """Return the meetings of `match` for `reader`, one of the pair, the latest first."""
    agendas = Agenda.objects.visible_to(reader).filter(meeting__match=match)
    agenda_of = {row.meeting_id: row for row in agendas}
    entries_of: dict[int, list[LogEntry]] = defaultdict(list)
    for entry in LogEntry.objects.visible_to(reader).filter(meeting__match=match):
        set_person(entry, "author", match)
        entries_of[entry.meeting_id].append(entry)
    corrections_of: dict[int, list[Correction]] = defaultdict(list)
    for row in Correction.objects.visible_to(reader).filter(meeting__match=match):
        set_person(row, "person", match)
        corrections_of[row.meeting_id].append(row)
    found = []
    for meeting in Meeting.objects.of(reader).filter(match=match).prefetch_related("times"):
        meeting.match = match  # loaded with its people
        found.append(
            Card(
                meeting=meeting,
                reader=reader,
                at=at,
                agenda=agenda_of.get(meeting.pk),
                entries=entries_of[meeting.pk],
                corrections=corrections_of[meeting.pk],
            )
        )
    return found


def to_record(found: Sequence[Card]) -> list[Card]:
    """Return the meetings of which the pair has not said whether they took place."""
    return [card for card in found if card.is_to_record]


def upcoming(found: Sequence[Card]) -> list[Card]:
    """Return what is proposed or confirmed, the next one first."""
    ahead = [card for card in found if card.is_upcoming]
    return sorted(ahead, key=lambda card: card.meeting.starts_at)


def past(found: Sequence[Card]) -> list[Card]:
    """Return everything else, the latest first."""
    return [card for card in found if not (card.is_upcoming or card.is_to_record)]


@dataclass(frozen=True)
class OpenStep:
    """A next step of an earlier meeting that no one has ticked."""

    meeting: Meeting
    role: str
    name: str
    text: str


def open_steps(found: Sequence[Card]) -> list[OpenStep]:
    """Return the next steps that were noted and not ticked, the latest first."""
    steps = []
    for card in found:
        mentee, _mentor = card.meeting.match.people
        for entry in card.entries:
            if entry.next_step and entry.step_done_at is None:
                role = "mentee" if entry.author_id == mentee.pk else "mentor"
                name = entry.author.first_name or entry.author.name
                steps.append(OpenStep(card.meeting, role, name, entry.next_step))
    return steps


def last_place(match: Match, reader: User) -> str:
    """Return where the pair met or planned to meet last: the place that is kept for the pair."""
    rows = Agenda.objects.visible_to(reader).filter(meeting__match=match).exclude(place="")
    last = rows.order_by("-meeting__starts_at").first()
    return last.place if last else ""


def last_contact(match: Match, reader: User) -> PairContact | None:
    """Return the latest contact that either has noted."""
    found = PairContact.objects.of(reader).filter(match=match).first()
    if found:
        set_person(found, "person", match)
    return found


def set_person(row: LogEntry | Correction | PairContact, name: str, match: Match) -> None:
    """Let the foreign key `name` of `row` be the person that `match` was loaded with."""
    for person in match.people:
        if getattr(row, f"{name}_id") == person.pk:
            setattr(row, name, person)
