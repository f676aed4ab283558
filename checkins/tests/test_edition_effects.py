"""What the page says that publishing an edition means."""

from __future__ import annotations

import pytest
from django.utils import timezone

from checkins.edition_effects import effects_of, rule_of
from checkins.models import AFTER_THE_END, WITHOUT_PAIR, Kind
from testkit import checkins as make

pytestmark = pytest.mark.django_db
SETTINGS = {
    "baseline": "baseline_days",
    "midterm": "midterm_months",
    "closing": "closing_survey_days",
    "exit": "exit_survey_days",
    "later": "later_survey_months",
    "unmatched": "unmatched_survey_days",
}


def effects(program, chair, kind):
    return effects_of(make.draft(program, chair, kind), program, timezone.now())


@pytest.mark.parametrize("kind", Kind)
def test_open_pairs_are_counted_unless_it_is_asked_after_the_end(kind, program, cleo, match):
    who = effects(program, cleo, kind).who[0]
    others = {*AFTER_THE_END, *WITHOUT_PAIR, Kind.BASELINE}  # the last one is asked of applicants
    assert ("1 pair today" in who) == (kind not in others)


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize(("count", "words"), [(1, ("1 day ", "1 month ")), (2, ("days", "months"))])
def test_the_rule_reads_its_setting(kind, count, words, program):
    setattr(program.policy, SETTINGS[kind], count)
    rule = rule_of(kind, program.policy)
    assert str(count) in rule
    assert any(word in rule for word in words)


@pytest.mark.parametrize(("channel", "is_hidden"), [("care", True), ("partner", False)])
def test_the_partner_sees_nothing_unless_a_question_is_theirs(channel, is_hidden, program, cleo):
    draft = make.draft(program, cleo)
    draft.questions.filter(code="comment").update(channel=channel)
    found = effects_of(draft, program, timezone.now())
    assert found.is_hidden_from_partners is is_hidden
