"""Nobody is quoted in what the committee publishes: neither an answer nor a suggestion."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.exceptions import ActionNotAllowed
from checkins import adjustments, suggestions
from checkins.models import Adjustment
from programs.models import Conflict
from testkit import checkins as make
from testkit import factories

from .adjustments_made import ADD, SHOWN, url

pytestmark = pytest.mark.django_db
SAID = "The evenings don’t work for me at all."
QUOTE = "Someone said: the EVENINGS don't work for me."
PARAPHRASE = "For many, evenings do not work."


@pytest.fixture
def answer(cared, ben):
    return make.answered(cared, ben, comment=f"Honestly, {SAID}")


@pytest.fixture
def suggestion(cared, ben, program):
    values = {"text": SAID, "may_be_named": False, "nonce": "n"}
    return suggestions.suggest(person=ben, program=program, **values)[0]


@pytest.fixture(params=["answer", "suggestion"])
def source(request):
    """What someone wrote: where it says so, and the row."""
    request.getfixturevalue(request.param)
    return request.param


def unsaved(program, **columns):
    day = {"since_on": "2026-05-03"}
    return Adjustment(program=program, changed={"en": SHOWN}, **day, **columns)


def test_it_is_not_published(source, draft, cleo):
    row = draft(heard={"en": QUOTE})
    with pytest.raises(ActionNotAllowed, match=f"{source}: “the evenings don't work for”"):
        adjustments.publish(row, by=cleo)
    adjustments.publish(draft(heard={"en": PARAPHRASE}), by=cleo)


def test_it_is_not_stored(source, draft, cleo, program):
    with pytest.raises(ActionNotAllowed, match="the evenings don't work for"):
        adjustments.add(unsaved(program, heard={"en": QUOTE}), by=cleo)
    row = draft()
    row.changed = {"en": SHOWN, "fr": QUOTE}
    with pytest.raises(ActionNotAllowed, match="the evenings don't work for"):
        adjustments.change(row, ["changed"], by=cleo)
    assert Adjustment.objects.get().changed == {"en": SHOWN}
    adjustments.add(unsaved(program, heard={"en": PARAPHRASE}), by=cleo)


def test_the_form_says_so_beside_the_text_and_keeps_it(source, cleo, as_user, adjustment_entries):
    sent = as_user(cleo).post(ADD, {**adjustment_entries, "changed_fr": QUOTE})
    form = sent.context["adminform"].form
    assert set(form.errors) == {"changed_fr"}
    assert f"someone's {source}" in form.errors["changed_fr"][0]
    assert form["changed_fr"].value() == QUOTE
    assert not Adjustment.objects.exists()


def test_the_form_of_a_draft_says_so_too(source, cleo, as_user, adjustment_entries, draft):
    row = draft()
    sent = as_user(cleo).post(url("change", row), {**adjustment_entries, "heard_en": QUOTE})
    assert set(sent.context["adminform"].form.errors) == {"heard_en"}
    assert Adjustment.objects.get().heard == row.heard


def test_what_only_the_writer_can_read_is_compared_when_it_is_stored(
    source, draft, cleo, ben, program
):
    """The chair who publishes it has a conflict of interest, and could not know."""
    Conflict.objects.create(member=cleo, person=ben, kind="declared")
    writer = factories.member(program=program, role="chair")
    with pytest.raises(ActionNotAllowed, match="the evenings don't work for"):
        adjustments.add(unsaved(program, heard={"en": QUOTE}), by=writer)


def test_what_one_can_not_read_is_not_compared(source, draft, cleo, ben, program):
    """Or guesses would be answered."""
    Conflict.objects.create(member=cleo, person=ben, kind="declared")
    row = unsaved(program, heard={"en": QUOTE})
    adjustments.add(row, by=cleo)
    adjustments.publish(row, by=cleo)
    assert Adjustment.objects.get().recorded_by == cleo


def test_erased_words_are_no_quote(suggestion, draft, cleo, program):
    suggestions.erase_words(type(suggestion).system.filter(pk=suggestion.pk), suggestion.sent_at)
    adjustments.publish(draft(heard={"en": QUOTE}), by=cleo)


def test_only_a_chair_stores_one(program):
    for role in ("reader", "carer"):
        with pytest.raises(ActionNotAllowed, match="permission"):
            adjustments.add(unsaved(program), by=factories.member(program=program, role=role))
    assert not Adjustment.objects.exists()


def test_it_costs_the_same_for_more_words(source, cared, ben, draft, cleo, program):
    row, costs = draft(heard={"en": PARAPHRASE}), []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert adjustments.quotes_of(row, by=cleo) == {}
        costs.append(len(queries))
        values = {"text": f"Other words {number}", "may_be_named": False, "nonce": str(number)}
        suggestions.suggest(person=ben, program=program, **values)
    assert costs[0] == costs[1]
