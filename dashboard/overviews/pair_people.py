"""Who the two of a pair are, how to reach them, and when the committee is next in touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from accounts.models import Profile, User
from accounts.timezones import zone_label
from applications.models import Application
from checkins.models import ContactPlan
from checkins.ways_to_reach import WaysToReach
from matches.models import Match
from matches.pair_page import facts_of
from notifications.bounces.addresses import stopped_people
from programs.committee_admin import language_label


@dataclass(frozen=True)
class NextContact:
    """When a member should be in touch with someone; see `ContactPlan`."""

    due_on: date
    reached_on: date | None
    tried_on: date | None
    is_late: bool
    is_due: bool

    @classmethod
    def of(cls, plan: ContactPlan, at: datetime) -> NextContact:
        return cls(
            due_on=plan.due_on,
            reached_on=plan.reached_on,
            tried_on=plan.tried_on,
            is_late=plan.is_late(at),
            is_due=plan.due_on <= timezone.localdate(at),
        )


@dataclass(frozen=True)
class PersonOfPair:
    """One of the two as a committee member sees them.

    `ways` (links with ready words about the mentoring), `contact` and `log_url` are for those who
    look after the pair, until it ends.
    """

    person: User
    role: str
    facts: list[str]
    phone: str
    call_hours: str
    language: str
    zone: str
    application_url: str
    bounced_since: datetime | None
    ways: WaysToReach | None
    contact: NextContact | None
    log_url: str  # where a contact is logged


def people_of(match: Match, member: User, at: datetime, *, in_care: bool) -> list[PersonOfPair]:
    """Return mentee and mentor. In seven queries, however much there is to say of them."""
    applications = [match.mentee, match.mentor]
    profiles = Prefetch("person__profile", Profile.objects.select_related("employer"))
    prefetch_related_objects(applications, profiles, "person__profile__languages")
    running = ContactPlan.objects.visible_to(member).running(at).filter(match=match)
    plans = {plan.person_id: plan for plan in running}
    bounced = stopped_people([row.person_id for row in applications])
    is_followed = in_care and match.state != Match.State.CLOSED
    found = []
    for row in applications:
        plan = plans.get(row.person_id)
        found.append(
            _person(
                row,
                bounced_since=bounced.get(row.person_id),
                ways=WaysToReach.of(match, row.person, member) if is_followed else None,
                contact=NextContact.of(plan, at) if plan else None,
                log_url=_log_url(match, plan) if is_followed else "",
            )
        )
    return found


def _log_url(match: Match, plan: ContactPlan | None) -> str:
    """Return where a contact is logged: without a plan, as in a pause, on the form for any."""
    if plan:
        return reverse("admin:checkins_contactplan_change", args=[plan.pk])
    return f"{reverse('admin:checkins_contactlog_add')}?match={match.pk}"


def _person(
    application: Application,
    *,
    bounced_since: datetime | None,
    ways: WaysToReach | None,
    contact: NextContact | None,
    log_url: str,
) -> PersonOfPair:
    person = application.person
    profile = getattr(person, "profile", None)
    phone = profile.phone if profile else ""
    return PersonOfPair(
        person=person,
        role=capfirst(str(application.get_role_display())),
        facts=facts_of(person),
        phone=phone,
        call_hours=profile.call_hours if profile and phone else "",
        language=language_label(person.language),
        zone=zone_label(person.time_zone),
        application_url=reverse("admin:applications_application_change", args=[application.pk]),
        bounced_since=bounced_since,
        ways=ways,
        contact=contact,
        log_url=log_url,
    )
