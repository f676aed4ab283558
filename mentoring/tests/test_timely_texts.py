"""No page says what is over, or what has not come yet: every page, in every situation."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import AgreementVersion
from applications.models import Application
from matches import endings, follow_ups
from matches.models import FollowUp, Match
from testkit import agreements, factories

from .crawl import rolled_back
from .timely_texts import SITUATIONS, TABLE, TIME_WORDS, TIMELESS, Situation

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]
BLOCK = r"</?(?:p|li|h\d|summary|div|dt|dd|td|label|button|a|section|span)\b[^>]*>"


def day(count):
    return None if count is None else TODAY + timedelta(days=count)


def ago(days):
    return timezone.now() - timedelta(days=days, hours=1)


def build(situation: Situation):
    """Return the person, their application and their match."""
    cohort = factories.cohort(
        closes_on=day(situation.closes_in),
        matching_on=day(situation.matching_in),
        ends_on=day(situation.ends_in),
    )
    me, partner = factories.person("Amina Farah"), factories.person("Ruth Adeyemi")
    mine = factories.application(
        me,
        cohort,
        situation.role,
        state=situation.application,
        review_started_at=None if situation.application == "draft" else timezone.now(),
        submitted_at=None if situation.application == "draft" else ago(50),
        orientation_passed_at=timezone.now() if situation.is_oriented else None,
        break_until=TODAY + timedelta(days=9) if situation.on_break else None,
    )
    if not situation.match:
        return me, mine, None
    other = "mentor" if situation.role == "mentee" else "mentee"
    pair = {situation.role: mine, other: factories.application(partner, cohort, other)}
    match = Match.objects.create(**pair, introduced_at=ago(situation.introduced))
    write_agreement(situation, match, me)
    is_closed = situation.match == "closed"
    columns = {"ends_on": day(situation.term_ends_in)}
    if situation.agreement == "signed":
        columns["active_at"] = match.introduced_at
    if not is_closed:
        columns["state"] = situation.match
    Match.objects.filter(pk=match.pk).update(**columns)
    match.refresh_from_db()
    if is_closed:
        end(situation, match, me)
    return me, mine, match


def end(situation, match, me):
    endings.end(match, kind=Match.Closed.BY_CHOICE, by=me)
    if situation.wish:
        asked = FollowUp.objects.get(closure__match=match, person=me)
        follow_ups.answer(asked, by=me, wish=situation.wish)


def write_agreement(situation, match, me):
    if situation.agreement == "draft":
        agreements.draft(match)
    if situation.agreement == "signed":
        agreements.signed(match)
    if situation.agreement == "shared":
        version = agreements.shared(match)
        agreements.sign(version, me if situation.i_signed else match.partner_of(me))
        AgreementVersion.objects.update(shared_at=ago(situation.shared))


def addresses(application: Application, match: Match | None):
    own = [application.public_id]
    slug, role = application.cohort.slug, application.role
    yield reverse("dashboard:home")
    yield reverse("programs:program-detail", args=[application.program.slug])
    yield reverse("applications:apply", args=[slug, role])
    for name in ("sent", "tasks", "check", "part", "withdraw"):
        yield reverse(f"applications:application-{name}", args=own)
    if application.role == "mentor":
        yield reverse("applications:orientation", args=own)
    if match:
        yield reverse("matches:match-hello", args=[match.public_id])
        yield reverse("matches:match-detail", args=[match.public_id])
        for name in ("ending", "next"):
            yield reverse(f"matches:match-{name}", args=[match.public_id])
        for name in ("detail", "review", "sign"):
            yield reverse(f"agreements:agreement-{name}", args=[match.public_id])
        yield reverse("meetings:meeting-list", args=[match.public_id])


def sentences(page: str) -> list[str]:
    """Return the visible sentences of the main part of a page."""
    main = re.search(r"<main\b.*?</main>", page, re.DOTALL)
    text = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", main[0] if main else page)
    blocks = re.split(
        r"</?(?:p|li|h\d|summary|div|dt|dd|td|label|button|a|section|span)\b[^>]*>", text
    )
    plain = (" ".join(html.unescape(re.sub(r"<[^>]+>", " ", block)).split()) for block in blocks)
    return [one for block in plain for one in re.split(r"(?<=[.?!:]) (?=[A-Z“])", block) if one]


def said_to(situation: Situation, as_user) -> list[tuple[str, str]]:
    """Return (address, sentence) of everything that the pages say to a person in a situation."""
    me, application, match = build(situation)
    client, found = as_user(me), []
    for address in addresses(application, match):
        page = client.get(address, follow=True)
        assert page.status_code in {200, 404}, address
        found += [(address, sentence) for sentence in sentences(page.content.decode())]
    return found


def test_pages_say_only_what_is_true_of_the_person_and_the_day(as_user):
    wrong, seen = [], set()
    for situation in SITUATIONS:
        with rolled_back():
            said = said_to(situation, as_user)
        for address, sentence in said:
            rows = [row for row in TABLE if re.search(row.pattern, sentence)]
            seen.update(row.pattern for row in rows)
            if not all(row.may_be_shown(situation) for row in rows):
                wrong.append(f"not true: {situation}: {address}: {sentence}")
            is_timeless = any(re.search(one, sentence) for one in TIMELESS)
            if TIME_WORDS.search(sentence) and not rows and not is_timeless:
                wrong.append(f"no row in the table: {situation}: {address}: {sentence}")
    assert not wrong, "\n".join(wrong)
    unseen = {row.pattern for row in TABLE if row.is_seen} - seen
    assert not unseen, "no page says this any more"
