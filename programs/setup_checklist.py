"""The checklist of a new program: what it needs before the first application."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Industry, Language, User

from .models import Cohort, Experience, Membership, Objective, Program, Topic

Role = Membership.Role


class ChecklistItem(NamedTuple):
    label: str | Promise
    hint: str | Promise
    is_done: bool
    url: str

    @property
    def state(self) -> str:
        return "completed" if self.is_done else "not_started"


class Section(TypedDict):
    program: Program
    items: list[ChecklistItem]
    open_count: int
    next_item: ChecklistItem | None  # the first that is open, for who may do it
    is_chair: bool


def checklist(program: Program) -> list[ChecklistItem]:
    """Return the items in the order in which a committee would work through them."""
    url = reverse("admin:programs_program_change", args=[program.pk])
    has_objectives = Objective.objects.filter(program=program).exists()
    return [
        ChecklistItem(
            _("Describe the program"),
            _("Purpose, audience, and what it is not"),
            _has(program, "purpose", "audience", "is_not"),
            f"{url}#id_purpose",
        ),
        ChecklistItem(
            _("Write the code of conduct"),
            _("Everyone accepts it before sending an application"),
            _has(program, "code_of_conduct"),
            f"{url}#id_code_of_conduct",
        ),
        ChecklistItem(
            _("Enter a contact address"),
            _("Where people write to when they have a question"),
            _has(program, "contact_email"),
            f"{url}#id_contact_email",
        ),
        ChecklistItem(
            _("Say what other help there is"),
            _("What helps those who don't get a place"),
            _has(program, "other_help"),
            f"{url}#id_other_help",
        ),
        ChecklistItem(
            _("Say what people get from it"),
            _("For each role, one benefit per line; on the public page and on the poster"),
            _has(program, "mentee_benefits", "mentor_benefits"),
            f"{url}#id_mentee_benefits",
        ),
        ChecklistItem(
            _("Say who decides, and by which criteria"),
            _("People apply with more trust when they know what counts"),
            _has(program, "selection"),
            f"{url}#id_selection",
        ),
        ChecklistItem(
            _("Answer the questions that people ask"),
            _("How much time it takes, what it costs, what happens if it doesn't work"),
            bool(program.questions_and_answers),
            f"{url}#id_faq",
        ),
        ChecklistItem(
            _("Enter the objectives"),
            _("What the organisation wants to achieve; surveys measure each objective"),
            has_objectives,
            f"{url}#objectives-group",
        ),
        *_vocabulary(program),
        *_people(program),
        *_cohort(program),
        ChecklistItem(
            _("Make the page public"),
            _("Do this last: people can find it from then on"),
            program.is_public,
            f"{url}#id_is_public",
        ),
    ]


def _has(program: Program, *names: str) -> bool:
    return all(getattr(program, name).strip() for name in names)


def _vocabulary(program: Program) -> list[ChecklistItem]:
    has_shared = Language.objects.current().exists() and Industry.objects.current().exists()
    return [
        ChecklistItem(
            _("Choose topics"),
            _("Goals and subjects that people need or offer help with"),
            Topic.objects.current(program).exists(),
            reverse("admin:programs_topic_changelist"),
        ),
        ChecklistItem(
            _("Choose experiences"),
            _("What people go through; the most important part of matching"),
            Experience.objects.current(program).exists(),
            reverse("admin:programs_experience_changelist"),
        ),
        ChecklistItem(
            _("Add languages and industries"),
            _("Shared by all programs; the starter lists below add them"),
            has_shared,
            f"{reverse('admin:programs_setup')}#list-{program.pk}",
        ),
    ]


def _people(program: Program) -> list[ChecklistItem]:
    members = Membership.objects.live().filter(program=program)
    matchers = members.filter(role__in=[Role.CHAIR, Role.MATCHER]).values("user").distinct()
    add = reverse("admin:programs_membership_add")
    return [
        ChecklistItem(
            _("Add a chair"),
            _("Releases decisions and publishes rounds"),
            members.filter(role=Role.CHAIR).exists(),
            f"{add}?program={program.pk}&role={Role.CHAIR}",
        ),
        ChecklistItem(
            _("Add a second member who matches"),
            _("Every match is approved by two people"),
            matchers.count() > 1,
            f"{add}?program={program.pk}&role={Role.MATCHER}",
        ),
    ]


def _cohort(program: Program) -> list[ChecklistItem]:
    cohorts = Cohort.objects.filter(program=program)
    newest = cohorts.order_by("-opens_on", "-pk").first()
    add = f"{reverse('admin:programs_cohort_add')}?program={program.pk}"
    url = reverse("admin:programs_cohort_change", args=[newest.pk]) if newest else add
    return [
        ChecklistItem(
            _("Create a cohort"),
            _("One run of the program, with the dates when applications open and close"),
            newest is not None,
            url,
        ),
        ChecklistItem(
            _("Set the matching day and the start"),
            _("Applicants see when they will hear from you"),
            _has_days(cohorts),
            f"{url}#id_matching_on",
        ),
    ]


def _has_days(cohorts: QuerySet[Cohort]) -> bool:
    """Return whether a cohort has a matching day and a start, or is rolling and needs neither."""
    is_rolling = Q(closes_on=None, ends_on=None)
    return cohorts.filter(
        is_rolling | Q(matching_on__isnull=False, starts_on__isnull=False)
    ).exists()


def open_count(items: list[ChecklistItem]) -> int:
    return sum(not item.is_done for item in items)


def sections(user: User | AnonymousUser) -> list[Section]:
    """Return the checklists of the programs in which `user` has a committee role."""
    chaired = set(Program.objects.for_committee(user, Role.CHAIR).values_list("pk", flat=True))
    found = []
    for program in Program.objects.for_committee(user):
        items, is_chair = checklist(program), program.pk in chaired
        if not is_chair:  # who only reads: the fields behind the links would refuse them
            items = [item._replace(url="") for item in items]
        first = next((item for item in items if not item.is_done and item.url), None)
        found.append(
            Section(
                program=program,
                items=items,
                open_count=open_count(items),
                next_item=first,
                is_chair=is_chair,
            )
        )
    return found
