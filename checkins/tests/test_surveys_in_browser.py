"""A survey with each type of question, as wide as a phone, by keyboard and without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from checkins.adjustments import publish as publish_change
from checkins.answering import own_answers
from checkins.editions import publish
from checkins.models import Adjustment, Question
from matches.models import Match
from testkit import checkins as make
from testkit import factories
from testkit.accessibility import broken_rules, listen, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TYPES = {"scale", "yes_no", "choice", "several", "text"}


@pytest.fixture
def survey(program, cleo, surveys):
    draft = make.draft(program, cleo)
    yes_no = [["yes", {"en": "Yes", "fr": "Oui"}], ["no", {"en": "No", "fr": "Non"}]]
    Question.objects.filter(survey=draft, code="call").update(
        kind="yes_no", choices=yes_no, concern_codes=[]
    )
    row = {"code": "topics", "kind": "several", "most_chosen": 2, "channel": "pooled",
           "asked": "mentee"}  # fmt: skip
    texts = {"en": "What helps?", "fr": "Qu'est-ce qui aide?"}
    words = ("Advice", "Time", "Contacts")
    choices = [[f"a{n}", {"en": word, "fr": word}] for n, word in enumerate(words)]
    draft.questions.create(**row, texts=texts, choices=choices, position=9)
    draft.questions.filter(code="rhythm").update(asked="mentor")  # four are the most to one person
    publish(draft, by=cleo)
    assert {row.kind for row in draft.questions.all()} == TYPES
    return draft


@pytest.fixture
def address(survey, cared, ben, live_server):
    checkin = make.opened(cared, ben)
    return checkin, live_server.url + reverse("checkins:checkin-answer", args=[checkin.public_id])


def test_it_is_answered_without_scripts(address, open_as, ben):
    checkin, url = address
    page = open_as(ben, scripts=False)
    page.goto(url)
    assert too_wide(page) == []
    useful = page.get_by_role("group", name="How useful is mentoring to you right now?")
    assert "Only your carer, Eve Lund, and the chair read this answer." in useful.inner_text()
    useful.get_by_label("Very").check()
    page.get_by_label("What should we know?").fill("As typed")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("Tick at least one answer.")  # of one question
    expect(page.get_by_label("What should we know?")).to_have_value("As typed")
    expect(useful.get_by_label("Very")).to_be_checked()
    page.get_by_role("group", name="Would you like us to call").get_by_label("No").check()
    helps = page.get_by_role("group", name="What helps?")
    expect(helps).to_contain_text("Tick up to 2 answers.")
    for word in ("Advice", "Time", "Contacts"):
        helps.get_by_label(word).check()
    page.get_by_role("button", name="Send").click()
    expect(helps).to_contain_text("You ticked 3 answers. Untick some")
    assert too_wide(page) == []
    helps.get_by_label("Time").uncheck()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("button", name="Send")).to_have_count(0)
    assert own_answers(checkin, ben) == {
        "useful": "4", "comment": "As typed", "call": "no",
        "topics": "a0 a2",
    }  # fmt: skip


def test_it_is_answered_by_keyboard(address, open_as, ben):
    checkin, url = address
    page = open_as(ben, scripts=True)
    heard = listen(page)
    page.goto(url)
    assert broken_rules(page) == []
    page.get_by_label("Not at all").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")  # the next step of the scale
    page.keyboard.press("Tab")  # the next question
    page.keyboard.type("By keyboard")
    page.get_by_label("Contacts").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Send").press("Enter")
    expect(page.get_by_role("button", name="Send")).to_have_count(0)
    found = own_answers(checkin, ben)
    assert found == {"useful": "2", "comment": "By keyboard", "topics": "a2"}
    assert heard == []


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("change", ()),
        ("words", ()),
        ("question-add", ("choice",)),
        ("question-add", ("scale",)),
        ("question-add", ("several",)),
        ("preview", ("mentor", "fr")),
        ("publish", ()),
        ("retire", ()),
        ("start", ()),
    ],
)
def test_a_chair_writes_it_on_a_phone(name, rest, program, cleo, surveys, open_as, live_server):
    draft = make.draft(program, cleo)
    page = open_as(cleo, scripts=True)
    heard = listen(page)
    page.goto(live_server.url + reverse(f"admin:checkins_survey_{name}", args=[draft.pk, *rest]))
    assert page.locator("h1").first.is_visible()
    assert (broken_rules(page), too_wide(page), heard) == ([], [], [])


def test_a_chair_moves_a_date_on_a_phone(cared, cleo, open_as, live_server):
    page = open_as(cleo, scripts=True)
    heard = listen(page)
    Match.objects.update(introduced_at=timezone.now())
    page.goto(live_server.url + reverse("admin:checkins_checkin_dates", args=[cared.pk]))
    assert (broken_rules(page), too_wide(page), heard) == ([], [], [])
    day = timezone.localdate() + timedelta(days=20)
    page.get_by_label("New day").first.fill(str(day))
    page.get_by_role("button", name="Move").first.click()
    expect(page.locator("body")).to_contain_text("The date was moved.")


def test_a_chair_writes_down_what_was_changed(program, cleo, surveys, open_as, live_server):
    """From the list to the page that everybody reads, by links and buttons."""
    page = open_as(cleo, scripts=False)
    page.goto(live_server.url + reverse("admin:checkins_adjustment_changelist"))
    page.get_by_role("link", name="Write down a change").click()
    page.get_by_label("Since").fill("2026-05-03")
    page.get_by_label("What you heard, in English").fill("Evenings are hard.")
    page.get_by_label("What you changed, in English").fill("Meetings at noon.")
    page.get_by_label("Everybody may read it").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Everybody can read it, without signing in.")).to_be_visible()
    assert too_wide(page) == []
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("link", name="Read it on the page of the program").click()
    expect(page.get_by_text("Meetings at noon.")).to_be_visible()
    assert too_wide(page) == []


@pytest.mark.parametrize("name", ["list", "publish", "withdraw", "change", "add"])
def test_pages_of_a_change_on_a_phone(name, program, cleo, open_as, live_server):
    words = {"heard": {"en": "Evenings are hard."}, "changed": {"en": "Meetings at noon."}}
    row = Adjustment.objects.create(
        program=program, recorded_by=cleo, since_on=timezone.localdate(), **words
    )
    if name == "list":
        publish_change(row, by=cleo)
        address = reverse("checkins:adjustment-list", args=[program.slug])
    else:
        numbers = [] if name == "add" else [row.pk]
        address = reverse(f"admin:checkins_adjustment_{name}", args=numbers)
    page = open_as(cleo, scripts=True)
    heard = listen(page)
    page.goto(live_server.url + address)
    expect(page.locator("h1").first).to_be_visible()
    assert (broken_rules(page), too_wide(page), heard) == ([], [], [])


def test_a_suggestion_is_sent_without_scripts(match, ben, open_as, live_server):
    page = open_as(ben, scripts=False)
    page.goto(live_server.url + reverse("checkins:suggestion-create"))
    assert too_wide(page) == []
    page.get_by_label("What do you suggest?").fill("Meet in the evening.")
    page.get_by_role("button", name="Send the suggestion").click()
    expect(page.get_by_text("The committee hasn't read it yet.")).to_be_visible()
    expect(page.get_by_text("Meet in the evening.")).to_be_visible()


def test_someone_who_has_just_applied_may_leave_it_out(
    program, cleo, cohort, ben, surveys, open_as, live_server
):
    publish(make.draft(program, cleo, "baseline"), by=cleo)
    sent = factories.application(ben, cohort, state="submitted", review_started_at=None)
    checkin = make.opened_without_pair(sent, kind="baseline")
    url = live_server.url + reverse("checkins:checkin-answer", args=[checkin.public_id])
    page = open_as(ben, scripts=True)
    page.goto(url)
    assert broken_rules(page) == []
    page = open_as(ben, scripts=False)
    page.goto(url)
    assert too_wide(page) == []
    page.get_by_role("link", name="Leave it out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your application")
    assert too_wide(page) == []
    page.get_by_role("link", name="Answer the questions").click()
    expect(page.get_by_role("link", name="Leave it out")).to_be_visible()
    for question in checkin.questions:
        page.get_by_role("group", name=str(question)).get_by_label("Partly true").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your application")
    expect(page.get_by_role("link", name="Answer the questions")).to_have_count(0)
    assert set(own_answers(checkin, ben).values()) == {"3"}
