"""Signed links of e-mails that arrive before the end of a pair, opened and pressed after it.

They answer in words, ask nothing, and change nothing of the pair. Only help can still be asked for.
"""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from checkins.models import CheckIn
from checkins.seeds import seed_surveys
from learning.models import Touch, TouchText
from learning.touch_planning import save_words
from matches import endings, pauses
from matches.models import Match, Pause
from meetings.models import Meeting
from notifications.links import PURPOSES, token_for
from notifications.reconcilers import run_reconcilers
from testkit import factories

from .crawl import changed_by
from .pair_states import Pair, wish
from .test_get_changes_nothing import buttons

pytestmark = pytest.mark.django_db
STAYS = "help"
# Before there is a pair; one's own e-mails; events and support, which are not only for pairs.
NOT_OF_PAIRS = {
    "applications.InterviewAppointment", "matching.Offer", "accounts.User", "events.Event",
    "support.SupportRequest",
}  # fmt: skip


def touch_of(pair):
    text, _new = TouchText.objects.get_or_create(program=pair.match.program, role="mentee", month=1)
    words = {"titles": {"en": "Lead"}, "texts": {"en": "It helps."}, "tries": {"en": "Write."}}
    version = save_words(text, **words, by=None, at=timezone.now())
    facts = {"version": version, "due_at": timezone.now()}
    return Touch.objects.get_or_create(
        match=pair.match, person=pair.mentee, month=1, defaults=facts
    )[0]


def subjects(pair):
    """What links of this pair can be about, by model."""
    return {
        "matches.Match": Match.objects.get(pk=pair.match.pk),
        "meetings.Meeting": Meeting.objects.get(match=pair.match),
        "learning.Touch": touch_of(pair),
        "matches.Pause": Pause.objects.get(match=pair.match),
        "checkins.CheckIn": CheckIn.objects.open().filter(match=pair.match, person=pair.mentee)[0],
    }


@pytest.fixture
def pair(cohort, program, without_zeal):
    logging.disable(logging.CRITICAL)
    seed_surveys()
    carer = factories.member("Eve Lund", program=program, role="carer")
    found = Pair.introduce(cohort, carer, "x", began=60)
    found.signed(50)
    found.was_agreed()
    run_reconcilers(timezone.now())
    pauses.pause(found.match, wish(found, 20), by=found.mentee)
    yield found
    logging.disable(logging.NOTSET)


def address(purpose, pair):
    subject = subjects(pair)[PURPOSES[purpose].model]
    until = timezone.now() + timedelta(days=3)
    token = token_for(purpose, person=pair.mentee, subject=subject, until=until)
    return reverse("notifications:go", args=[purpose, token])


def of_pairs():
    return [
        name
        for name, known in sorted(PURPOSES.items())
        if not known.is_for_guests and known.model not in NOT_OF_PAIRS
    ]


@pytest.mark.parametrize("purpose", [name for name in of_pairs() if name != STAYS])
def test_a_link_changes_nothing_after_the_end(purpose, pair):
    url = address(purpose, pair)
    pressed = [{}, *buttons(Client().get(url).content.decode())]
    endings.end(pair.match, by=pair.mentor, kind="choice")
    page = Client().get(url)
    assert page.status_code in {200, 404}
    assert buttons(page.content.decode()) == []
    for sent in pressed:
        assert changed_by(lambda sent=sent: Client().post(url, sent)) == set(), sent


def test_help_can_be_asked_for_after_the_end(pair):
    url = address(STAYS, pair)
    endings.end(pair.match, by=pair.mentor, kind="choice")
    (sent,) = buttons(Client().get(url).content.decode())
    concerns = apps.get_model("checkins.Concern").system
    before = concerns.count()
    words = {"text": "Please call me.", "urgency": "soon", "partner_may_know": "no"}
    assert Client().post(url, sent | words).status_code == 200
    assert concerns.count() == before + 1
