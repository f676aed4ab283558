"""What the committee writes while it reads applications, beside its notes and decisions."""

from __future__ import annotations

from django.utils import timezone

from applications.models import (
    ApplicantQuestion,
    Application,
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

    Every program looks at lists of members, so that a chair's reason for an exception is shown.
    """
    Policy.objects.update(
        standing_rule=Policy.StandingRule.WARN, references_from=Policy.Screened.EVERYONE
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
        scores = InterviewScore.objects.create(
            application=row.application,
            scorer=by,
            held_on=timezone.localdate(),
            scores_json="[]",
            is_passed=True,
            note="n",
            wanted=1,
        )
        world.add("interview_score", pair, scores)
        reference = Reference.objects.create(
            application=row.application,
            program=row.application.program,
            name="n",
            relation="r",
            address="referee@example.org",
            address_key=f"referee-{pair}",
            language="en",
            text="t",
            answers_json="[]",
        )
        world.add("reference", pair, reference)
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
