"""The e-mails that the two of a pair got about it, as far as a member may see them."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Q

from accounts.models import User
from matches.models import Match
from notifications.models import Notification
from notifications.models.outbox import NotificationQuerySet

# {model that e-mails are about: the way from it to the pair}
WAYS_TO_PAIR = {
    "agreements.AgreementVersion": "agreement__match",
    "agreements.GoalReview": "match",
    "agreements.PaperRecord": "version__agreement__match",
    "checkins.CheckIn": "match",
    "checkins.Concern": "match",
    "checkins.MediationStep": "concern__match",
    "learning.Touch": "match",
    "matches.Closure": "match",
    "matches.FollowUp": "closure__match",
    "matches.Match": "pk",
    "matches.Pause": "match",
    "matching.PairRequest": "match",
    "meetings.Meeting": "match",
    "support.SupportAnswer": "request__match",
    "support.SupportRequest": "match",
}


def emails_of(match: Match, member: User) -> NotificationQuerySet:
    """Return the e-mails about the pair that were sent to one of the two and `member` may see.

    The rule of what an e-mail is about decides, asked for the rows of this pair only.
    """
    about = Q(pk__in=[])
    for label, path in WAYS_TO_PAIR.items():
        rows = apps.get_model(label)._default_manager.all().for_committee(member)
        mine = rows.filter(**{path: match.pk}).order_by().values("pk")
        about |= Q(about_type=label.lower(), about_id__in=mine)
    sent = Notification.objects.filter(
        recipient__in=match.people, state=Notification.State.SENT
    ).filter(about)
    return sent.scoped("about a pair, as what they are about")
