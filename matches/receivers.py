"""Receivers of signals from the apps below: whoever leaves the program leaves their pair first."""

from __future__ import annotations

from datetime import date, datetime

from django.dispatch import receiver
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import screening
from applications.models import Application
from applications.signals import application_withdrawn, pairs_to_pause, withdrawal_announced

from .ending_texts import leaving_lines, partner_name
from .endings import end_because_left
from .models import Match
from .pair_sections import PairSection, SectionLine
from .pause_days import Wish
from .pauses import end_with_match, pause, refusal_of
from .signals import committee_sections_asked, match_ended


@receiver(application_withdrawn)
def end_match_of_application(
    sender: type[Application], application: Application, at: datetime, **kwargs: object
) -> None:
    """End the application's open pairs; the partner hears of it in neutral words."""
    end_because_left(application.person, application=application, at=at)


@receiver(withdrawal_announced)
def effects_of_withdrawal(
    sender: type[Application], application: Application, **kwargs: object
) -> list[str]:
    """Say before the withdrawal which pairs end with it, and what the partner will read."""
    open_ = Match.objects.open()
    matches = open_.filter(mentee=application) | open_.filter(mentor=application)
    person = application.person
    return [line for match in matches.with_people() for line in leaving_lines(match, person)]


@receiver(match_ended)
def end_pause(sender: type[Match], match: Match, at: datetime, **kwargs: object) -> None:
    """A pair that has ended is not paused any more."""
    end_with_match(match, at=at)


@receiver(pairs_to_pause)
def pause_pairs(
    sender: type[Application], application: Application, until: date, at: datetime, **kwargs: object
) -> list[str]:
    """Pause the open pairs of an application; one whose term is over stays as it is.

    Raises ActionNotAllowed for a pair that cannot be paused for so long.
    """
    person, open_ = application.person, Match.objects.open()
    matches = open_.filter(mentee=application) | open_.filter(mentor=application)
    said = []
    for match in matches.with_people().order_by("pk"):
        if not refusal_of(match, by=person, at=at):
            found = pause(match, Wish(until), by=person, at=at)
            text = _("You and %(name)s are on a pause until %(day)s.")
            name = partner_name(match, person)
            said.append(text % {"name": name, "day": format_date(found.last_day)})
    return said


@receiver(committee_sections_asked)
def show_checks(
    sender: type[Match], match: Match, in_care: bool, at: datetime, **kwargs: object
) -> list[PairSection]:
    """Show those who care for a pair which checks its people need, and which are missing."""
    if match.state == Match.State.CLOSED or not in_care:
        return []
    lines = []
    for application in (match.mentee, match.mentor):
        for check in screening.state_of(application, timezone.localdate(at)):
            word = _("valid") if check.is_valid else _("missing or ended")
            text = _("%(name)s, %(check)s: %(state)s") % {
                "name": application.person,
                "check": check.label,
                "state": word,
            }
            lines.append(SectionLine(text, tone="info" if check.is_valid else "amber"))
    return [PairSection("checks", 2, _("Checks"), tuple(lines))] if lines else []
