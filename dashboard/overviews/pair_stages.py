"""How far a pair has come, with dates: those of what was, and of what is expected.

Every member of the committee sees the same, but the day of the first contact: single meetings and
contacts of a pair are for those who look after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, cast

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from agreements.models import AgreementVersion, with_goal_counts
from checkins.first_contact import never_in_touch
from checkins.milestones import moment_of
from checkins.models import CheckIn, Kind
from matches.models import Match
from matches.pair_page import is_cut_short
from matches.terms import closes_on, near_from
from meetings.models import Meeting, PairContact

State = Match.State
DONE, NOW, LATER = "done", "now", "later"


@dataclass(frozen=True)
class Stage:
    """One step of the path; `state` is "done", "now" or "later"."""

    label: str
    state: str
    note: str = ""
    url: str = ""


class FollowedProgress(Protocol):
    """A match with the columns of `with_requests` and `with_progress`."""

    next_at: datetime | None
    next_state: str | None
    is_out_of_touch: bool
    held_count: int
    last_held_at: datetime | None
    first_held_at: datetime | None
    first_said_at: datetime | None


def with_progress(matches: QuerySet[Match], member: User) -> QuerySet[Match]:
    """Annotate what `PairProgress` shows of meetings and contacts, as far as `member` sees it."""
    pair = {"match": OuterRef("pk")}
    # One that is active was in touch in some way, even if no row says so.
    early = Match.objects.filter(pk=OuterRef("pk"), state__in=(State.INTRODUCED, State.CLOSED))
    held = Meeting.objects.filter(**pair).held().order_by()
    mine = Meeting.objects.for_committee(member).filter(**pair).held().order_by("starts_at")
    said = PairContact.objects.visible_to(member).filter(**pair).order_by("at")
    counted = held.values("match").annotate(n=Count("pk")).values("n")
    return matches.annotate(
        is_out_of_touch=Exists(never_in_touch(early)),
        held_count=Coalesce(Subquery(counted), 0),
        last_held_at=Subquery(held.order_by("-starts_at").values("starts_at")[:1]),
        first_held_at=Subquery(mine.values("starts_at")[:1]),
        first_said_at=Subquery(said.values("at")[:1]),
    )


@dataclass(frozen=True)
class PairProgress:
    """What the path of a pair is made of. `match` comes with its program's policy and pauses."""

    match: Match
    known: FollowedProgress
    at: datetime
    version: AgreementVersion | None
    midterms: list[CheckIn]

    @classmethod
    def read(cls, row: FollowedProgress, member: User, at: datetime) -> PairProgress:
        """Read the rest of what `row` does not have, in three queries."""
        match = cast(Match, row)
        versions = AgreementVersion.objects.for_committee(member).of_match(match)
        signed = with_goal_counts(versions).prefetch_related("signatures")
        checkins = CheckIn.objects.for_committee(member).filter(match=match, kind=Kind.MIDTERM)
        return cls(
            match=match,
            known=row,
            at=at,
            version=_in_force(list(signed.order_by("-number"))),
            midterms=list(checkins.exclude(opened_at=None)),
        )

    def stages(self) -> list[Stage]:
        """Return the path from the introduction to the end."""
        if self.match.state == State.CLOSED:
            return [*self._reached(), self._ended()]
        found = [self._introduced(), self._contact(), self._agreement(), self._meetings()]
        return [*found, *self._midterm(), self._closing(), self._ended()]

    def _reached(self) -> Iterator[Stage]:
        """Yield what a pair that has ended came to: nothing of it is expected any more."""
        yield self._introduced()
        if not self.known.is_out_of_touch:
            yield self._contact()
        if self.match.active_at:
            yield self._agreement()
        if self.known.held_count:
            yield self._meetings()
        yield from self._midterm()
        if not is_cut_short(self.match):
            yield self._closing()

    def _introduced(self) -> Stage:
        words = f"{_day(self.match.introduced_at)}, {self.match.get_origin_display()}"
        return Stage(_("Introduced"), DONE, words)

    def _contact(self) -> Stage:
        label = _("First contact")
        if not self.known.is_out_of_touch:
            first = [at for at in (self.known.first_held_at, self.known.first_said_at) if at]
            return Stage(label, DONE, _day(min(first)) if first else "")
        if self.match.not_in_touch_at:
            words = _("On %(day)s the mentee said “not yet”.")
            return Stage(label, NOW, words % {"day": _day(self.match.not_in_touch_at)})
        by = self._expected(self.match.program.policy.first_contact_days)
        return Stage(label, NOW, _("Expected by %(day)s.") % {"day": _day(by)})

    def _agreement(self) -> Stage:
        label, url, version = _("Agreement"), "", self.version
        if version:
            url = reverse("admin:agreements_agreementversion_change", args=[version.pk])
        if self.match.active_at:
            words = _("Signed on %(day)s.") % {"day": _day(self.match.active_at)}
            return Stage(label, DONE, f"{words} {self._goals()}".strip(), url)
        by = self._expected(self.match.program.policy.agreement_days)
        words = _("Expected by %(day)s.") % {"day": _day(by)}
        state = LATER if self.known.is_out_of_touch else NOW
        return Stage(label, state, f"{self._writing()} {words}".strip(), url)

    def _writing(self) -> str:
        if self.version is None:
            return ""
        signers = {row.person_id for row in self.version.signatures.all() if not row.withdrawn_at}
        names = [str(person) for person in self.match.people if person.pk in signers]
        if names and self.version.state == AgreementVersion.State.SHARED:
            return _("Signed by %(name)s so far.") % {"name": ", ".join(names)}
        return f"{self.version.get_state_display()}."

    def _goals(self) -> str:
        goals: int = getattr(self.version, "goal_count", 0)
        if not goals:
            return ""
        text = ngettext("%(count)s goal.", "%(count)s goals.", goals)
        return text % {"count": goals}

    def _meetings(self) -> Stage:
        words = self._held()
        state = {State.INTRODUCED: LATER, State.ACTIVE: NOW}.get(State(self.match.state), DONE)
        return Stage(_("Meeting"), state, f"{words} {self._next_meeting()}".strip())

    def _held(self) -> str:
        count = self.known.held_count
        if not count:
            return _("No meeting held yet.")
        text = ngettext(
            "%(count)s meeting held, on %(day)s.",
            "%(count)s meetings held, the last one on %(day)s.",
            count,
        )
        return text % {"count": count, "day": _day(self.known.last_held_at)}

    def _next_meeting(self) -> str:
        if self.known.next_state == Meeting.State.PROPOSED:
            return _("A meeting is suggested and waits for an answer.")
        if self.known.next_at:
            return _("Next meeting on %(day)s.") % {"day": _day(self.known.next_at)}
        return "" if self.match.state == State.CLOSED else _("No date is set.")

    def _midterm(self) -> Iterator[Stage]:
        if self.midterms:
            done = sum(row.state == CheckIn.State.ANSWERED for row in self.midterms)
            words = _("%(day)s: %(done)s of %(total)s answered") % {
                "day": _day(self.midterms[0].opened_at),
                "done": done,
                "total": len(self.midterms),
            }
            yield Stage(_("Mid-term"), DONE, words)
            return
        moment = moment_of(Kind.MIDTERM, self.match, self.match.program.policy)
        if moment and self.at < moment and self.match.state != State.CLOSED:
            yield Stage(_("Mid-term"), LATER, _day(moment))

    def _closing(self) -> Stage:
        ends_on, state = self.match.ends_on, State(self.match.state)
        words = ""
        if ends_on and state == State.CLOSING:
            words = _("The last day is %(day)s.") % {"day": _day(ends_on)}
        elif ends_on and state != State.CLOSED:
            words = _("From %(day)s.") % {"day": _day(near_from(self.match, ends_on))}
        done = {State.CLOSING: NOW, State.CLOSED: DONE}
        return Stage(_("Closing"), done.get(state, LATER), words)

    def _ended(self) -> Stage:
        if self.match.state == State.CLOSED:
            kind = capfirst(str(self.match.get_closed_kind_display()))
            return Stage(_("Closed"), DONE, f"{kind}, {_day(self.match.closed_at)}")
        last = closes_on(self.match)
        words = _("On %(day)s at the latest.") % {"day": _day(last)} if last else ""
        return Stage(_("Closed"), LATER, words)

    def _expected(self, days: int) -> datetime:
        return self.match.counts_from + timedelta(days=days)


def _in_force(versions: list[AgreementVersion]) -> AgreementVersion | None:
    """Return the version that is signed, else the newest of `versions`, the newest first."""
    signed = [row for row in versions if row.state == AgreementVersion.State.SIGNED]
    return next(iter([*signed, *versions]), None)


def _day(when: date | datetime | None) -> str:
    local = timezone.localtime(when) if isinstance(when, datetime) else when
    return format_date(local, "DATE_FORMAT") if local else ""
