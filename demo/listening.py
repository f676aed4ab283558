"""What the association asks of its pairs beside the usual surveys: a baseline and a mid-term."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from checkins import answering, editions, suggestions
from checkins.models import Answer, CheckIn, Kind, Question, Survey, Theme, ThemeMark
from checkins.objective_results import set_measure
from checkins.seeds import seed_surveys
from matches.models import Match

from .setup import DemoCohort

ASKED = (Kind.BASELINE, Kind.MIDTERM)
# Steps of the scales from 1 to 5, for person after person; later answers are one step up for most.
FIRST_STEPS = (2, 3, 3, 4, 2, 3, 4)
MEASURES = (  # kind, question, target
    ("mean", "program_support", Decimal(4)),
    ("change", "expectations", Decimal("0.5")),
    ("meetings", "", Decimal(150)),
)
UNANSWERED_EVERY = 6  # one check-in in six is not answered
# What the sentences of the demo are about, by a piece of each.
THEMES = {
    "time": ("hour of the month", "rhythm", "rythme", "six weeks"),
    "goals": ("what I came for", "More homework"),
    "role": ("better questions", "more answers"),
    "thanks": ("hour of the month", "rhythm", "rythme", "laugh", "better questions"),
}
CHANGE = (1, 0, 1, 1, 0, -1, 1, 2, 0, 1)


def publish_milestones(demo: DemoCohort) -> None:
    """Let the chair publish the program's own editions before anyone applies."""
    seed_surveys(demo.calendar.at(-80))
    for kind in ASKED:
        shared = Survey.objects.published().get(kind=kind, program=None)
        draft = editions.start_edition(shared, program=demo.program, by=demo.chair)
        editions.publish(draft, by=demo.chair, at=demo.calendar.at(-75))


def measure_objectives(demo: DemoCohort) -> None:
    """Let the chair say how the program's objectives are measured."""
    objectives = demo.program.objectives.order_by("pk")
    for objective, (kind, code, target) in zip(objectives, MEASURES, strict=False):
        set_measure(objective, kind=kind, question_code=code, target=target, by=demo.chair)


def suggest(demo: DemoCohort, matches: Sequence[Match], *, day: float) -> None:
    """Let mentees suggest something to the committee, and the chair answer the first of them."""
    for place, content in enumerate(demo.texts["suggestions"]):
        at = demo.calendar.at(day + place)
        row, _is_new = suggestions.suggest(
            person=matches[place].mentee.person,
            program=demo.program,
            text=content["text"],
            may_be_named=False,
            nonce=f"demo-{place}",
            at=at,
        )
        if answer := content.get("answer"):
            suggestions.answer(row, by=demo.chair, text=answer, at=at + timedelta(hours=20))


def mark_themes(demo: DemoCohort, at: datetime) -> None:
    """Let the chair mark what people wrote about, as far as its words say so."""
    answers = Answer.objects.for_committee(demo.chair).filter(
        question__kind=Question.Kind.TEXT, checkin__wave__themes_counted_at=None
    )
    themes = {theme.code: theme for theme in Theme.objects.current(demo.program)}
    ThemeMark.objects.bulk_create(
        [
            ThemeMark(answer=answer, theme=themes[code], marked_by=demo.chair, marked_at=at)
            for answer in answers
            for code, pieces in THEMES.items()
            if any(piece in answer.text for piece in pieces)
        ],
        ignore_conflicts=True,
    )


def is_answered(checkin: CheckIn, place: int, turn: int) -> bool:
    """Return whether one of the pair at `place` answers; of milestones, the same people do."""
    if checkin.kind not in ASKED:
        return turn % UNANSWERED_EVERY != 5
    return place % 6 != 5 and (checkin.kind == Kind.BASELINE or place % 6 != 2)


def answer_when_applying(demo: DemoCohort) -> None:
    """Let applicants answer what they were asked on the page after sending by now."""
    asked = CheckIn.objects.of_applicants().open().in_cohort(demo.cohort)
    rows = asked.select_related("person", "survey", "application__cohort__program")
    for turn, checkin in enumerate(rows.order_by("opened_at", "pk")):
        at = checkin.opens_at + timedelta(minutes=2)
        if at < demo.calendar.now:
            answers = milestone_answers(checkin, turn)
            answering.answer(checkin, by=checkin.person, answers=answers, at=at)


def milestone_answers(checkin: CheckIn, turn: int) -> dict[str, str]:
    """Return the answers of a person; `turn` is their place among those asked."""
    first = FIRST_STEPS[len(checkin.person.name) % len(FIRST_STEPS)]
    change = 0 if checkin.kind == Kind.BASELINE else CHANGE[turn % len(CHANGE)]
    step = str(max(1, min(5, first + change)))
    return {row.code: step for row in checkin.questions if row.kind == Question.Kind.SCALE}
