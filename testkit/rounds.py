"""Rounds for tests: a small cohort with a known best plan, and shortcuts through the states."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from applications.models import Application, ApplicationExperience, ApplicationTopic
from matches.models import Match
from matching.models import Round
from matching.rounds import lifecycle, publication
from programs.models import Cohort, Experience, Topic

from . import factories

Depth = ApplicationExperience.Depth


def topic(code: str) -> Topic:
    return Topic.objects.get_or_create(
        program=None, code=code, defaults={"names": {"en": code.replace("-", " ")}}
    )[0]


def experience(code: str) -> Experience:
    return Experience.objects.get_or_create(
        program=None, code=code, defaults={"names": {"en": code.replace("-", " ")}}
    )[0]


def applicant(
    cohort: Cohort,
    name: str,
    role: str = "mentee",
    *,
    topics: dict[str, int] | None = None,
    lives: dict[str, str] | None = None,
    shares: bool = True,
    employer: str = "",
    person: User | None = None,
    **fields: object,
) -> Application:
    """Make an applicant who is ready to match.

    `topics` is {code: weight}, `lives` is {experience code: depth}.
    """
    user = person or factories.person(name, employer=employer)
    made = factories.application(user, cohort, role, **fields)
    for code, weight in (topics or {}).items():
        ApplicationTopic.objects.create(application=made, topic=topic(code), weight=weight)
    for code, depth in (lives or {}).items():
        ApplicationExperience.objects.create(
            application=made, experience=experience(code), depth=depth, is_shared=shares
        )
    return made


def small_cohort(cohort: Cohort) -> dict[str, Application]:
    """Make five applicants. Best plan: Amina with Ruth, Joel with Priya; Sofia is unmatched."""
    return {
        "amina": applicant(
            cohort,
            "Amina Farah",
            topics={"hiring": 3},
            lives={"career-change": Depth.GOING_THROUGH},
        ),
        "joel": applicant(
            cohort, "Joel Tremblay", topics={"payroll": 3}, lives={"first-job": Depth.GOING_THROUGH}
        ),
        "sofia": applicant(
            cohort, "Sofia Marin", topics={"pensions": 1}, lives={"parent": Depth.GOING_THROUGH}
        ),
        "ruth": applicant(
            cohort,
            "Ruth Adeyemi",
            "mentor",
            topics={"hiring": 3},
            lives={"career-change": Depth.LIVED},
        ),
        "priya": applicant(
            cohort,
            "Priya Nair",
            "mentor",
            topics={"payroll": 2},
            lives={"first-job": Depth.ACCOMPANIED},
        ),
    }


def run_round(cohort: Cohort, by: User, **fields: object) -> Round:
    made = lifecycle.open_round(cohort, by=by)
    if fields:
        Round.system.filter(pk=made.pk).update(**fields)
        made = Round.system.get(pk=made.pk)
    lifecycle.run(made, by=by)
    return made


def approved_round(cohort: Cohort, by: User, second: User, **fields: object) -> Round:
    made = run_round(cohort, by, **fields)
    lifecycle.send_to_review(made, by=by)
    lifecycle.approve(made, by=second, expected_version=made.plan_version)
    return made


def publish(round_: Round, by: User) -> list[Match]:
    """Publish a round ten minutes from now, whatever the hour, and return the matches."""
    moment = timezone.now() + timedelta(minutes=10)
    Round.system.filter(pk=round_.pk).update(publish_at=moment, published_by=by)
    round_.refresh_from_db(from_queryset=Round.system.all())
    return publication.publish(round_, at=moment)
