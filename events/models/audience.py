"""The events of a person: the rule of `events.audience`, seen from whom they are for."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Application
from matches.models import Match
from programs.models import Membership

State = Application.State
EVERYONE_STATES = (State.SUBMITTED, State.WAITLISTED, State.ACCEPTED)


class Audience(models.TextChoices):
    """Whom an event is for, before roles and cohorts narrow it."""

    ACCEPTED = "accepted", _("people who were accepted")
    PAIRS = "pairs", _("people in a pair")
    EVERYONE = "everyone", _("everyone who has applied, and the committee")


def with_pairs(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Add to applications `has_pair`, one that goes on, and `had_pair`, one that has ended."""
    of_row = Q(mentee=OuterRef("pk")) | Q(mentor=OuterRef("pk"))
    return rows.annotate(
        has_pair=Exists(Match.objects.open().filter(of_row)),
        had_pair=Exists(Match.objects.ended().filter(of_row)),
    )


def events_for(user: User | AnonymousUser) -> Q:
    """Match events, published or not, that are for `user`; see `events.audience.people_of`."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    chosen = (
        apps.get_app_config("events")
        .get_model("Event_cohorts")
        ._base_manager.filter(event=OuterRef("pk"))
    )
    is_for_all_cohorts = Q(~Exists(chosen))
    live = Membership.objects.live().filter(user=user.pk).values_list("program", flat=True)
    found = Q(program__in=list(live), audience=Audience.EVERYONE, role="") & is_for_all_cohorts
    mine = with_pairs(Application.objects.filter(person=user.pk, state__in=EVERYONE_STATES))
    columns = ("role", "state", "cohort", "cohort__program", "has_pair", "had_pair")
    for role, state, cohort, program, has_pair, had_pair in mine.values_list(*columns):
        reached = {Audience.EVERYONE}
        if state == State.ACCEPTED:
            reached |= {Audience.ACCEPTED, *([Audience.PAIRS] if has_pair or had_pair else [])}
        rule = Q(program=program, role__in=["", role], audience__in=reached)
        rule &= is_for_all_cohorts | Q(Exists(chosen.filter(cohort=cohort)))
        found |= rule if has_pair or not had_pair else rule & Q(includes_ended=True)
    return found
