"""What the tests of requests before matches do: publish a round that asks, find what was asked."""

from __future__ import annotations

from matching.models import Offer, Round
from notifications.models import Notification
from testkit import rounds as make


def asks(cohort, who):
    cohort.program.policy.asked_before = who
    cohort.program.policy.save()


def publish(cohort, kim, cleo, who="mentor"):
    asks(cohort, who)
    round_ = make.approved_round(cohort, kim, cleo)
    matches = make.publish(
        Round.system.select_related("cohort__program__policy").get(pk=round_.pk), cleo
    )
    return matches


def offer_of(application, **fields):
    found = Offer.system.select_related(
        "mentee__person", "mentor__person", "round__cohort__program__policy"
    )
    return found.get(mentee=application, **fields)


def emails(kind):
    return [
        row.recipient.first_name for row in Notification.system.filter(kind=kind).order_by("pk")
    ]
