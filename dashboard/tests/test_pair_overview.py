"""The committee's page of a pair: one page to work from, each part for those who may see it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.privacy import erase_person
from checkins import concerns, contact_log, contact_plan
from dashboard.overviews.pair_emails import WAYS_TO_PAIR
from dashboard.overviews.pair_timeline import PAGE
from matches import endings, pauses
from matches.carers import assign_carer
from matches.models import Match
from matches.pause_days import Wish
from meetings.models import PairContact
from notifications.kinds import KINDS
from notifications.models import Notification
from programs.models import Conflict, Membership
from testkit import agreements, checkins, factories, meetings

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
BEGAN = NOW - timedelta(days=60)
pytestmark = pytest.mark.time_machine(NOW, tick=False)

QUERIES = 43


@pytest.fixture
def ruth(program):
    return factories.member("Ruth Hale", program=program, role="carer")


@pytest.fixture
def others(program):
    """One member of each role who does not look after the pair."""
    return {
        role: factories.member(f"Other {role}", program=program, role=role)
        for role in ("reader", "matcher", "carer")
    }


@pytest.fixture
def pair(ada, ben, cohort, ruth):
    """A pair that has lived for two months: what each role sees of it is on one page."""
    match = factories.match(ben, ada, cohort, introduced_at=BEGAN, carer=ruth)
    agreements.signed(match)
    Match.objects.filter(pk=match.pk).update(active_at=BEGAN + timedelta(days=10))
    match.refresh_from_db()
    meetings.held(match, NOW - timedelta(days=20))
    PairContact.objects.create(match=match, person=ben, on=NOW.date(), at=NOW)
    checkins.answered(match, ada, at=NOW - timedelta(days=8))
    contact_plan.keep([match.pk])
    contact_log.log(
        match, ben, by=ruth, how="phone", result="reached", note="Sounds tired", on=NOW.date()
    )
    checkins.ask_for_help(match, at=NOW - timedelta(days=2))
    return match


def address(match):
    return reverse("admin:matches_match_change", args=[match.pk])


def page_of(client, match, **query):
    response = client.get(address(match), query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def words_of(page):
    main = re.search(r'<div id="content".*', page, re.DOTALL)[0]
    return " ".join(strip_tags(main).split())


def add_sent_email(person, about, kind, at=NOW, number=1):
    return Notification.system.create(
        key=f"{kind}-{person.pk}-{number}",
        kind=kind,
        stream="essential",
        recipient=person,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        state="sent",
        due_at=at,
        next_at=at,
        sent_at=at,
        ended_at=at,
        ordinal=number,
    )


def test_a_carer_finds_all_that_the_work_needs(pair, ruth, as_user):
    page = page_of(as_user(ruth), pair)
    words = words_of(page)
    for found in (
        "Asked for help on 2 May.",
        "Carer: Ruth Hale",
        "Meeting: held 60 minutes, by video",
        "They were in touch Said by Ben Okoro.",
        "Pulse of Ada Brook: answered",
        "Ruth Hale with Ben Okoro: reached, by phone Sounds tired",
        "Concern about Ben Okoro: asked for help Open",
        "Ben Okoro signed the agreement, version 1",
        "1 meeting held, on 14 April 2026. No date is set.",
        "Last reached on 4 May 2026.",
    ):
        assert found in words
    for name in ("end", "pause"):
        assert reverse(f"admin:matches_match_{name}", args=[pair.pk]) in page
    assert f"{reverse('admin:checkins_concern_add')}?match={pair.pk}" in page
    assert "mailto:ben." in page


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_other_members_see_what_the_committee_may(pair, others, as_user, role):
    page = page_of(as_user(others[role]), pair)
    words = words_of(page)
    for found in (
        "1 meeting held, on 14 April 2026.",
        "Pulse of Ada Brook: answered",
        "Ben Okoro signed the agreement, version 1",
        "First contact",
    ):
        assert found in words
    for hidden in (
        "Asked for help",
        "Meeting: held",
        "They were in touch",
        "Sounds tired",
        "Concern about",
        "Next contact on",
        "Log a contact",
        "Note a concern",
        "End this pair",
        "mailto:ben.",
    ):
        assert hidden not in page
    assert ("Change the carer" in page) == (role == "matcher")


def test_a_chair_sees_concerns_and_contacts_but_no_single_meeting(pair, cleo, as_user):
    words = words_of(page_of(as_user(cleo), pair))
    assert "Concern about Ben Okoro: asked for help" in words
    assert "Sounds tired" in words
    assert "Meeting: held" not in words
    assert "They were in touch" not in words


def test_the_deputy_sees_what_the_carer_sees(pair, ruth, others, program, as_user):
    deputy = others["carer"]
    Membership.objects.filter(user=ruth).update(deputy=deputy)
    words = words_of(page_of(as_user(deputy), pair))
    assert "Meeting: held" in words
    assert "Sounds tired" in words


@pytest.mark.parametrize("role", ["chair", "carer"])
def test_a_recused_member_is_sent_away(pair, cleo, ruth, ada, as_user, role):
    member = {"chair": cleo, "carer": ruth}[role]
    Conflict.objects.create(member=member, person=ada)
    response = as_user(member).get(address(pair))
    assert response.status_code == 302
    assert response["Location"] == reverse("admin:index")


def test_answers_are_not_on_the_page(pair, ruth, as_user):
    """That someone answered is known; what, only on the page of the check-in."""
    words = "We have not talked about my plans"
    checkin = checkins.answered(pair, pair.mentee.person, at=NOW, comment=words)
    page = page_of(as_user(ruth), pair)
    link = reverse("admin:checkins_checkin_change", args=[checkin.pk])
    assert link in page
    assert words in as_user(ruth).get(link).content.decode()
    assert words not in page


def test_the_path_says_what_is_expected_and_when(ada, ben, cohort, cleo, as_user):
    match = factories.match(ben, ada, cohort, introduced_at=NOW - timedelta(days=1))
    words = words_of(page_of(as_user(cleo), match))
    for found in (
        "Done: Introduced 3 May 2026, matched in a round",
        "Now: First contact Expected by 8 May 2026.",
        "Later: Agreement Expected by 2 June 2026.",
        "Later: Meeting No meeting held yet. No date is set.",
        "Later: Closing",
        "No carer yet",
    ):
        assert found in words


def test_the_path_of_a_pair_that_ended_early_has_only_what_it_came_to(pair, cleo, as_user):
    endings.end(pair, by=cleo, kind="circumstance", cause="left", about=pair.mentee.person)
    words = words_of(page_of(as_user(cleo), pair))
    assert "Done: Closed Ended by circumstance, 4 May 2026" in words
    assert "Later:" not in words
    assert "Log a contact" not in words
    assert "Reopen this pair" in words


@pytest.mark.parametrize(
    ("ending", "stages"),
    [
        ({"kind": "circumstance", "cause": "left"}, ["Introduced", "Closed"]),
        ({"kind": "early", "cause": "expected"}, ["Introduced", "Closing", "Closed"]),
    ],
)
def test_of_a_pair_that_was_never_in_touch_nothing_is_said_or_expected(
    ada, ben, cohort, cleo, as_user, ending, stages
):
    match = factories.match(ben, ada, cohort, introduced_at=NOW - timedelta(days=1))
    endings.end(match, by=cleo, about=ben if ending["cause"] == "left" else None, **ending)
    path = as_user(cleo).get(address(match)).context["overview"].stages
    assert [(stage.label, stage.state) for stage in path] == [(label, "done") for label in stages]


def test_no_ready_words_about_the_mentoring_after_the_end(pair, ruth, cleo, as_user):
    assert "mailto:" in page_of(as_user(ruth), pair)
    endings.end(pair, by=cleo, kind="circumstance", cause="left", about=pair.mentee.person)
    page = page_of(as_user(ruth), pair)
    assert "mailto:" not in page
    assert pair.mentor.person.email in page


def test_of_someone_erased_no_address_is_made_up(pair, ben, ruth, cleo, as_user):
    endings.end(pair, by=cleo, kind="circumstance", cause="left", about=ben)
    erase_person(ben)
    for page in (
        page_of(as_user(ruth), pair),
        as_user(ruth).get(reverse("admin:accounts_user_change", args=[ben.pk])).content.decode(),
    ):
        assert "The account was erased." in page
        assert "@erased.invalid" not in page
        assert "As far as we know" not in page


def test_a_paused_pair_leads_to_the_form_for_any_contact(pair, ruth, as_user):
    pauses.pause(pair, Wish(NOW.date() + timedelta(days=14)), by=pair.mentee.person)
    page = page_of(as_user(ruth), pair)
    form = f"{reverse('admin:checkins_contactlog_add')}?match={pair.pk}"
    assert form in page
    chosen = as_user(ruth).get(form).content.decode()
    assert "Ben Okoro + Ada Brook" in chosen


def test_emails_are_those_about_this_pair(pair, ada, cohort, cleo, as_user):
    """A mentor's other pair stays out, and so does what the member may not see."""
    other = factories.match(
        factories.person("Nia Cole"), ada, factories.cohort(program=cohort.program)
    )
    add_sent_email(ada, pair, "match-introduced")
    add_sent_email(ada, other, "match-ends-soon", number=2)
    add_sent_email(ada, pair.meetings.get(), "meeting-set", number=3)
    page = words_of(page_of(as_user(cleo), pair))
    assert "E-mail to Ada Brook: Introduction of a pair" in page
    assert page.count("E-mail to Ada Brook") == 1


def test_older_entries_are_on_further_pages_each_once(pair, ruth, as_user):
    for number in range(2 * PAGE):
        day = NOW - timedelta(days=number)
        add_sent_email(pair.mentee.person, pair, "match-introduced", day, number + 1)
    client, seen = as_user(ruth), []
    timeline = client.get(address(pair)).context["overview"].timeline
    assert (len(timeline.entries), timeline.newer, timeline.older) == (PAGE, 0, 2)
    while True:
        seen += [entry.url or entry.title for entry in timeline.entries]
        if not timeline.older:
            break
        timeline = client.get(address(pair), {"page": timeline.older}).context["overview"].timeline
    emails = [url for url in seen if "notification" in url]
    assert len(emails) == len(set(emails)) == 2 * PAGE
    assert timeline.newer


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "²"])
def test_a_page_that_does_not_exist_is_no_error(pair, ruth, as_user, page):
    assert as_user(ruth).get(address(pair), {"page": page}).status_code == 200


@pytest.mark.parametrize("more", [0, 30])
def test_the_number_of_queries_is_the_same_for_a_long_story(
    pair, ruth, as_user, more, django_assert_num_queries
):
    for number in range(more):
        at = NOW - timedelta(days=30, hours=number)
        add_sent_email(pair.mentee.person, pair, "match-introduced", at, number + 1)
        concerns.raise_about_ending(pair, pair.mentor.person, author=None, at=at)
    client = as_user(ruth)
    client.get(address(pair))
    with django_assert_num_queries(QUERIES):
        client.get(address(pair))


def test_emails_about_whatever_belongs_to_a_pair_are_looked_for():
    """Kinds about a table with a way to a pair that a committee may see are all known."""

    def leads_to_pair(model, depth=2):
        if model is Match:
            return True
        related = [one.related_model for one in model._meta.fields if isinstance(one, ForeignKey)]
        return depth > 0 and any(leads_to_pair(one, depth - 1) for one in related)

    models = {apps.get_model(kind.about) for kind in KINDS.values()}
    needed = {
        model._meta.label
        for model in models
        if leads_to_pair(model) and hasattr(model._default_manager.all(), "for_committee")
    }
    assert needed - set(WAYS_TO_PAIR) == set()
    assert {label.lower() for label in WAYS_TO_PAIR} <= {
        kind.about.lower() for kind in KINDS.values()
    }


def test_a_matcher_changes_the_carer_on_the_page(pair, others, as_user):
    client, new = as_user(others["matcher"]), others["carer"]
    form = reverse("admin:matches_match_carer", args=[pair.pk])
    response = client.post(form, {"carer": new.public_id})
    assert response["Location"] == address(pair)
    pair.refresh_from_db()
    assert (pair.carer, pair.carer_since) == (new, timezone.now())
    assert "Change: Changed: carer By Other matcher." in words_of(page_of(client, pair))


@pytest.mark.parametrize("role", ["reader", "carer"])
def test_other_roles_cannot_change_the_carer(pair, ruth, others, as_user, role):
    form = reverse("admin:matches_match_carer", args=[pair.pk])
    response = as_user(others[role]).post(form, {"carer": others["carer"].public_id})
    assert response.status_code == 404
    pair.refresh_from_db()
    assert pair.carer == ruth


def test_a_pair_that_has_ended_gets_no_other_carer(pair, ruth, cleo, others, as_user):
    endings.end(pair, by=cleo, kind="circumstance", cause="left", about=pair.mentee.person)
    assert "Change the carer" not in page_of(as_user(cleo), pair)
    form = reverse("admin:matches_match_carer", args=[pair.pk])
    page = as_user(cleo).post(form, {"carer": others["carer"].public_id}, follow=True)
    assert "This pair is closed" in page.content.decode()
    pair.refresh_from_db()
    assert pair.carer == ruth


def test_the_same_carer_again_changes_nothing(pair, ruth, cleo, as_user):
    assign_carer(pair, ruth, by=cleo)
    form = reverse("admin:matches_match_carer", args=[pair.pk])
    as_user(cleo).post(form, {"carer": ruth.public_id})
    assert "Changed: carer" not in page_of(as_user(cleo), pair)


@pytest.mark.parametrize("name", ["dashboard_pair", "dashboard_pairmeetings"])
def test_the_lists_of_pairs_lead_to_the_one_page(pair, cleo, as_user, name):
    client = as_user(cleo)
    assert (
        f'href="{address(pair)}' in client.get(reverse(f"admin:{name}_changelist")).content.decode()
    )
    old = client.get(reverse(f"admin:{name}_change", args=[pair.pk]))
    assert old["Location"] == address(pair)
