"""What merging accounts does to requests for support, contacts and referrals."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.merge_rules import BY_STEP, MOVES, Accounts, Obstacle, acts, register

from .models import Referral, SupportAnswer, SupportContact, SupportRequest


def obstacles(accounts: Accounts) -> Iterator[Obstacle]:
    """One person has one open request with a topic."""
    open_ = SupportRequest.system.filter(state__in=SupportRequest.OPEN)
    twin = open_.filter(person=accounts.kept, topic=OuterRef("topic"))
    theirs = open_.filter(Exists(twin), person=accounts.other)
    for program in theirs.order_by("pk").values_list("program", flat=True)[:1]:
        yield Obstacle(
            _(
                "Both accounts have an open request for support with the same topic. Take one of"
                " them back first."
            ),
            program,
        )


def keep_one_of_each(accounts: Accounts) -> None:
    """Keep one contact of a program and one open referral to an organisation."""
    open_ = Referral.system.filter(outcome="")
    twin = open_.filter(person=accounts.kept, organisation=OuterRef("organisation"))
    doubled = open_.filter(Exists(twin), person=accounts.other)
    doubled.update(outcome=Referral.Outcome.UNKNOWN, outcome_at=accounts.at)
    mine = dict(SupportContact.objects.filter(person=accounts.kept).values_list("program", "pk"))
    for contact in SupportContact.objects.filter(person=accounts.other, program__in=mine):
        answers = SupportAnswer.system.filter(contact=contact)
        answers.update(contact=mine[contact.program_id])
        contact.delete()
    SupportContact.objects.filter(person=accounts.other).update(person=accounts.kept)


register(
    "support",
    {
        "Referral": {"person": MOVES, "by": acts("person")},
        "SentBy": {"by": acts("application__person")},
        "SupportAnswer": {"by": acts("request__person")},
        "SupportContact": {"person": BY_STEP},
        "SupportRequest": {"person": MOVES},
    },
    obstacles=obstacles,
    before=keep_one_of_each,
)
