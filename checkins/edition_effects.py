"""What publishing an edition means: who is asked, when, and who reads the answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matches.models import Match
from programs.models import Policy, Program

from .models import MILESTONES, CheckIn, Kind, Question, Survey, current_survey
from .results import smallest_group

Channel = Question.Channel
NEXT_DAYS = 30


@dataclass(frozen=True)
class Effects:
    """For the page that asks whether to publish; sentences are in the reader's language."""

    who: list[str]
    when: list[str]
    readers: list[tuple[str, list[Question]]]  # who reads the answers to which questions
    replaces: Survey | None  # the edition that is asked until then


def effects_of(survey: Survey, program: Program, at: datetime) -> Effects:
    """Return what publishing `survey` at `at` does in `program`."""
    questions = list(survey.questions.all())
    return Effects(
        who=list(_who(program, questions)),
        when=list(_when(survey.kind, program, at)),
        readers=list(_readers(program, questions)),
        replaces=current_survey(survey.kind, program),
    )


def _who(program: Program, questions: Iterable[Question]) -> Iterable[str]:
    pairs = Match.objects.open().filter(mentee__cohort__program=program).count()
    yield ngettext(
        "Both people of each pair: %(count)d pair today, and every new one.",
        "Both people of each pair: %(count)d pairs today, and every new one.",
        pairs,
    ) % {"count": pairs}
    for role, name in (("mentee", _("Mentees")), ("mentor", _("Mentors"))):
        count = sum(role in question.roles for question in questions)
        words = ngettext("%(role)s: %(count)d question.", "%(role)s: %(count)d questions.", count)
        yield words % {"role": name, "count": count}


def rule_of(kind: str, policy: Policy) -> str:
    """Say when a kind of survey is asked by the settings of a program."""
    if kind == Kind.FIT:
        return _("Once: after the second meeting, or %(days)d days after the introduction.") % {
            "days": policy.fit_check_days
        }
    if kind in MILESTONES:
        return _milestone(kind, policy)
    return _("%(first)d days after the introduction, then every %(every)d days.") % {
        "first": policy.pulse_first_days,
        "every": policy.pulse_every_days,
    }


def _milestone(kind: str, policy: Policy) -> str:
    days = _("Once: %(days)d days after the introduction.")
    months = _("Once: %(months)d months after the introduction.")
    before_end = _("Once: %(days)d days before the end of the pair's term.")
    after_end = _("Once: %(days)d days after a pair has ended before its term.")
    later = _("Once: %(months)d months after a pair has completed its time.")
    return {
        Kind.BASELINE: days % {"days": policy.baseline_days},
        Kind.MIDTERM: months % {"months": policy.midterm_months},
        Kind.CLOSING: before_end % {"days": policy.closing_survey_days},
        Kind.EXIT: after_end % {"days": policy.exit_survey_days},
        Kind.LATER: later % {"months": policy.later_survey_months},
    }[Kind(kind)]


def _when(kind: str, program: Program, at: datetime) -> Iterable[str]:
    policy = program.policy
    yield rule_of(kind, policy)
    yield _("Reminders after %(first)d and %(second)d days; closed after %(last)d days.") % {
        "first": policy.reminder_first_days,
        "second": policy.reminder_second_days,
        "last": policy.checkin_lapses_days,
    }
    planned = CheckIn.objects.filter(
        kind=kind, state=CheckIn.State.SCHEDULED, match__mentee__cohort__program=program
    )
    within = planned.filter(opens_at__lte=at + timedelta(days=NEXT_DAYS)).count()
    if kind in MILESTONES:
        yield _("Only milestones from now on count: no one is asked about one that has passed.")
        return
    yield ngettext(
        "%(count)d person is asked within the next %(days)d days.",
        "%(count)d people are asked within the next %(days)d days.",
        within,
    ) % {"count": within, "days": NEXT_DAYS}
    asked = CheckIn.objects.open().filter(kind=kind, match__mentee__cohort__program=program).count()
    if asked:
        yield ngettext(
            "%(count)d person was asked already and keeps the edition that they were asked.",
            "%(count)d people were asked already and keep the edition that they were asked.",
            asked,
        ) % {"count": asked}


def _readers(
    program: Program, questions: Iterable[Question]
) -> Iterable[tuple[str, list[Question]]]:
    smallest = {"n": smallest_group(program)}
    groups = [
        (
            _("Read by the carer of the pair and the chair, with the person's name"),
            lambda row: row.channel == Channel.CARE and not row.is_counted,
        ),
        (
            _(
                "Read by the carer and the chair, and also counted in groups of at least "
                "%(n)s people"
            )
            % smallest,
            lambda row: row.channel == Channel.CARE and row.is_counted,
        ),
        (
            _("Read by no one: only counted, in groups of at least %(n)s people") % smallest,
            lambda row: row.channel == Channel.POOLED,
        ),
        (_("Read by the partner"), lambda row: row.channel == Channel.PARTNER),
    ]
    rows = list(questions)
    for words, belongs in groups:
        if found := [row for row in rows if belongs(row)]:
            yield words, found
