"""What mentors and mentees would like to learn: asked for in a year, and said when they applied.

1. It counts people, not requests or applications, and only those whose words the reader may read.
2. A group that is smaller than the program's smallest group has no figure, so that the list can be
   shown to others: to who plans an event, or to the organisation behind the program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from applications.help_choices import TRAINING_NEEDS
from applications.models import Application, PrivateAnswers
from learning.models import SupportTopic
from programs.models import Membership, Program

from .models import SupportRequest

YEAR = timedelta(days=365)
Asked = tuple[int, str, str, int]  # the ids of a program and of a person, with a role and a subject


@dataclass(frozen=True)
class TrainingNeed:
    """How many people of a role named a subject; `count` is None for fewer than `smallest`."""

    subject: str
    program: Program
    role: str
    count: int | None
    smallest: int

    @property
    def is_of_mentors(self) -> bool:
        return self.role == Application.Role.MENTOR


def training_needs(member: User, *, at: datetime) -> list[TrainingNeed]:
    """Return what people asked support for in the year before `at`, in programs `member` chairs."""
    rows = SupportRequest.objects.for_committee(member).filter(
        program__in=_chaired(member), asked_at__gt=at - YEAR, asked_at__lte=at
    )
    asked = list(rows.order_by().values_list("program", "application__role", "topic", "person"))
    topics = SupportTopic.objects.filter(pk__in={topic for _program, _role, topic, _who in asked})
    names = {topic.pk: str(topic) for topic in topics}
    return _counted((program, role, names[topic], who) for program, role, topic, who in asked)


def wishes_of_mentors(member: User, *, at: datetime) -> list[TrainingNeed]:
    """Return what accepted mentors of cohorts that have not ended wish to learn, as they said."""
    today = timezone.localdate(at)
    rows = PrivateAnswers.objects.visible_to(member).filter(
        Q(application__cohort__ends_on=None) | Q(application__cohort__ends_on__gte=today),
        application__role=Application.Role.MENTOR,
        application__state=Application.State.ACCEPTED,
        application__cohort__program__in=_chaired(member),
    )
    said = rows.exclude(application__person=member).values_list(
        "application__cohort__program", "application__person", "training_needs"
    )
    names = {code: str(label) for code, label in TRAINING_NEEDS}
    return _counted(
        (program, Application.Role.MENTOR, names[code], person)
        for program, person, codes in said
        for code in codes
        if code in names
    )


def _chaired(member: User) -> Iterable[int]:
    return Membership.objects.program_ids(member, Membership.Role.CHAIR)


def _counted(asked: Iterable[Asked]) -> list[TrainingNeed]:
    """Count the people of each program, role and subject, the most named first."""
    people: dict[tuple[int, str, str], set[int]] = defaultdict(set)
    for program, role, subject, person in asked:
        people[program, role, subject].add(person)
    ids = {program for program, _role, _subject in people}
    programs = Program.objects.select_related("policy").in_bulk(ids)
    needs = [
        _need(programs[program], role, subject, len(found))
        for (program, role, subject), found in people.items()
    ]
    return sorted(needs, key=lambda need: (-(need.count or 0), need.subject, need.role))


def _need(program: Program, role: str, subject: str, people: int) -> TrainingNeed:
    smallest = program.policy.smallest_group
    return TrainingNeed(subject, program, role, people if people >= smallest else None, smallest)
