"""A check of SPF, DKIM and DMARC, and digests, for the scenarios of e-mails."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from applications.models import Application
from dashboard import mail_checks
from dashboard.models import MailCheck
from testkit import factories

from .email_cases import Case, Scenario

WRONG = {
    "check": "dmarc",
    "verdict": "wrong",
    "code": "dmarc-missing",
    "values": {"domain": "example.org"},
    "name": "_dmarc.example.org",
    "record": "v=DMARC1; p=none",
}


def worse_check() -> Case:
    """A chair, and a check that has found wrong what was in order before."""
    chair = factories.member("Cleo Marsh", program=factories.program())
    now = timezone.now()
    check = MailCheck.objects.create(
        asked_at=now, finished_at=now, findings=[WRONG], worse=["dmarc"]
    )
    return Case(check, chair)


def check_again(case: Case) -> None:
    """A newer check finds it in order."""
    later = timezone.now() + timedelta(minutes=1)
    good = {**WRONG, "verdict": "ok", "code": "dmarc-none"}
    MailCheck.objects.create(asked_at=later, finished_at=later, findings=[good])
    assert mail_checks.latest() != case.about


def something_to_read() -> Case:
    """A reader, in whose program an application waits."""
    cohort = factories.cohort()
    factories.application(factories.person("Ben Okoro"), cohort, state="submitted")
    reader = factories.member("Rosa Diaz", program=cohort.program, role="reader")
    return Case(reader, reader)


def withdraw_all(case: Case) -> None:
    Application.objects.update(state=Application.State.WITHDRAWN)


DIGEST = Scenario(something_to_read, stop=withdraw_all, reason="nothing-waits")


def draft_of_texts() -> Case:
    """A chair, and a draft of an e-mail's texts that they have written."""
    program = factories.program()
    chair = factories.member("Cleo Marsh", program=program)
    return Case(factories.email_text(program, number=None, by=chair), chair)


def discard_draft(case: Case) -> None:
    case.about.delete()


MAIL = {
    "mail-check-worse": Scenario(worse_check, stop=check_again, reason="mail-fine"),
    "reading-digest": DIGEST,
    "committee-week": DIGEST,
    "email-text-test": Scenario(draft_of_texts, stop=discard_draft, reason="record-deleted"),
}
