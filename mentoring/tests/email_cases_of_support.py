"""Cases of e-mails about support; see `email_scenarios`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from learning.models import SupportTopic
from support import offering, requesting
from support.models import SupportAnswer, SupportRequest

from .email_cases import Case, Scenario, pair


def answered() -> SupportRequest:
    match = pair()
    topic = SupportTopic.objects.create(
        program=match.program, code="goals", names={"en": "Goals", "fr": "Objectifs"}
    )
    person = match.mentee.person
    row = requesting.ask(person=person, application=match.mentee, match=match, topic=topic)
    assert match.carer
    offering.answer([row], offering.Offer(text="Come along"), by=match.carer)
    row.refresh_from_db()
    return row


def answer() -> Case:
    row = answered()
    return Case(SupportAnswer.system.get(request=row), row.person)


def to_be_asked() -> Case:
    row = answered()
    SupportRequest.system.filter(pk=row.pk).update(ask_at=timezone.now() - timedelta(hours=1))
    row.refresh_from_db()
    return Case(row, row.person)


def still_needed(case: Case) -> None:
    request = getattr(case.about, "request", case.about)
    request.refresh_from_db()
    requesting.ask_again(request, by=case.to)


SUPPORT: dict[str, Scenario] = {
    "support-answer": Scenario(answer, stop=still_needed, reason="support-taken-back"),
    "support-helped": Scenario(to_be_asked, stop=still_needed, reason="support-taken-back"),
}
