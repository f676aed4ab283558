"""Suggestions to the committee: always open, without a name unless the person allows it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.privacy import export_person
from checkins import suggestions
from checkins.models import Suggestion
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Membership
from testkit import factories
from testkit.concurrency import at_once

pytestmark = pytest.mark.django_db
PAGE = "checkins:suggestion-create"
DAY = timedelta(days=1)


def send(person, program, text="Meet in the evening.", *, nonce="", at=None, may_be_named=False):
    nonce = nonce or f"{text[:20]:x<22}"
    return suggestions.suggest(
        person=person, program=program, text=text, may_be_named=may_be_named, nonce=nonce, at=at
    )


def posted(client, program, text="Meet in the evening.", **values):
    nonce = client.get(reverse(PAGE)).context["form"].initial["nonce"]
    data = {"about": program.public_id, "text": text, "nonce": nonce, **values}
    return client.post(reverse(PAGE), data)


@pytest.fixture
def row(match, ben, program):
    return send(ben, program)[0]


def test_a_partner_of_the_past_on_the_committee_does_not_read_it(match, ben, ada, program, cohort):
    Membership.objects.create(
        user=ada, program=program, role="reader", since=timezone.localdate() - DAY
    )
    send(ben, program)
    other = factories.person()
    factories.application(other, cohort)
    send(other, program)
    for state in ("active", "closed"):
        match.state = state
        match.closed_at = timezone.now() if state == "closed" else None
        match.closed_kind = "completed" if state == "closed" else ""
        match.save()
        assert [row.person for row in Suggestion.objects.readable_by(ada)] == [other]


# --- the person


def test_someone_of_a_pair_suggests_something_and_reads_it_again(match, ben, program, as_user):
    client = as_user(ben)
    assert posted(client, program)["Location"] == reverse(PAGE)
    row = Suggestion.objects.visible_to(ben).get()
    assert (row.text, row.may_be_named, row.program) == ("Meet in the evening.", False, program)
    words = client.get(reverse(PAGE)).content.decode()
    assert "Meet in the evening." in words
    assert "The committee hasn't read it yet." in words


def test_who_reads_is_said_before_the_first_field_with_the_way_to_help(match, ben, as_user):
    words = as_user(ben).get(reverse(PAGE)).content.decode()
    assert words.index("without your name unless you tick") < words.index("What do you suggest?")
    assert "A suggestion is no call for help" in words
    assert reverse("checkins:concern-create") in words


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_it_stays_open_to_people_whose_application_ended(state, cohort, program, dan):
    factories.application(dan, cohort, state=state)
    assert send(dan, program)[1]


def test_it_stays_open_after_the_pair_has_ended(match, ben, program):
    match.state, match.closed_at, match.closed_kind = "closed", timezone.now(), "completed"
    match.save()
    assert send(ben, program)[1]


def test_a_draft_or_no_application_is_not_enough(cohort, program, dan, as_user):
    factories.application(dan, cohort, state="draft", submitted_at=None)
    with pytest.raises(ActionNotAllowed, match="a program that you applied to"):
        send(dan, program)
    page = as_user(dan).get(reverse(PAGE)).content.decode()
    assert "as soon as you have sent an application" in page
    assert "<textarea" not in page


def test_another_program_is_refused_with_the_words_kept(match, ben, as_user):
    response = posted(as_user(ben), factories.program(), text="Kept words")
    assert "about" in response.context["form"].errors
    assert "Kept words" in response.content.decode()


def test_the_same_form_or_the_same_words_make_one_suggestion(match, ben, program):
    first, _is_new = send(ben, program, nonce="a" * 22)
    assert send(ben, program, "Other words", nonce="a" * 22) == (first, False)
    assert send(ben, program, nonce="b" * 22) == (first, False)
    assert send(ben, program, nonce="c" * 22, at=timezone.now() + 2 * DAY)[1]


@pytest.mark.parametrize("text", ["", " \n "])
def test_no_words_are_refused(match, ben, program, text, as_user):
    with pytest.raises(ActionNotAllowed, match="Enter your suggestion"):
        send(ben, program, text, nonce="a" * 22)
    assert posted(as_user(ben), program, text).context["form"].errors["text"]


def test_more_than_five_a_day_are_refused_with_the_words_kept(match, ben, program, as_user):
    for number in range(suggestions.MOST_A_DAY):
        send(ben, program, f"Number {number}")
    with pytest.raises(ActionNotAllowed, match="5 suggestions within a day"):
        send(ben, program, "One more")
    assert "One more</textarea>" in posted(as_user(ben), program, "One more").content.decode()
    assert send(ben, program, "One more", at=timezone.now() + 2 * DAY)[1]


@pytest.mark.django_db(transaction=True)
def test_two_forms_at_once_make_one(match, ben, program):
    at_once(*(lambda n=number: send(ben, program, nonce=str(n) * 22) for number in range(2)))
    assert Suggestion.system.count() == 1


# --- the committee


def test_a_member_reads_it_without_the_name(row, ben, cleo, as_user):
    client = as_user(cleo)
    pages = ("changelist", []), ("change", [row.pk])
    for name, args in pages:
        words = client.get(reverse(f"admin:checkins_suggestion_{name}", args=args)).content.decode()
        assert ben.name not in words
        assert ben.email not in words
        assert "Without a name" in words
    assert "Meet in the evening." in words
    assert "suggestion to read" in client.get(reverse("admin:index")).content.decode()


def test_a_member_reads_the_name_of_who_allowed_it(match, ben, program, cleo, as_user):
    row, _is_new = send(ben, program, may_be_named=True)
    address = reverse("admin:checkins_suggestion_change", args=[row.pk])
    assert ben.name in as_user(cleo).get(address).content.decode()


@pytest.mark.parametrize("who", ["ben", "ada", "dan", "recused", "partner", "other"])
def test_no_one_else_reads_or_handles_it(who, row, request, program, cleo, ben, ada):
    if who == "recused":
        Conflict.objects.create(member=cleo, person=ben)
    user = {
        "recused": lambda: cleo,
        "partner": lambda: _joins(ada, program),
        "other": lambda: factories.member(program=factories.program()),
    }.get(who, lambda: request.getfixturevalue(who))()
    assert not Suggestion.objects.readable_by(user).exists()
    for verb, words in ((suggestions.mark_read, {}), (suggestions.answer, {"text": "x"})):
        with pytest.raises(ActionNotAllowed, match="can't handle this suggestion"):
            verb(row, by=user, **words)


def _joins(user, program):
    today = timezone.localdate()
    Membership.objects.create(user=user, program=program, role="chair", since=today)
    return user


def test_the_first_who_reads_it_is_kept(row, cleo, program):
    suggestions.mark_read(row, by=cleo)
    suggestions.mark_read(row, by=factories.member(program=program, role="reader"))
    row.refresh_from_db()
    assert row.read_by == cleo


def test_the_answer_reaches_someone_without_a_name_once(row, ben, cleo, program, as_user):
    suggestions.answer(row, by=cleo, text="  We will.  ")
    with pytest.raises(ActionNotAllowed, match="already answered"):
        suggestions.answer(row, by=cleo, text="Again")
    (email,) = [one for one in deliver_due_emails() if "We will." in one.body]
    assert email.to == [ben.email]
    assert "We will." in as_user(ben).get(reverse(PAGE)).content.decode()
    row.refresh_from_db()
    assert (row.read_by, row.answered_by, row.answer) == (cleo, cleo, "We will.")


def test_an_empty_answer_is_refused_and_shown_beside_the_field(row, cleo, as_user):
    with pytest.raises(ActionNotAllowed, match="Enter the answer"):
        suggestions.answer(row, by=cleo, text=" ")
    address = reverse("admin:checkins_suggestion_answer", args=[row.pk])
    assert "Enter the answer." in as_user(cleo).post(address, {"text": ""}).content.decode()
    assert not Notification.system.exists()


def test_the_outbox_does_not_tell_who_was_answered(row, ben, cleo, as_user):
    suggestions.answer(row, by=cleo, text="We will.")
    assert Notification.system.filter(kind="suggestion-answered").exists()
    assert not Notification.objects.for_committee(cleo).exists()
    outbox = reverse("admin:notifications_notification_changelist")
    assert ben.name not in as_user(cleo).get(outbox).content.decode()


@pytest.mark.parametrize("stage", ["unread", "read", "answered", "nonsense"])
def test_the_list_filters_by_what_is_to_be_done(stage, row, cleo, as_user):
    address = reverse("admin:checkins_suggestion_changelist") + f"?stage={stage}"
    listed = as_user(cleo).get(address).context["cl"].queryset
    assert (row in listed) == (stage in {"unread", "nonsense"})


def test_the_list_asks_as_many_queries_for_three(match, ben, program, cleo, as_user):
    client, counts = as_user(cleo), []
    for number in range(3):
        send(ben, program, f"Number {number}", may_be_named=True)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:checkins_suggestion_changelist"))
        counts.append(len(queries))
    assert counts[1] == counts[2]


# --- what is kept


def test_words_are_erased_after_the_programs_time_once_they_were_read(row, cleo, ben):
    read_at = row.sent_at + 100 * DAY
    suggestions.answer(row, by=cleo, text="We will.", at=read_at)
    later = read_at + 400 * DAY
    assert suggestions.erase_old_suggestions(row.sent_at + 200 * DAY) == 0
    assert suggestions.erase_old_suggestions(later) == 1
    assert suggestions.erase_old_suggestions(later) == 0
    row = Suggestion.system.get()
    assert (row.text, row.answer) == ("", "")
    assert not Suggestion.objects.readable_by(cleo).exists()


def test_words_that_no_one_marks_as_read_are_erased_too(row, cleo, ben, as_user):
    page = as_user(ben).get(reverse(PAGE)).content.decode()
    assert "or after you have sent them if no one marks them as read" in " ".join(page.split())
    assert suggestions.erase_old_suggestions(row.sent_at + 180 * DAY) == 0
    assert suggestions.erase_old_suggestions(row.sent_at + 190 * DAY) == 1
    assert Suggestion.system.get().text == ""
    with pytest.raises(ActionNotAllowed):
        suggestions.mark_read(row, by=cleo)
    assert "suggestion to read" not in as_user(cleo).get(reverse("admin:index")).content.decode()


def test_the_export_has_ones_own_with_the_answer(row, cleo, ben, ada):
    suggestions.answer(row, by=cleo, text="We will.")
    (mine,) = export_person(ben)["checkins"]["suggestions"]
    assert (mine["text"], mine["answer"]) == ("Meet in the evening.", "We will.")
    assert export_person(ada)["checkins"]["suggestions"] == []
