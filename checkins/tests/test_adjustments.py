"""What the committee changed: writing it down, publishing, withdrawing, and who reads it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from access.exceptions import ActionNotAllowed
from checkins import adjustments
from checkins.models import Adjustment, Theme, Wave
from notifications import kinds
from notifications.email_preview import render
from notifications.links import link
from notifications.models import Notification
from testkit import checkins as make
from testkit import factories

from .adjustments_made import ADD, SHOWN, page_of, published, read, url

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# --- the committee's pages


def test_a_chair_writes_looks_publishes_and_withdraws(
    as_user, cleo, adjustment_entries, program, client
):
    chair = as_user(cleo)
    saved = chair.post(ADD, adjustment_entries, follow=True)
    row = Adjustment.objects.get()
    assert saved.redirect_chain[-1][0] == url("publish", row)
    text = " ".join(saved.content.decode().split())
    assert "Only people who take part in the program read it, after signing in." in text
    assert "You have not written everything in French" in text
    assert SHOWN in text
    done = chair.post(url("publish", row), follow=True)
    assert "Published. People find it" in done.content.decode()
    assert "Draft → Published, Cleo" in " ".join(done.content.decode().split())
    again = chair.post(url("publish", row), follow=True)
    assert "no longer possible" in again.content.decode()
    assert chair.get(url("publish", row)).status_code == 302
    chair.post(url("withdraw", row), follow=True)
    assert Adjustment.objects.get().state == "withdrawn"
    twice = chair.post(url("withdraw", row), follow=True)
    assert "no longer possible" in twice.content.decode()


def test_a_published_one_is_not_edited(as_user, cleo, adjustment_entries, draft):
    row = published(draft(), cleo)
    as_user(cleo).post(url("change", row), {**adjustment_entries, "changed_en": "Other words"})
    assert Adjustment.objects.get().changed == {"en": SHOWN}
    copied = as_user(cleo).get(f"{ADD}?copy={row.pk}").content.decode()
    assert SHOWN in copied, "a new draft begins with its words"


def test_a_reader_reads_and_writes_nothing(as_user, program, draft, adjustment_entries):
    reader = as_user(factories.member(program=program, role="reader"))
    row = draft()
    assert SHOWN in reader.get(url("change", row)).content.decode()
    assert reader.get(ADD).status_code == 403
    for name in ("publish", "withdraw"):
        assert reader.post(url(name, row)).status_code == 404
    assert Adjustment.objects.get().state == "draft"


def test_only_a_chair_of_its_program_publishes(draft, cleo, dan):
    other = factories.member(program=factories.program(), role="chair")
    for person in (dan, other):
        with pytest.raises(ActionNotAllowed):
            adjustments.publish(draft(), by=person)
        with pytest.raises(ActionNotAllowed):
            adjustments.withdraw(draft(), by=person)


def test_words_are_needed_in_the_programs_language(draft, cleo, as_user):
    row = draft(heard={"fr": "Le soir"}, changed={"fr": "Midi"})
    with pytest.raises(ActionNotAllowed, match="in the language of the program"):
        adjustments.publish(row, by=cleo)
    text = as_user(cleo).get(url("publish", row)).content.decode()
    assert "Say what was changed" in text
    assert ">Publish<" not in text


def test_a_cohort_and_a_result_belong_to_the_program(as_user, cleo, program, adjustment_entries):
    other = factories.cohort(program=factories.program())
    wave = Wave.objects.create(
        cohort=other, kind="pulse", month="2026-04-01", asked=9, answered=6,
        published_at=timezone.now(),
    )  # fmt: skip
    sent = as_user(cleo).post(ADD, {**adjustment_entries, "cohort": other.pk, "wave": wave.pk})
    assert set(sent.context["adminform"].form.errors) == {"cohort", "wave"}


def test_a_result_offers_to_write_down_what_it_changed(as_user, cleo, program, cohort):
    wave = Wave.objects.create(
        cohort=cohort, kind="pulse", month="2026-04-01", asked=9, answered=6,
        published_at=timezone.now(),
    )  # fmt: skip
    result = reverse("admin:checkins_wave_change", args=[wave.pk])
    link = f"{ADD}?wave={wave.pk}"
    assert link in as_user(cleo).get(result).content.decode()
    form = as_user(cleo).get(link).context["adminform"].form
    assert (form["program"].value(), form["cohort"].value(), form["wave"].value()) == (
        program.pk, cohort.pk, wave.pk,
    )  # fmt: skip
    reader = as_user(factories.member(program=program, role="reader"))
    assert link not in reader.get(result).content.decode()


@pytest.mark.parametrize("query", ["?wave=x", "?wave=99999999999999", "?copy=7", "?copy=-1"])
def test_a_wrong_number_begins_empty(query, as_user, cleo, program):
    form = as_user(cleo).get(f"{ADD}{query}").context["adminform"].form
    empty = as_user(cleo).get(ADD).context["adminform"].form
    assert {field.name: field.value() for field in form} == {
        field.name: field.value() for field in empty
    }


# --- the page


def test_who_reads_it(draft, cleo, client, as_user, program, cohort, ben, dan):
    factories.application(ben, cohort)
    row = published(draft(), cleo)
    assert SHOWN in read(as_user(ben), program)
    for other in (client, as_user(dan)):
        text = read(other, program)
        assert SHOWN not in text
        assert "There is nothing to read here now." in text
    adjustments.withdraw(row, by=cleo)
    assert SHOWN not in read(as_user(ben), program)
    published(draft(is_for_everyone=True), cleo)
    assert SHOWN in read(client, program)


def test_a_draft_is_read_by_no_one(draft, client, as_user, program, cleo):
    draft(is_for_everyone=True)
    assert SHOWN not in read(client, program)
    assert SHOWN not in read(as_user(cleo), program), "not even as a committee member"


@pytest.mark.parametrize("state", ["draft", "submitted", "declined", "withdrawn"])
def test_someone_who_does_not_take_part_reads_what_everybody_reads(
    state, draft, cleo, as_user, program, cohort, dan
):
    factories.application(dan, cohort, state=state)
    published(draft(), cleo)
    assert SHOWN not in read(as_user(dan), program)


def test_a_program_without_a_public_page(draft, cleo, client, as_user, program, cohort, ben, dan):
    factories.application(ben, cohort)
    published(draft(is_for_everyone=True), cleo)
    type(program).objects.filter(pk=program.pk).update(is_public=False)
    assert as_user(dan).get(page_of(program)).status_code == 404
    assert SHOWN in read(as_user(ben), program)
    # Whoever is not signed in learns nothing, and comes back to a link in an e-mail.
    for address in (page_of(program), page_of(program).replace(program.slug, "none")):
        answer = client.get(address)
        assert answer["Location"].endswith(f"?next={address}")


def test_the_page_shows_what_is_published_and_nothing_newer(draft, cleo, as_user):
    row, client = draft(), as_user(cleo)
    seen = client.get(url("publish", row)).context["stamp"]
    Adjustment.objects.filter(pk=row.pk).update(changed={"en": "Other words"})
    client.post(url("publish", row), {"seen": seen})
    row.refresh_from_db()
    assert row.is_draft
    client.post(url("publish", row), {"seen": client.get(url("publish", row)).context["stamp"]})
    row.refresh_from_db()
    assert not row.is_draft


def test_a_form_that_was_opened_before_changes_nothing_that_is_published(draft, cleo):
    row = draft()
    older = Adjustment.objects.get(pk=row.pk)
    published(row, cleo)
    older.changed = {"en": "Other words"}
    with pytest.raises(ActionNotAllowed):
        adjustments.change(older, ["changed"], by=cleo)
    row.refresh_from_db()
    assert (row.state, row.changed) == ("published", {"en": SHOWN})


def test_a_draft_keeps_a_theme_that_was_retired_since(draft, cleo, as_user, program):
    theme = Theme.objects.create(program=program, code="evenings", names={"en": "Evenings"})
    Theme.objects.create(program=program, code="tone", names={"en": "Tone"})
    row = draft(theme=theme)
    Theme.objects.filter(program=program).update(retired_on=timezone.localdate())
    page = as_user(cleo).get(url("change", row))
    offered = page.context["adminform"].form.fields["theme"].queryset
    assert theme in offered
    assert not offered.filter(retired_on__isnull=False).exclude(pk=theme.pk).exists()


def test_a_reader_of_another_language_is_told(draft, cleo, client, program):
    published(draft(is_for_everyone=True), cleo)
    client.cookies["django_language"] = "fr"
    text = read(client, program)
    assert f'<div lang="en"><p>{SHOWN}</p></div>' in text
    assert "Le comité n'a pas encore traduit tous ses textes" in text.replace("&#x27;", "'")


def test_the_newest_twenty_come_first(draft, cleo, client, program):
    now = timezone.now()
    for number in range(21):
        row = draft(is_for_everyone=True, changed={"en": f"Change {number:02}."})
        published(row, cleo, at=now - (21 - number) * DAY)
    first, second = read(client, program), read(client, program, page=2)
    assert first.index("Change 20.") < first.index("Change 01.")
    assert "Change 00." not in first
    assert "Change 00." in second
    assert "Change 20." in read(client, program, page="x")


def test_the_page_costs_the_same_for_more_changes(draft, cleo, client, program):
    costs = []
    for count in (1, 3):
        for _n in range(count):
            published(draft(is_for_everyone=True), cleo)
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(program))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_change_ahead_says_from(draft, cleo, client, program):
    published(draft(is_for_everyone=True, since_on=timezone.localdate() + 9 * DAY), cleo)
    assert "> From " in read(client, program)
    Adjustment.objects.update(since_on=timezone.localdate())
    assert "> Since " in read(client, program)


# --- the next survey


@pytest.fixture
def later(cared, ben):
    """Ben is asked today; his last survey was sixty days ago."""
    make.answered(cared, ben, at=timezone.now() - 60 * DAY)
    return make.opened(cared, ben, ordinal=2)


def survey_texts(checkin, as_user):
    """Return the page of the survey and its e-mail."""
    address = reverse("checkins:checkin-answer", args=[checkin.public_id])
    email = Notification(
        kind="checkin-pulse", stream="optional", recipient=checkin.person, due_at=timezone.now(),
        about_type="checkins.checkin", about_id=checkin.pk,
    )  # fmt: skip
    rendered = render(email)
    page = as_user(checkin.person).get(address).content.decode()
    return [page, rendered.text, rendered.html]


def says_so(checkin, as_user):
    found = {
        "the committee has changed something" in " ".join(text.split())
        for text in survey_texts(checkin, as_user)
    }
    linked = kinds.get("checkin-pulse").build(checkin, checkin.person).context["changes_url"]
    found.add(urlsplit(linked).path == page_of(checkin.program))
    assert len(found) == 1, "page, e-mail and its link say the same"
    return found.pop()


@pytest.mark.parametrize(
    ("columns", "days_ago", "is_told"),
    [
        ({}, 30, True),
        ({}, 61, False),
        ({"role": "mentee"}, 30, True),
        ({"role": "mentor"}, 30, False),
        ({"is_for_everyone": True}, 30, True),
    ],
)
def test_the_next_survey_says_that_something_changed(
    columns, days_ago, is_told, draft, cleo, later, as_user
):
    published(draft(**columns), cleo, at=timezone.now() - days_ago * DAY)
    assert says_so(later, as_user) is is_told


def test_another_cohort_is_not_told(draft, cleo, later, as_user, program):
    other = factories.cohort(program=program)
    published(draft(cohort=other), cleo)
    assert not says_so(later, as_user)
    published(draft(cohort=later.match.mentee.cohort), cleo)
    assert says_so(later, as_user)


def test_a_draft_and_a_withdrawn_one_are_not_told(draft, cleo, later, as_user):
    draft()
    adjustments.withdraw(published(draft(), cleo), by=cleo)
    assert not says_so(later, as_user)


def test_a_first_survey_has_no_last_one(draft, cleo, cared, ben, as_user):
    published(draft(), cleo)
    assert not says_so(make.opened(cared, ben), as_user)


def test_someone_who_left_is_not_led_to_an_empty_page(draft, cleo, later, ben):
    published(draft(), cleo)
    assert adjustments.has_news(later)
    application = later.match.mentee
    type(application).objects.filter(pk=application.pk).update(state="withdrawn")
    assert not adjustments.has_news(later)


def test_the_link_of_the_survey_says_so_too(draft, cleo, later, client):
    published(draft(), cleo)
    until = timezone.now() + DAY
    address = link("survey-answer", person=later.person, subject=later, until=until)
    text = client.get(urlsplit(address).path).content.decode()
    assert page_of(later.program) in text


def test_a_title_is_cut_and_never_empty(draft):
    assert str(draft(heard={})) == "adjustment without words"
    with translation.override("fr"):
        assert str(draft(heard={"en": "one two three four five six seven eight nine"})).endswith(
            "eight…"
        )
