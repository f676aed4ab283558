"""Export and erasure of what people asked support for, and of being a contact."""

from __future__ import annotations

from django.utils import timezone

from accounts.column_rules import erased, impersonal, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from matches import retention
from matches.models import Match, MatchQuerySet
from workflow.models import Transition

from . import requesting
from .models import Referral, SentBy, SupportAnswer, SupportContact, SupportRequest
from .presenters import cards_of

OF_PROGRAM = impersonal("written by the committee about an organisation")


@retention.register
def erase_words_of_pairs(matches: MatchQuerySet) -> None:
    """Erase what was said about pairs that ended long ago."""
    rows = SupportRequest.system.filter(match__in=matches)
    SupportAnswer.system.filter(request__in=rows).update(text="")
    rows.update(text="")
    Referral.system.filter(match__in=matches).update(note="")


def export(user: User) -> dict[str, object]:
    """Return what `user` asked for with the answers, and where they are a contact."""
    requests = list(SupportRequest.objects.of(user).select_related("topic", "program"))
    answers = SupportAnswer.objects.visible_to(user).filter(request__in=requests)
    found = list(answers.select_related("event__program", "item__program", "request"))
    contacts = SupportContact.objects.of(user).values(
        "program__name", "shows_email", "shows_phone", "agreed_at"
    )
    return {
        "asked": [
            {
                "topic": str(card.request.topic),
                "text": card.request.text,
                "state": card.request.state,
                "asked_at": card.request.asked_at,
                "answers": [
                    {
                        "answered_at": one.at,
                        "text": one.text,
                        "event": str(one.event or ""),
                        "item": str(one.item or ""),
                    }
                    for one in card.answers
                ],
            }
            for card in cards_of(requests, found, timezone.now())
        ],
        "contact_for": list(contacts),
        "referred_to": [
            {
                "organisation": row.organisation.name,
                "on": row.made_at,
                "note": row.note,
                "outcome": row.get_outcome_display(),
            }
            for row in Referral.objects.of(user).select_related("organisation")
        ],
        "sent_by": list(
            SentBy.objects.filter(application__person=user).values_list(
                "organisation__name", flat=True
            )
        ),
    }


def erase(user: User) -> None:
    """Take back what goes on, and empty the words; that someone asked stays, as a count."""
    at, State = timezone.now(), SupportRequest.State
    rows = SupportRequest.system.filter(person=user.pk)
    for row in rows.going_on():
        requesting.end(row, State.WITHDRAWN, by=None, at=at)
    SupportAnswer.system.filter(request__in=rows).update(text="", contact=None)
    rows.update(text="")
    Transition.system.about_any(rows).update(why="")
    SupportContact.objects.of(user).delete()
    Referral.system.filter(person=user.pk).update(note="")
    mentions, of_pairs = Mentions.of(user), {"match__in": Match.objects.of(user)}
    theirs = SupportRequest.system.filter(**of_pairs)
    mentions.replace_in(theirs, "text")
    mentions.replace_in(SupportAnswer.system.filter(request__in=theirs), "text")
    mentions.replace_in(Referral.system.filter(**of_pairs), "note")


COLUMNS = rules(
    "support",
    {
        "SupportRequest": {"public_id": impersonal("a random id"), "text": erased()},
        "SupportAnswer": {"text": erased()},
        "PartnerOrganisation": {"name offers link contact": OF_PROGRAM},
        "Referral": {"note": erased()},
    },
)

register("support", export=export, erase=erase, columns=COLUMNS)
