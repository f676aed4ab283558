"""Partner organisations of the community program: who was sent by one, and sent to another."""

from __future__ import annotations

from applications.models import Application
from support import referring
from support.models import PartnerOrganisation, Referral

from .setup import DemoCohort


def work_with_partners(demo: DemoCohort, *, day: float) -> None:
    """Add two partners; one has sent two applicants, the other helps one of them now."""
    calendar = demo.calendar
    sender, helper = (
        PartnerOrganisation.objects.create(program=demo.program, position=place, **words)
        for place, words in enumerate(demo.texts["partners"])
    )
    sent = Application.objects.filter(cohort=demo.cohort).exclude(
        state__in=[Application.State.DRAFT, Application.State.WITHDRAWN]
    )
    rows = list(sent.mentees().select_related("person", "cohort__program").order_by("pk")[:2])
    for row in rows:
        at = max(calendar.at(day), row.submitted_at or calendar.now)
        referring.say_who_sent(row, sender, by=row.person, at=at)
    referral = referring.refer(
        rows[0],
        helper,
        by=demo.chair,
        consented_on=calendar.on(day),
        follow_up_on=calendar.on(day + 14),
        note=demo.texts["texts"]["referral"],
        at=calendar.at(day, hour=17),
    )
    if calendar.is_past(day + 2):
        referring.record_outcome(
            referral, Referral.Outcome.WAITING, by=demo.chair, at=calendar.at(day + 2)
        )
