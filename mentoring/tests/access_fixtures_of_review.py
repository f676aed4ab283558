"""What the committee writes while it reads applications, beside its notes and decisions."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from applications.models import (
    ApplicantQuestion,
    Application,
    InterviewAppointment,
    InterviewScore,
    Opinion,
    Reference,
    ReviewStep,
    ScreeningCheck,
    Standing,
)
from programs.models import Policy

from .access_roles import OWNERS, AccessFixtures


def add_review(world: AccessFixtures) -> None:
    """Add to each mentee's application a question with its answer, an opinion, and a check.

    Every program looks at lists of members, so that a chair's reason for an exception is shown. One
    member has scored an interview with each mentor, though programs need none (any more).
    """
    Policy.objects.update(
        standing_rule=Policy.StandingRule.WARN,
        references_from=Policy.Screened.EVERYONE,
        interview_scorers=1,
    )
    for pair, (mentee, _mentor) in OWNERS.items():
        by = world.people["outsider" if pair == "Z" else "chair"]
        row = ask(world.row("mentee_application", pair), by)
        world.add("applicant_question", pair, row, owners=(mentee,))
        written = {"outcome": "accepted", "text": "o", "written_at": timezone.now()}
        opinion = Opinion.objects.create(application=row.application, reader=by, by=by, **written)
        world.add("opinion", pair, opinion)
        check = ScreeningCheck.objects.create(
            program=row.application.program,
            person=row.application.person,
            kind="record",
            done_on=timezone.localdate(),
            by=by,
        )
        world.add("screening", pair, check)
        score_interview(world, pair, by)
        world.add("reference", pair, refer(row.application, f"referee-{pair}"))
        refer(row.application, f"answered-{pair}", answered_at=timezone.now())
        world.add("referenced_application", pair, row.application, owners=(mentee,))
        step = ReviewStep.objects.create(application=row.application, kind="cleared", by=by)
        world.add("review_step", pair, step)
        standing = Standing.objects.create(
            application=row.application,
            by=by,
            checked_at=timezone.now(),
            waived_at=timezone.now(),
            waived_by=by,
            waiver_reason="w",
        )
        world.add("standing", pair, standing)
        world.add("waived_application", pair, row.application)


def score_interview(world: AccessFixtures, pair: str, by: User) -> None:
    """Let a member score interviews with the two of a pair; they are shown of mentors only."""
    scored = {
        "held_on": timezone.localdate(),
        "scores_json": "[]",
        "is_passed": True,
        "note": "n",
        "wanted": 1,
    }
    for role in ("mentee", "mentor"):
        application = world.row(f"{role}_application", pair)
        scores, _is_new = InterviewScore.system.get_or_create(
            application=application, scorer=by, defaults=scored
        )
        appointment = arrange_interview(application, by)
    world.add("interview_score", pair, scores)
    world.add("appointment", pair, appointment, owners=(OWNERS[pair][1],))


def arrange_interview(application: Application, by: User) -> InterviewAppointment:
    """Let an applicant ask for another time for the interview."""
    known = {"member": by, "state": "other", "minutes": 30, "place": "p", "wish": "w"}
    row, _is_new = InterviewAppointment.system.get_or_create(
        application=application, defaults={**known, "zone": "UTC"}
    )
    return row


def refer(application: Application, key: str, **columns: object) -> Reference:
    """Add a referee of an application, who has not answered yet unless `columns` say so."""
    return Reference.objects.create(
        application=application,
        program=application.program,
        name="n",
        relation="r",
        address="referee@example.org",
        address_key=key,
        language="en",
        text="t",
        answers_json="[]",
        **columns,
    )


def ask(application: Application, by: object) -> ApplicantQuestion:
    now = timezone.now()
    return ApplicantQuestion.objects.create(
        application=application,
        by=by,
        text="q",
        answer="a",
        answer_by_on=timezone.localdate(),
        answered_at=now,
    )
