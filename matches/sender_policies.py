"""The program whose rules an e-mail about a pair is sent by."""

from __future__ import annotations

from notifications.models import Notification
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.sender_policy import sender_policy_for

from .models import Closure, FollowUp, Match, Pause, ThankYouNote

# Where the match of a row is that an e-mail of this app is about.
PATHS_TO_MATCH = {
    Match: "pk",
    Closure: "closures",
    FollowUp: "closures__follow_ups",
    Pause: "pauses",
}


@sender_policy_finder
def sender_policy_of_match(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about a match or its end, None for other e-mails."""
    paths = {model._meta.label_lower: path for model, path in PATHS_TO_MATCH.items()}
    if row.about_id is None:
        return None
    if row.about_type == ThankYouNote._meta.label_lower:  # nothing joins to a confidential table
        notes = ThankYouNote.system.filter(pk=row.about_id).values("match")
        matches = Match.objects.filter(pk__in=notes)
    elif row.about_type in paths:
        matches = Match.objects.filter(**{paths[row.about_type]: row.about_id})
    else:
        return None
    match = matches.select_related("mentee__cohort__program__policy").first()
    return sender_policy_for(match.program) if match else None
