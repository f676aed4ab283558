"""Sending someone to a partner organisation, what came of it, and who sent an applicant."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from applications.models.applications import ApplicationQuerySet
from matches.models import Match
from programs.committee import Role
from programs.models import Membership

from .models import PartnerOrganisation, Referral, SentBy
from .models.partners import PartnerOrganisationQuerySet

NOT_IN_CARE = gettext_lazy("Only a chair or the carer of the pair can refer this person.")


def people_in_care(member: User) -> ApplicationQuerySet:
    """Return the applications of people whom `member` may refer: in their pairs, or as a chair."""
    matches = Match.objects.in_care_of(member)
    chaired = Membership.objects.program_ids(member, Role.CHAIR)
    allowed = (
        Q(cohort__program__in=chaired)
        | Q(pk__in=matches.values("mentee"))
        | Q(pk__in=matches.values("mentor"))
    )
    known = Application.objects.for_committee(member).filter(allowed)
    return known.exclude(state=Application.State.WITHDRAWN)


@transaction.atomic
def refer(
    application: Application,
    organisation: PartnerOrganisation,
    *,
    by: User,
    consented_on: date,
    follow_up_on: date,
    note: str = "",
    at: datetime | None = None,
) -> Referral:
    """Send someone to an organisation of the program.

    Raises ActionNotAllowed for others than a chair or the carer, for an organisation of another
    program or one that is retired, for consent of a later day, and while one is open already.
    """
    now = at or timezone.now()
    if not people_in_care(by).filter(pk=application.pk).exists():
        raise ActionNotAllowed(NOT_IN_CARE)
    list(Application.objects.select_for_update(no_key=True).filter(pk=application.pk))
    offered = PartnerOrganisation.objects.current().filter(program=application.cohort.program)
    if not offered.filter(pk=organisation.pk).exists():
        raise ActionNotAllowed(_("Choose a partner organisation of the program."))
    if consented_on > timezone.localdate(now):
        raise ActionNotAllowed(_("Enter the day on which the person agreed: today or before."))
    open_ones = Referral.system.filter(organisation=organisation, outcome="")
    if open_ones.filter(person=application.person_id).exists():
        raise ActionNotAllowed(_("This person was referred there already. Record the outcome."))
    return Referral.objects.create(
        organisation=organisation,
        application=application,
        match=_pair_of(application),
        person_id=application.person_id,
        by=by,
        consented_on=consented_on,
        follow_up_on=follow_up_on,
        note=note,
        made_at=now,
    )


def _pair_of(application: Application) -> Match | None:
    """Return the pair of an application, the open one first, else the newest."""
    pairs = Match.objects.filter(Q(mentee=application) | Q(mentor=application))
    return pairs.open().first() or pairs.order_by("-introduced_at", "-pk").first()


@transaction.atomic
def record_outcome(
    referral: Referral, outcome: str, *, by: User, at: datetime | None = None
) -> None:
    """Say what came of a referral; it can be corrected.

    Raises ActionNotAllowed for members who may not read it, and for an unknown outcome.
    """
    rows = Referral.objects.for_committee(by).select_for_update(no_key=True, of=("self",))
    found = rows.filter(pk=referral.pk).first()
    if found is None:
        raise ActionNotAllowed(NOT_IN_CARE)
    if outcome not in Referral.Outcome.values:
        raise ActionNotAllowed(_("Choose one of the outcomes."))
    found.outcome, found.outcome_at = outcome, at or timezone.now()
    found.save(update_fields=["outcome", "outcome_at"])


def senders_for(application: Application) -> PartnerOrganisationQuerySet:
    """Return the organisations of the program that send people."""
    rows = PartnerOrganisation.objects.current()
    return rows.filter(program=application.cohort.program, sends_people=True)


@transaction.atomic
def say_who_sent(
    application: Application,
    organisation: PartnerOrganisation | None,
    *,
    by: User,
    at: datetime | None = None,
) -> None:
    """Note which organisation sent an applicant; None takes it back.

    Raises ActionNotAllowed for others than the person and members who may see the application, and
    for an organisation that is not offered.
    """
    is_own = application.person_id == by.pk
    if not is_own and not Application.objects.for_committee(by).filter(pk=application.pk).exists():
        raise ActionNotAllowed(_("Only the person or their committee can say this."))
    if organisation is None:
        SentBy.objects.filter(application=application).delete()
        return
    if not senders_for(application).filter(pk=organisation.pk).exists():
        raise ActionNotAllowed(_("Choose a partner organisation of the program."))
    said = {
        "organisation": organisation,
        "by": None if is_own else by,
        "said_at": at or timezone.now(),
    }
    SentBy.objects.update_or_create(application=application, defaults=said)
