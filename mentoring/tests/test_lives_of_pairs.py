"""Pairs live through 14 months with random verbs, and what must hold holds all the time.

`make explore` lives 500 pairs with new chance, 100 in a database so that they can run side by side;
here it is a few, always the same.
"""

import logging
import os
from collections import Counter
from datetime import timedelta
from random import SystemRandom

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command

from checkins.seeds import seed_surveys
from dashboard.invariants import INVARIANTS, broken_invariants
from matches.models import Closure, FollowUp, Match
from notifications.models import MergedItem, Notification
from notifications.models.merged_items import is_merged
from notifications.several_at_once import SEVERAL
from notifications.testing import deliver_due_emails
from testkit import factories
from workflow.models import Transition

from .lives import ENDINGS, LATE, OTHERS, START, STAYING, Lives

log = logging.getLogger(__name__)
PAIRS, AT_MOST = int(os.environ.get("LIVES_PAIRS", "16")), 100
# How many pairs live in each database.
GROUPS = [min(AT_MOST, PAIRS - begun) for begun in range(0, PAIRS, AT_MOST)]
# "new", or the number that a failure named.
CHOSEN = os.environ.get("LIVES_SEED", "2")
SEED = SystemRandom().getrandbits(32) if CHOSEN == "new" else int(CHOSEN)
STEP, DAYS = timedelta(days=4), 425
# In seconds; a pair takes about 9 s of processor time, most of it for its 70 e-mails.
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600 + 40 * AT_MOST)]


@pytest.mark.parametrize("group", range(len(GROUPS)))
def test_what_must_hold_holds_through_14_months(group):
    seed_surveys()
    seed = SEED + group
    log.info("LIVES_SEED=%s LIVES_PAIRS=%s lives this group again", seed, GROUPS[group])
    with time_machine.travel(START, tick=False) as clock:
        lives = Lives.begin(GROUPS[group], seed=seed, at=START)
        at = START
        while at < START + timedelta(days=DAYS):
            clock.move_to(at)
            lives.live(at, chance=0.6)
            known = {match.pk for match in Match.objects.all()}
            deliver_due_emails(at, delivery_rules=True)
            assert {match.pk for match in Match.objects.all()} == known, "no sweep makes a pair"
            if (at - START).days % 28 == 0:
                found = broken_invariants(at)
                assert found == {}, explain(found, f"seed {seed}, day {(at - START).days}")
            at += STEP
        found = broken_invariants(at)
        assert found == {}, explain(found, f"seed {seed}, the end")
        check_emails()
        check_second_pairs()
    check_that_it_was_a_life(lives)


def explain(found, when):
    """Return the history of each row that breaks something."""
    lines = [when]
    for sentence, rows in found.items():
        lines.append(sentence)
        for row in rows:
            about, number = row.split()
            history = Transition.system.filter(about_type=about, about_id=number).order_by(
                "at", "pk"
            )
            steps = [f"{one.at:%F %H:%M} {one.from_state} > {one.to_state}" for one in history]
            lines.append(f"  {row}: {'; '.join(steps)}")
            model = apps.get_model(about)
            match_id = getattr(model._base_manager.get(pk=number), "match_id", None)
            of_pair = Transition.system.filter(about_type="matches.match", about_id=match_id)
            steps = [f"{one.at:%F %H:%M} {one.from_state} > {one.to_state}" for one in of_pair]
            lines.append(f"    its pair: {'; '.join(steps)}")
    return "\n".join(lines)


def check_emails():
    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(ids) == len(set(ids)), "each e-mail once"
    sent = Notification.system.filter(state="sent")
    alone = sent.filter(~is_merged())  # the others were told in one e-mail
    assert alone.count() == len(ids)
    texts = sent.exclude(kind=SEVERAL)  # which lists others, and comes again with other ones
    about = Counter(texts.values_list("kind", "recipient", "about_type", "about_id", "ordinal"))
    assert [text for text, times in about.items() if times > 1] == [], "each text once"
    told = MergedItem.system.filter(told_at__isnull=False)
    empty = sent.filter(kind=SEVERAL).exclude(pk__in=told.values("into"))
    assert list(empty) == [], "an e-mail of several things tells some"


def check_second_pairs():
    """Whoever has a second pair after an ended one has asked for it."""
    for match in Match.objects.select_related("mentee", "mentor").order_by("introduced_at"):
        earlier = Match.objects.filter(
            mentee=match.mentee, state="closed", closed_at__lt=match.introduced_at
        )
        if earlier.ended().exists():
            asked = FollowUp.objects.filter(person=match.mentee.person, answered_at__isnull=False)
            assert asked.exists()


def check_that_it_was_a_life(lives):
    """Every verb succeeded at least once, and the pairs are in every state."""
    names = {verb.__name__ for verb in (*STAYING, *ENDINGS, *LATE, *OTHERS)}
    assert names - set(lives.done) == set(), "verbs that never succeeded"
    assert set(Match.State.values) <= states_reached(), "states that no pair reached"
    kinds = set(Closure.objects.values_list("kind", flat=True))
    assert {"completed", "early", "choice", "circumstance"} <= kinds


def states_reached():
    about_matches = Transition.system.filter(about_type="matches.match")
    return {"introduced", *about_matches.values_list("to_state", flat=True)}


def test_the_command_names_what_does_not_hold(ada, ben, cohort, capsys):
    match = factories.match(ben, ada, cohort)
    call_command("check_invariants")
    assert f"All {len(INVARIANTS)} hold." in capsys.readouterr().out
    Match.objects.filter(pk=match.pk).update(state="active", ends_on="2020-01-01")
    with pytest.raises(CommandError, match="do not hold"):
        call_command("check_invariants")
    text = capsys.readouterr().err
    assert f"matches.match {match.pk}" in text
    assert match.mentee.person.name not in text


def test_there_are_enough_of_them():
    assert len(INVARIANTS) >= 15
    assert len({one.sentence for one in INVARIANTS}) == len(INVARIANTS)
