"""Who has left e-mails unanswered: after several in a row the carer tries another way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q

from accounts.models import User
from agreements.models import AgreementVersion, Signature
from matches.models import Match, not_paused
from notifications import kinds
from notifications.models import Notification
from notifications.models.outbox import NotificationQuerySet
from notifications.reconcilers import reconciler
from programs.models import Policy
from workflow.models import Transition

from .concerns import raise_once
from .models import CheckIn, Concern

Cause = Concern.Cause
# E-mails that were sent longer ago say nothing about whether a person answers today.
UNANSWERED_WINDOW = timedelta(days=60)
SENT_LATELY = timedelta(days=2)  # nothing is sent while this does not run


@reconciler
def raise_about_unanswered_emails(at: datetime) -> None:
    """Raise a concern for everyone who left several e-mails in a row unanswered.

    How many is the program's `unanswered_messages`. The carer then tries another way; there is one
    concern until it is resolved or the person does something.
    """
    people = _with_unanswered_emails(at)
    if not people:
        return
    counts = unanswered_emails(people, at)
    either = Q(mentee__person__in=people) | Q(mentor__person__in=people)
    matches = Match.objects.open().filter(not_paused(at), either).with_people()
    for match in matches.select_related("mentee__cohort__program__policy"):
        for person in match.people:
            if counts.get(person.pk, 0) >= match.program.policy.unanswered_messages:
                raise_once(match, person, Cause.NO_REPLY, at, urgency=Concern.Urgency.WHENEVER)


def _with_unanswered_emails(at: datetime) -> list[User]:
    """Return who was sent as many e-mails as some program allows to stay unanswered, or more.

    Without those about whom a concern is unresolved: there is at most one.
    """
    fewest = Policy.objects.aggregate(fewest=Min("unanswered_messages"))["fewest"]
    if fewest is None:
        return []
    sent = _needing_answer(at).order_by().values("recipient").annotate(emails=Count("pk"))
    known = Concern.system.unresolved().filter(cause=Cause.NO_REPLY).values("person")
    # The number of someone's unanswered e-mails grows only when one is sent.
    lately = _needing_answer(at).filter(sent_at__gte=at - SENT_LATELY).values("recipient")
    many = sent.filter(recipient__in=lately, emails__gte=fewest).values("recipient")
    return list(User.objects.filter(pk__in=many).exclude(pk__in=known))


def _needing_answer(at: datetime) -> NotificationQuerySet:
    """Return the e-mails of the last weeks that a person should answer."""
    return Notification.system.filter(
        state=Notification.State.SENT,
        kind__in=kinds.needing_answer(),
        sent_at__gte=at - UNANSWERED_WINDOW,
        sent_at__lte=at,
    )


def unanswered_emails(people: Collection[User], at: datetime) -> dict[int, int]:
    """Count, by person id, e-mails that needed an answer and were sent after the last activity."""
    sent = _needing_answer(at).filter(recipient__in=people)
    active = last_activity(people)
    counts: Counter[int] = Counter()
    for recipient, sent_at in sent.values_list("recipient", "sent_at"):
        if sent_at and (recipient not in active or sent_at > active[recipient]):
            counts[recipient] += 1
    return dict(counts)


def last_activity(people: Collection[User]) -> dict[int, datetime]:
    """Return by person id when each last answered, wrote, signed or moved something.

    A concern about the person counts too: counting starts again once the carer knows.
    """
    sources = (
        Transition.system.filter(by__in=people).values_list("by").annotate(last=Max("at")),
        Signature.objects.filter(person__in=people)
        .values_list("person")
        .annotate(last=Max("signed_at")),
        AgreementVersion.objects.filter(changed_by__in=people)
        .values_list("changed_by")
        .annotate(last=Max("changed_at")),
        CheckIn.objects.filter(person__in=people, answered_at__isnull=False)
        .values_list("person")
        .annotate(last=Max("answered_at")),
        Concern.system.filter(person__in=people)
        .values_list("person")
        .annotate(last=Max("raised_at")),
    )
    found: dict[int, datetime] = {}
    for person, last in (row for rows in sources for row in rows.order_by()):
        found[person] = max(last, found.get(person, last))
    return found
