"""What applicants read and agree to on the application form, in a program's own words.

The first line of a question is the question, the lines below explain it. Numbers come from the
program's settings through placeholders such as {term_months}.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .text_kinds import TextKind

NUMBERS = ("meeting_minutes", "rhythm_days", "term_months", "orientation_minutes")
QUESTION_HELP = _(
    "The question on the first line, an explanation below it. {meeting_minutes}, {rhythm_days}, "
    "{term_months} and {orientation_minutes} become the numbers of your settings."
)
COMMITMENT_HELP = _(
    "One per line. {meeting_minutes}, {rhythm_days}, {term_months} and {orientation_minutes} "
    "become the numbers of your settings."
)
TIME = _(
    "Can you meet for {meeting_minutes} minutes about every {rhythm_days} days, "
    "for {term_months} months?"
)
MEETINGS = _(
    "You meet for about {meeting_minutes} minutes every {rhythm_days} days or so, "
    "for {term_months} months."
)
SURVEYS = _("You answer the short surveys that the committee sends now and then.")
STOP = _("You can stop at any time without blame, as long as you tell us.")


def _question(label: Promise, question: Promise, explanation: Promise) -> TextKind:
    return TextKind(
        label=label,
        default=format_lazy("{}\n{}", question, explanation),
        help_text=QUESTION_HELP,
        optional_placeholders=NUMBERS,
        is_required=True,
    )


def _commitment(label: Promise, *lines: Promise) -> TextKind:
    return TextKind(
        label=label,
        default=format_lazy("\n".join(["{}"] * len(lines)), *lines),
        help_text=COMMITMENT_HELP,
        optional_placeholders=NUMBERS,
        is_required=True,
    )


# By "suitability_" role "_" code of the question, and "commitment_" role.
FORM_TEXTS: dict[str, TextKind] = {
    "suitability_mentee_time": _question(
        _("Question to mentees: time"),
        TIME,
        _("You also need some time to prepare and to follow up."),
    ),
    "suitability_mentee_lead": _question(
        _("Question to mentees: first step"),
        _("Will you take the first step and prepare each meeting?"),
        _("You write first, suggest times and bring questions. Your mentor follows your lead."),
    ),
    "suitability_mentee_growth": _question(
        _("Question to mentees: what it is for"),
        _("Do you want to learn and grow, rather than have someone find you a job?"),
        _("Mentoring is not a job-search service: a mentor shares experience."),
    ),
    "suitability_mentee_open": _question(
        _("Question to mentees: openness"),
        _("Are you ready to talk openly and to hear an honest opinion?"),
        _("What you say stays between the two of you, with limits that we explain first."),
    ),
    "suitability_mentor_time": _question(
        _("Question to mentors: time"), TIME, _("You also reply to a message now and then.")
    ),
    "suitability_mentor_listen": _question(
        _("Question to mentors: listening"),
        _("Can you ask more than you tell?"),
        _("Mentees find their own way. You listen, ask, and share your experience."),
    ),
    "suitability_mentor_bounds": _question(
        _("Question to mentors: boundaries"),
        _("Will you keep what you hear to yourself, and say when you can't help?"),
        _("You are not a therapist, manager or recruiter. The committee supports you."),
    ),
    "suitability_mentor_prepare": _question(
        _("Question to mentors: orientation"),
        _("Will you do a short orientation before you are matched?"),
        _("About {orientation_minutes} minutes online, at your own pace."),
    ),
    "commitment_mentee": _commitment(
        _("What mentees commit to"),
        MEETINGS,
        _("You write first, prepare each meeting, and say early when something doesn't work."),
        _("You don't expect anyone to find you a job: this is not a job-search service."),
        SURVEYS,
        STOP,
    ),
    "commitment_mentor": _commitment(
        _("What mentors commit to"),
        MEETINGS,
        _("You answer within a few days, ask more than you tell, and say early when something "
          "doesn't work."),
        _("You do a short orientation before you are matched."),
        SURVEYS,
        STOP,
    ),
}  # fmt: skip
