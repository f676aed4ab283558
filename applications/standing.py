"""Membership in good standing: compared with a list that the committee uploads, then forgotten.

1. A program looks at it or not (`Policy.standing_rule`): shown to the committee, or needed before a
   match.
2. A chair uses a list of members. Each applicant who may still be matched gets a status (member,
   lapsed, or not found) and a day. The list itself is never stored. Whoever is not on it is not
   found, which is not the same as lapsed.
3. Where it is needed, a chair may let someone take part all the same, with a reason.
4. Before a round is published, a status is at most `RECENT` old.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.committee import Role, has_role
from programs.models import Policy, Program

from .member_lists import MemberList, Status
from .models import Application, Standing
from .models.applications import ApplicationQuerySet
from .review_steps import Kind, add_step

State = Application.State
RECORDERS = (Role.CHAIR,)
COMPARED = (State.SUBMITTED, State.ACCEPTED, State.WAITLISTED)
RECENT = timedelta(days=30)
Rule = Policy.StandingRule


@dataclass(frozen=True)
class Compared:
    """What using a list has done: how many have each status, and how many are hidden from you."""

    counts: Counter[str]
    hidden: int
    rows: int


def is_used(program: Program) -> bool:
    return program.policy.standing_rule != Rule.OFF


def is_required(program: Program) -> bool:
    return program.policy.standing_rule == Rule.REQUIRED


def programs_of(member: User) -> QuerySet[Program]:
    """Return the programs that look at membership and for which `member` may use a list."""
    chaired = Program.objects.for_committee(member, *RECORDERS)
    return chaired.exclude(policy__standing_rule=Rule.OFF)


def _compared(program: Program) -> ApplicationQuerySet:
    """Return the applications that may still lead to a match."""
    rows = Application.objects.filter(cohort__program=program, state__in=COMPARED)
    return rows.exclude(cohort__ends_on__lt=timezone.localdate())


@transaction.atomic
def use_list(
    program: Program, members: MemberList, *, by: User, at: datetime | None = None
) -> Compared:
    """Compare the applicants of a program with a list, and keep a status and the day of each.

    People whom `by` has a conflict of interest with are left out. The number of queries does not
    depend on the size of the list. Raises ActionNotAllowed unless `by` is a chair, and if the
    program does not look at membership.
    """
    if not has_role(by, program, *RECORDERS):
        raise ActionNotAllowed(_("You don't have permission to do this."))
    if not is_used(program):
        raise ActionNotAllowed(_("This program does not look at membership. Change its settings."))
    now = at or timezone.now()
    everyone = _compared(program)
    allowed = Application.objects.for_committee(by, *RECORDERS)
    mine = list(
        everyone.filter(pk__in=allowed.values("pk")).values_list(
            "pk", "person", "external_key", "person__email"
        )
    )
    addresses = _addresses({person for _pk, person, _key, _email in mine})
    found = {
        pk: members.status_of([key, email, *addresses[person]]) for pk, person, key, email in mine
    }
    Standing.system.bulk_create(
        [
            Standing(application_id=pk, status=status, checked_at=now, by=by)
            for pk, status in found.items()
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["application"],
        update_fields=["status", "checked_at", "by"],
    )
    return Compared(Counter(found.values()), everyone.count() - len(mine), members.rows)


def _addresses(people: Iterable[int]) -> dict[int, list[str]]:
    """Return the addresses that people have proven to be theirs."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = EmailAddress.objects.filter(user__in=list(people), verified=True)
    for person, address in rows.values_list("user", "email"):
        found[person].append(address)
    return found


@transaction.atomic
def waive(
    application: Application, *, by: User, reason: str, at: datetime | None = None
) -> Standing:
    """Let someone take part who is not known as a member; the same reason again changes nothing.

    Raises ActionNotAllowed unless `by` is a chair without a conflict of interest, without a reason,
    and for members.
    """
    _require_chair(application, by)
    if not reason.strip():
        raise ActionNotAllowed(_("Say why: the reason stays beside the decision."))
    row, _is_new = Standing.system.select_for_update(no_key=True).get_or_create(
        application=application, defaults={"by": by}
    )
    if row.status == Status.MEMBER:
        raise ActionNotAllowed(_("This person is a member, so nothing needs to be allowed."))
    if row.waiver_reason != reason or row.waived_at is None:
        row.waived_at, row.waived_by, row.waiver_reason = at or timezone.now(), by, reason
        row.save(update_fields=["waived_at", "waived_by", "waiver_reason"])
        add_step(application, Kind.WAIVED, by=by, at=at)
    return row


@transaction.atomic
def take_back_waiver(application: Application, *, by: User) -> None:
    """Let the list decide again.

    Raises ActionNotAllowed unless `by` is a chair without a conflict of interest, and if nothing
    was allowed.
    """
    _require_chair(application, by)
    waived = Standing.system.filter(application=application, waived_at__isnull=False)
    if not waived.update(waived_at=None, waived_by=None, waiver_reason=""):
        raise ActionNotAllowed(_("This was taken back in the meantime."))
    add_step(application, Kind.WAIVER_ENDED, by=by)


def _require_chair(application: Application, by: User) -> None:
    allowed = Application.objects.for_committee(by, *RECORDERS).filter(pk=application.pk)
    if not allowed.exists():
        raise ActionNotAllowed(_("You don't have permission to do this."))


def standing_of(application: Application) -> Standing | None:
    """Return what is known of an application whose program looks at membership."""
    if not is_used(application.program):
        return None
    return Standing.system.filter(application=application).first()


def words_for(standing: Standing | None) -> str:
    """Say what is known, as the person and the committee read it."""
    if standing is None or standing.checked_at is None:
        return _("Membership (not checked yet)")
    if standing.status == Status.LAPSED:
        return _("Membership (lapsed when it was last checked)")
    if standing.status == Status.UNKNOWN:
        return _("Membership (not found when it was last checked)")
    return _("Membership")


@dataclass(frozen=True)
class StandingOfPlan:
    """What is known of the people of a plan: how many have which status, how many are out of date.

    `unchecked` were never compared; `outdated` longer ago than `RECENT`, or never.
    """

    lapsed: int
    unknown: int
    unchecked: int
    outdated: int
    within_days: int = RECENT.days


def standing_in_plan(applications: Iterable[int], *, at: datetime) -> StandingOfPlan:
    """Return what is known of these applications, by their ids, as counts without names."""
    ids = set(applications)
    rows = Standing.system.filter(application__in=ids).values_list(
        "status", "checked_at", "waived_at"
    )
    checked = [(status, day, waived) for status, day, waived in rows if day is not None]
    recent = sum(waived is not None or day >= at - RECENT for _status, day, waived in checked)
    never = Standing.system.filter(application__in=ids, checked_at=None, waived_at__isnull=False)
    counts = Counter(status for status, _day, waived in checked if waived is None)
    return StandingOfPlan(
        lapsed=counts[Status.LAPSED],
        unknown=counts[Status.UNKNOWN],
        unchecked=len(ids) - len(checked),
        outdated=len(ids) - recent - never.count(),
    )


def refuse_if_outdated(applications: Iterable[int], *, at: datetime) -> None:
    """Raise ActionNotAllowed where the membership of someone was not checked lately."""
    if standing_in_plan(applications, at=at).outdated:
        text = _("Use a current list of members first: the last check is older than %(n)s days.")
        raise ActionNotAllowed(text % {"n": RECENT.days})


def export(user: User) -> list[dict[str, object]]:
    """Return what is known of someone's memberships, for their own copy."""
    rows = Standing.system.filter(Q(application__person=user), checked_at__isnull=False)
    return [
        {
            "program": row.application.program.name,
            "membership": row.get_status_display(),
            "checked_at": row.checked_at,
        }
        for row in rows.select_related("application__cohort__program").order_by("pk")
    ]
