"""What the association asks of its pairs beside the usual surveys: a baseline and a mid-term."""

from __future__ import annotations

from checkins import editions
from checkins.models import CheckIn, Kind, Question, Survey

from .setup import DemoCohort

ASKED = (Kind.BASELINE, Kind.MIDTERM)
# Steps of the scales from 1 to 5, for person after person; later answers are one step up for most.
FIRST_STEPS = (2, 3, 3, 4, 2, 3, 4)
CHANGE = (1, 0, 1, 1, 0, -1, 1, 2, 0, 1)


def publish_milestones(demo: DemoCohort) -> None:
    """Let the chair publish the program's own editions before the pairs begin."""
    for kind in ASKED:
        shared = Survey.objects.published().get(kind=kind, program=None)
        draft = editions.start_edition(shared, program=demo.program, by=demo.chair)
        editions.publish(draft, by=demo.chair, at=demo.calendar.at(-40))


def milestone_answers(checkin: CheckIn, place: int, turn: int) -> dict[str, str]:
    """Return the answers of one of the pair at `place`; `turn` is their place among those asked."""
    first = FIRST_STEPS[(place + (checkin.role == "mentor")) % len(FIRST_STEPS)]
    change = 0 if checkin.kind == Kind.BASELINE else CHANGE[turn % len(CHANGE)]
    step = str(max(1, min(5, first + change)))
    return {row.code: step for row in checkin.questions if row.kind == Question.Kind.SCALE}
