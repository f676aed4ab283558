"""An interview by the program's own questions, scored by members who don't know of each other.

1. A program that interviews mentors says how many members score (`Policy.interview_scorers`). With
   none, a chair records the result as any other check.
2. Whoever decides may score: each question of the program by its written anchors, whether the
   person passes, and a note. What was sent is not changed any more.
3. Scores are blind: no one but their author reads them until as many have scored as the program
   wanted when the first of them did. A setting that is lowered or raised later changes neither that
   nor who may read. No one waits for a certain member, so one who leaves holds up nothing.
4. Once all have sent, the result is a check with the day of the interview: passed if all say so.
   Where they disagree it is not passed; they talk, and a chair records what comes of it.
5. Scores and notes are erased with the other texts of the application. The check stays.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from .models import Application, InterviewScore, ScreeningCheck
from .reviewing import require_decider
from .screening import store

State = Application.State
HELD_IN = (State.SUBMITTED, State.WAITLISTED, State.ACCEPTED)


def is_held(application: Application) -> bool:
    """Return whether the program interviews this applicant; asks no database."""
    return bool(application.is_mentor and application.program.policy.interview_needed)


def is_scored(application: Application) -> bool:
    """Return whether the program wants members to score the interview."""
    return is_held(application) and application.program.policy.interview_scorers > 0


@dataclass(frozen=True)
class Scorers:
    """Who has scored an interview, and how many are still wanted."""

    rows: Sequence[InterviewScore]
    needed: int  # by the program of today

    @property
    def wanted(self) -> int:
        """How many must have scored before anyone reads the others'."""
        return self.rows[0].wanted if self.rows else self.needed

    @property
    def missing(self) -> int:
        return max(0, self.wanted - len(self.rows))

    def of(self, member: User) -> InterviewScore | None:
        return next((row for row in self.rows if row.scorer_id == member.pk), None)

    def may_score(self, application: Application, member: User) -> bool:
        """Return whether `member`, who may decide, can send scores that are still blind."""
        return self.of(member) is None and self.missing_for(application) > 0

    def missing_for(self, application: Application) -> int:
        """Return how many members are waited for: none where no interview is held any more."""
        return self.missing if is_held(application) and application.state in HELD_IN else 0


def scorers_for(application: Application, rows: Sequence[InterviewScore]) -> Scorers:
    """Return the members who have scored; `rows` are theirs, the first sent first."""
    needed = application.program.policy.interview_scorers if is_scored(application) else 0
    return Scorers(rows, needed)


@transaction.atomic
def send(
    application: Application,
    *,
    by: User,
    held_on: date,
    scores: Sequence[tuple[str, int]],
    is_passed: bool,
    note: str = "",
    at: datetime | None = None,
) -> InterviewScore:
    """Store what a member scored, and the result once all have sent.

    `scores` are the questions as they were asked, each with 1 to 4. The same member sending the
    same again changes nothing. Raises ActionNotAllowed unless `by` may decide about the
    application, for other scores than those that were sent, without a score for each question, for
    a day to come, and when no scores are wanted (any more).
    """
    require_decider(application, by)
    now = at or timezone.now()
    locked = Application.objects.select_for_update(no_key=True, of=("self",))
    application = locked.select_related("cohort__program__policy", "person").get(pk=application.pk)
    known = scorers_for(application, list(InterviewScore.system.filter(application=application)))
    text = json.dumps([[question, score] for question, score in scores])
    if mine := known.of(by):
        if (mine.scores_json, mine.is_passed, mine.note) == (text, is_passed, note):
            return mine  # the same form was sent twice
        raise ActionNotAllowed(_("You have sent your scores, so they can't be changed."))
    if not known.may_score(application, by):
        raise ActionNotAllowed(_("No scores are needed for this interview."))
    _check(scores, held_on, timezone.localdate(now))
    row = InterviewScore.objects.create(
        application=application,
        scorer=by,
        held_on=held_on,
        scores_json=text,
        is_passed=is_passed,
        note=note,
        sent_at=now,
        wanted=known.wanted,
    )
    if known.missing == 1:
        _record_result([*known.rows, row], now)
    return row


def _check(scores: Sequence[tuple[str, int]], held_on: date, today: date) -> None:
    if not scores or any(score not in InterviewScore.Score.values for _q, score in scores):
        raise ActionNotAllowed(_("Score each question."))
    if held_on > today:
        raise ActionNotAllowed(_("Enter the day of the interview, today at the latest."))


def _record_result(rows: Sequence[InterviewScore], now: datetime) -> None:
    last = rows[-1]
    store(
        {
            "program": last.application.program,
            "person": last.application.person,
            "kind": ScreeningCheck.Kind.INTERVIEW,
            "is_passed": all(row.is_passed for row in rows),
            "done_on": max(row.held_on for row in rows),
            "expires_on": None,
        },
        by=last.scorer,
        now=now,
    )
