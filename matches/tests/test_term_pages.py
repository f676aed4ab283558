"""Pages about the end of a term, and the e-mails that lead to them."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import AgreementVersion
from matches import endings, terms
from matches.emails import match_ends_soon, match_term_over
from matches.models import Match
from notifications.kinds import Cancel, Email
from testkit import agreements, factories


@pytest.fixture
def pair(ada, ben, cohort):
    """Ben and Ada, whose term ends in twenty days."""
    match = factories.match(ben, ada, cohort)
    agreements.signed(match)
    return ends_in(match, 20)


def ends_in(match, days):
    ends_on = timezone.localdate() + timedelta(days=days)
    Match.objects.filter(pk=match.pk).update(ends_on=ends_on, state=Match.State.CLOSING)
    match.refresh_from_db()
    return match


def url(name, match):
    return reverse(name, args=[match.public_id])


def text_of(response):
    return html.unescape(response.content.decode())


def test_the_page_leads_to_the_talk_a_longer_term_and_the_close(pair, as_user, ben):
    page = text_of(as_user(ben).get(url("matches:match-closing", pair)))
    for name in ("meetings:meeting-create", "agreements:agreement-renew", "matches:match-end"):
        assert url(name, pair) in page


def test_after_the_last_day_the_page_says_when_it_is_closed(pair, as_user, ben):
    ends_in(pair, -3)
    page = text_of(as_user(ben).get(url("matches:match-closing", pair)))
    assert "Your time together ended on" in page
    assert url("meetings:meeting-create", pair) not in page
    step = as_user(ben).get(reverse("dashboard:home")).context["step"]
    assert (step.title, step.url) == (
        "Close your time together",
        url("matches:match-closing", pair),
    )


def test_a_closed_pair_has_no_such_page(pair, as_user, ben):
    endings.end(pair, by=ben, kind="completed")
    page = as_user(ben).get(url("matches:match-closing", pair))
    assert page["Location"] == url("matches:match-detail", pair)
    page = as_user(ben).get(url("agreements:agreement-renew", pair))
    assert page["Location"] == url("matches:match-detail", pair)


def test_going_on_leads_to_the_signature(pair, as_user, ada, ben, without_zeal):
    page = url("agreements:agreement-renew", pair)
    assert "12 months, until" in text_of(as_user(ben).get(page))
    response = as_user(ben).post(page, {"months": "6"})
    assert response["Location"] == url("agreements:agreement-sign", pair)
    version = AgreementVersion.objects.of_match(pair).editable().get()
    assert (version.term_months, version.state) == (18, "shared")
    assert "18" in text_of(as_user(ada).get(response["Location"]))
    assert "This field is required." in text_of(as_user(ben).post(page, {}))


def test_the_pairs_pages_are_read_only_once_it_is_over(pair, as_user, ben):
    endings.end(pair, by=ben, kind="completed")
    agreement = text_of(as_user(ben).get(url("agreements:agreement-detail", pair)))
    meetings = text_of(as_user(ben).get(url("meetings:meeting-list", pair)))
    assert url("agreements:agreement-amend", pair) not in agreement
    assert url("meetings:meeting-create", pair) not in meetings


@pytest.mark.parametrize(
    ("days", "soon", "over"), [(20, Email, Cancel), (0, Cancel, Email), (-5, Cancel, Email)]
)
def test_each_notice_is_sent_only_while_it_is_true(pair, ben, days, soon, over):
    ends_in(pair, days)
    assert isinstance(match_ends_soon(pair, ben), soon)
    assert isinstance(match_term_over(pair, ben), over)


def test_no_notice_once_the_pair_has_ended(pair, ben):
    endings.end(pair, by=ben, kind="completed")
    for kind in (match_ends_soon, match_term_over):
        assert isinstance(kind(pair, ben), Cancel)


def test_the_notice_says_how_long_is_left(pair, ben):
    assert match_ends_soon(pair, ben).context["days"] == 20
    assert terms.closes_on(pair) == match_ends_soon(pair, ben).context["closes_on"]
