"""What it takes to be a mentor of a program, and the help that mentors get, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.models import Program
from programs.orientation_texts import orientation_of

DAYS_OF_MONTH = 365.25 / 12


def hours_of_term(program: Program) -> int:
    """Return about how many hours a mentor meets one mentee in a term, by the program's policy."""
    policy = program.policy
    meetings = policy.term_months * DAYS_OF_MONTH / policy.rhythm_days
    return max(1, round(meetings * policy.meeting_minutes / 60))


def what_it_takes(program: Program) -> str:
    """Return the time that a mentor gives, as a sentence."""
    hours, policy = hours_of_term(program), program.policy
    text = ngettext(
        "About %(hours)s hour in %(months)s months with one person: you meet for %(minutes)s"
        " minutes about every %(days)s days.",
        "About %(hours)s hours in %(months)s months with one person: you meet for %(minutes)s"
        " minutes about every %(days)s days.",
        hours,
    )
    return text % {
        "hours": hours,
        "months": policy.term_months,
        "minutes": policy.meeting_minutes,
        "days": policy.rhythm_days,
    }


def help_for_mentors(program: Program) -> list[str]:
    """Return what helps a mentor, each a sentence: the product's, then the program's own."""
    minutes = orientation_of(program, "mentor").minutes
    orientation = ngettext(
        "An orientation of about %(minutes)s minute before you start, whenever it suits you.",
        "An orientation of about %(minutes)s minutes before you start, whenever it suits you.",
        minutes,
    )
    return [
        orientation % {"minutes": minutes},
        _("The committee finds someone whom you can help. You don't have to look for anyone."),
        _("Someone on the committee looks after your pair. You can ask for help at any time."),
        _("The other person prepares each meeting. You find questions to ask beside the agenda."),
        *program.benefits["mentor"],
    ]
