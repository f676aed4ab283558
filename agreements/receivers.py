"""The end of a pair cancels e-mails that ask for its agreement; the texts stay as they are."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from matches.ending_texts import MATCH_ENDED
from matches.models import Match
from matches.signals import match_ended
from notifications.outbox import cancel_about

from .models import AgreementVersion


@receiver(match_ended)
def cancel_emails(sender: type[Match], match: Match, at: datetime, **kwargs: object) -> None:
    for version in AgreementVersion.objects.of_match(match):
        cancel_about(version, why=MATCH_ENDED, at=at)
