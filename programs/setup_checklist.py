"""What a program needs before its first application: the list that a new committee works through."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Industry, Language

from .models import Cohort, Experience, Membership, Objective, Program, Topic

Role = Membership.Role


class Step(NamedTuple):
    label: str | Promise
    hint: str | Promise
    is_done: bool
    url: str

    @property
    def state(self) -> str:
        return "completed" if self.is_done else "not_started"


def steps(program: Program) -> list[Step]:
    """Every step with whether it is done and where to do it, in the order in which a committee would."""
    change = reverse("admin:programs_program_change", args=[program.pk])
    return [
        Step(_("Say what it is and for whom"), _("Purpose, audience, and what it is not"), _has(program, "purpose", "audience", "is_not"), change),
        Step(_("Write the code of conduct"), _("Everybody accepts it before applying"), _has(program, "code_of_conduct"), change),
        Step(_("Give an address and other help"), _("Where people write to, and what helps those without a place"), _has(program, "contact_email", "other_help"), change),
        Step(_("Name the objectives"), _("What the organisation wants from it; surveys measure each one"), Objective.objects.filter(program=program).exists(), change),
        *_vocabulary(program),
        *_people(program),
        *_cohort(program),
        Step(_("Make the page public"), _("Last of all: then people can find it"), program.is_public, change),
    ]  # fmt: skip


def _has(program: Program, *names: str) -> bool:
    return all(getattr(program, name).strip() for name in names)


def _vocabulary(program: Program) -> list[Step]:
    topics, experiences = Topic.objects.current(program), Experience.objects.current(program)
    lists = Language.objects.current().exists() and Industry.objects.current().exists()
    return [
        Step(_("Choose topics"), _("Goals and subjects that people need or offer help with"), topics.exists(), reverse("admin:programs_topic_changelist")),
        Step(_("Choose experiences"), _("What people go through; the heart of matching"), experiences.exists(), reverse("admin:programs_experience_changelist")),
        Step(_("Fill languages and industries"), _("Shared by all programs; a starter list below brings them"), lists, reverse("admin:programs_setup")),
    ]  # fmt: skip


def _people(program: Program) -> list[Step]:
    live = Membership.objects.live().filter(program=program)
    lookers = live.filter(role__in=[Role.CHAIR, Role.MATCHER]).values("user").distinct().count()
    url = reverse("admin:programs_membership_changelist")
    return [
        Step(
            _("Name a chair"),
            _("Publishes and tells people"),
            live.filter(role=Role.CHAIR).exists(),
            url,
        ),
        Step(
            _("Name a second member who matches"),
            _("Two people stand behind every match"),
            lookers > 1,
            url,
        ),
    ]


def _cohort(program: Program) -> list[Step]:
    cohorts = Cohort.objects.filter(program=program)
    url = reverse("admin:programs_cohort_changelist")
    dated = cohorts.exclude(matching_on=None).exclude(starts_on=None)
    return [
        Step(
            _("Create a cohort"),
            _("One run of the program, with the days on which applications open and close"),
            cohorts.exists(),
            url,
        ),
        Step(
            _("Set matching day and start"),
            _("Applicants are told when they hear from you"),
            dated.exists(),
            url,
        ),
    ]


def left(program: Program) -> int:
    """How many steps are still open."""
    return sum(not step.is_done for step in steps(program))


def sections(user: Any) -> list[dict[str, Any]]:
    """The programs of a committee member with their steps."""
    found = []
    for program in Program.objects.for_committee(user):
        todo = steps(program)
        is_chair = Program.objects.for_committee(user, Role.CHAIR).filter(pk=program.pk).exists()
        found.append(
            {
                "program": program,
                "steps": todo,
                "left": sum(not step.is_done for step in todo),
                "is_chair": is_chair,
            }
        )
    return found
