"""What publishing an edition means: who is asked, when, and who reads the answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from matches.models import Match
from programs.models import Policy, Program

from .models import (
    AFTER_THE_END,
    ASKED_ONCE,
    WITHOUT_PAIR,
    CheckIn,
    Kind,
    Question,
    Survey,
    current_survey,
)
from .needs import with_examples
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

    @property
    def is_hidden_from_partners(self) -> bool:
        """Whether no answer is read by the partner."""
        rows = (row for _who, questions in self.readers for row in questions)
        return all(row.channel != Channel.PARTNER for row in rows)


def effects_of(survey: Survey, program: Program, at: datetime) -> Effects:
    """Return what publishing `survey` at `at` does in `program`."""
    questions = list(survey.questions.all())
    return Effects(
        who=list(_who(survey, program, questions)),
        when=list(_when(survey, program, at)),
        readers=list(_readers(program, with_examples(questions, survey, program, "mentee"))),
        replaces=current_survey(survey.kind, program),
    )


def _who(survey: Survey, program: Program, questions: Iterable[Question]) -> Iterable[str]:
    if survey.kind in WITHOUT_PAIR:
        yield _("People who are left without a match, by a round or at the end, once each.")
    elif survey.is_asked_when_applying:
        yield _("Everyone who sends an application, once for each; they may leave it out.")
        yield _("People of new pairs who have not answered it then.")
    elif survey.kind in AFTER_THE_END:
        yield _("Both people of a pair that has ended.")
    else:
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
    if needs := survey.needs_asked:
        yield ngettext(
            "Mentees also: %(count)d need that they named in their application.",
            "Mentees also: up to %(count)d needs that they named in their application.",
            needs,
        ) % {"count": needs}


def rule_of_edition(survey: Survey, policy: Policy) -> str:
    """Say when an edition is asked by its own settings and those of a program."""
    if not survey.is_asked_when_applying:
        return rule_of(survey.kind, policy)
    return ngettext(
        "On the page after an application was sent, without an e-mail. People of a new pair who "
        "have not answered it: %(count)d day after the introduction.",
        "On the page after an application was sent, without an e-mail. People of a new pair who "
        "have not answered it: %(count)d days after the introduction.",
        policy.baseline_days,
    ) % {"count": policy.baseline_days}


def rule_of(kind: str, policy: Policy) -> str:
    """Say when a kind of survey is asked by the settings of a program."""
    if kind == Kind.FIT:
        return _("Once: after the second meeting, or %(days)d days after the introduction.") % {
            "days": policy.fit_check_days
        }
    if kind in MILESTONE_RULES:
        setting, words = MILESTONE_RULES[Kind(kind)]
        return words % {"count": getattr(policy, setting)}
    return _("%(first)d days after the introduction, then every %(every)d days.") % {
        "first": policy.pulse_first_days,
        "every": policy.pulse_every_days,
    }


# When a survey of a milestone is asked: (setting, sentence).
MILESTONE_RULES = {
    Kind.BASELINE: (
        "baseline_days",
        ngettext_lazy(
            "Once: %(count)d day after the introduction.",
            "Once: %(count)d days after the introduction.",
            "count",
        ),
    ),
    Kind.MIDTERM: (
        "midterm_months",
        ngettext_lazy(
            "Once: %(count)d month after the introduction, "
            "unless the pair's term is nearly over then.",
            "Once: %(count)d months after the introduction, "
            "unless the pair's term is nearly over then.",
            "count",
        ),
    ),
    Kind.CLOSING: (
        "closing_survey_days",
        ngettext_lazy(
            "Once: %(count)d day before the end of the pair's term.",
            "Once: %(count)d days before the end of the pair's term.",
            "count",
        ),
    ),
    Kind.EXIT: (
        "exit_survey_days",
        ngettext_lazy(
            "Once: %(count)d day after a pair has ended before its term.",
            "Once: %(count)d days after a pair has ended before its term.",
            "count",
        ),
    ),
    Kind.LATER: (
        "later_survey_months",
        ngettext_lazy(
            "Once: %(count)d month after a pair was completed, at the end of its term or earlier.",
            "Once: %(count)d months after a pair was completed, at the end of its term or earlier.",
            "count",
        ),
    ),
    Kind.UNMATCHED: (
        "unmatched_survey_days",
        ngettext_lazy(
            "Once: %(count)d day after we told someone that they have no match yet.",
            "Once: %(count)d days after we told someone that they have no match yet.",
            "count",
        ),
    ),
}


def _reminders_of(kind: str, policy: Policy) -> str:
    if kind in ASKED_ONCE:
        text = _("No reminders; closed after %(last)d days.")
    else:
        text = _("Reminders after %(first)d and %(second)d days; closed after %(last)d days.")
    return text % {
        "first": policy.reminder_first_days,
        "second": policy.reminder_second_days,
        "last": policy.checkin_lapses_days,
    }


def _when(survey: Survey, program: Program, at: datetime) -> Iterable[str]:
    policy, kind = program.policy, survey.kind
    yield rule_of_edition(survey, policy)
    yield _reminders_of(kind, policy)
    planned = CheckIn.objects.filter(
        kind=kind, state=CheckIn.State.SCHEDULED, match__mentee__cohort__program=program
    )
    within = planned.filter(opens_at__lte=at + timedelta(days=NEXT_DAYS)).count()
    if kind in MILESTONE_RULES:
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
                "Read by the carer, their deputy and the chair, and also counted in groups of at "
                "least %(n)s people"
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
