"""The end of a term for each of the two: a thank-you note, and how they stay in touch."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from matches import endings, keeping_in_touch, thank_you_notes
from matches.models import ContactChoice, Match, ThankYouNote
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from testkit import factories

Allows = ContactChoice.Allows
LATER = timedelta(minutes=11)


@pytest.fixture
def pair(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    Match.objects.filter(pk=match.pk).update(state="closing", ends_on=timezone.localdate())
    match.refresh_from_db()
    return match


def complete(pair):
    endings.end(pair, by=pair.mentee.person, kind=Match.Closed.COMPLETED)


def url(name, pair):
    return reverse(f"matches:match-{name}", args=[pair.public_id])


def text_of(response):
    return html.unescape(response.content.decode())


def waiting():
    return Notification.system.filter(kind="thank-you", state="pending")


# --- thank-you notes


def test_a_note_leaves_once_some_minutes_after_it_was_sent(pair, ada, ben):
    now = timezone.now()
    note = thank_you_notes.send(pair, by=ben, text="Thank you.", at=now)
    assert note.leaves_at == now + timedelta(minutes=10)
    assert [row.due_at for row in waiting()] == [note.leaves_at]
    assert not ThankYouNote.objects.visible_to(ada).exists()


def test_the_same_words_twice_are_one_note_and_one_email(pair, ben):
    for _turn in range(2):
        thank_you_notes.send(pair, by=ben, text="Thank you.")
    assert ThankYouNote.system.count() == waiting().count() == 1


def test_changed_words_replace_the_email_that_waits(pair, ben, settings):
    now = timezone.now()
    thank_you_notes.send(pair, by=ben, text="First words.", at=now)
    note = thank_you_notes.send(pair, by=ben, text="Better words.", at=now + timedelta(minutes=5))
    assert waiting().get().ordinal == 2
    assert note.leaves_at == now + timedelta(minutes=15)
    states = Notification.system.filter(kind="thank-you").values_list("state", "reason")
    assert sorted(states) == [("cancelled", "superseded"), ("pending", "")]


def test_a_note_that_has_left_stays_as_it_is(pair, ada, ben):
    now = timezone.now() - LATER
    thank_you_notes.send(pair, by=ben, text="Thank you.", at=now)
    for change in (
        lambda: thank_you_notes.send(pair, by=ben, text="Other words."),
        lambda: thank_you_notes.take_back(pair, by=ben),
    ):
        with pytest.raises(ActionNotAllowed, match="has left"):
            change()
    assert ThankYouNote.objects.visible_to(ada).get().text == "Thank you."


def test_a_note_taken_back_is_never_sent(pair, ada, ben):
    thank_you_notes.send(pair, by=ben, text="Thank you.")
    thank_you_notes.take_back(pair, by=ben)
    thank_you_notes.take_back(pair, by=ben)
    assert not waiting().exists()
    assert not ThankYouNote.system.exists()


def test_only_the_two_write_and_only_with_words(pair, ben, cleo):
    with pytest.raises(ActionNotAllowed, match="two people"):
        thank_you_notes.send(pair, by=cleo, text="Thank you.")
    with pytest.raises(ActionNotAllowed, match="empty"):
        thank_you_notes.send(pair, by=ben, text="  \n")


@pytest.mark.parametrize(
    ("state", "kind", "days", "may"),
    [
        ("introduced", "", 0, False),
        ("active", "", 0, False),
        ("closing", "", 0, True),
        ("closed", "completed", 29, True),
        ("closed", "early", 29, True),
        ("closed", "completed", 31, False),
        ("closed", "choice", 0, False),
        ("closed", "circumstance", 0, False),
        ("closed", "error", 0, False),
    ],
)
def test_notes_are_written_when_a_pair_is_closing_or_was_just_completed(
    pair, ben, state, kind, days, may
):
    closed_at = timezone.now() - timedelta(days=days) if state == "closed" else None
    Match.objects.filter(pk=pair.pk).update(state=state, closed_kind=kind, closed_at=closed_at)
    pair.refresh_from_db()
    if may:
        assert thank_you_notes.send(pair, by=ben, text="Thank you.").pk
        return
    with pytest.raises(ActionNotAllowed, match="coming to its end"):
        thank_you_notes.send(pair, by=ben, text="Thank you.")


def test_a_pair_that_ends_in_another_way_sends_no_note(pair, ben):
    thank_you_notes.send(pair, by=ben, text="Thank you.", at=timezone.now() - LATER)
    endings.end(pair, by=pair.mentor.person, kind=Match.Closed.BY_CHOICE)
    deliver_due_emails()
    assert Notification.system.get(kind="thank-you").reason == "match-ended"


def test_the_note_is_shown_before_it_is_sent_and_reaches_the_partner(pair, as_user, ada, ben):
    client = as_user(ben)
    page = text_of(client.post(url("thank-you", pair), {"text": "You asked, and never told."}))
    assert "What Ada will read" in page
    assert "You asked, and never told." in page
    assert not ThankYouNote.system.exists()
    client.post(url("thank-you-send", pair), {"text": "You asked, and never told."})
    assert "Until then you can change it" in text_of(client.get(url("thank-you", pair)))
    sent_at = timezone.now()
    assert not deliver_due_emails(sent_at, reconcile=False)
    (sent,) = deliver_due_emails(sent_at + LATER, reconcile=False)
    ThankYouNote.system.update(leaves_at=sent_at - LATER)  # the clock of the page is not moved
    assert sent.to == [ada.email]
    assert "You asked, and never told." in sent.body
    complete(pair)
    assert "You asked, and never told." in text_of(as_user(ada).get(url("detail", pair)))
    assert "It stays as it is." in text_of(client.get(url("thank-you", pair)))


def test_an_empty_note_says_what_is_missing(pair, as_user, ben):
    for name in ("thank-you", "thank-you-send"):
        assert "the note is empty" in text_of(as_user(ben).post(url(name, pair), {"text": " "}))


# --- staying in touch


@pytest.mark.parametrize(
    ("mine", "theirs", "shown"),
    [
        (None, None, "nothing"),
        ("phone", None, "nothing"),
        (None, "phone", "nothing"),
        ("nothing", "phone", "nothing"),
        ("phone", "nothing", "nothing"),
        ("email", "phone", "phone"),
        ("phone", "email", "email"),
    ],
)
def test_contact_stays_only_if_both_agree_and_as_far_as_the_other_allows(
    pair, ada, ben, mine, theirs, shown
):
    for person, allows in ((ben, mine), (ada, theirs)):
        if allows:
            keeping_in_touch.choose(pair, by=person, allows=allows)
    assert keeping_in_touch.shown_to(pair, ben) == Allows.PHONE  # the pair still goes on
    complete(pair)
    assert keeping_in_touch.shown_to(pair, ben) == shown


def test_a_choice_can_be_changed_and_is_never_shown_to_the_partner(pair, as_user, ada, ben):
    as_user(ben).post(url("keep-in-touch", pair), {"allows": "phone"})
    as_user(ben).post(url("keep-in-touch", pair), {"allows": "nothing"})
    assert ContactChoice.objects.get().allows == Allows.NOTHING
    complete(pair)
    as_user(ada).post(url("keep-in-touch", pair), {"allows": "email"})
    page = text_of(as_user(ada).get(url("keep-in-touch", pair)))
    assert "You both allow it" not in page
    assert ben.email not in text_of(as_user(ada).get(url("detail", pair)))
    as_user(ben).post(url("keep-in-touch", pair), {"allows": "email"})
    assert "You both allow it" in text_of(as_user(ada).get(url("keep-in-touch", pair)))
    assert ben.email in text_of(as_user(ada).get(url("detail", pair)))


def test_only_the_two_choose_and_not_before_the_end_is_near(pair, ben, cleo):
    with pytest.raises(ActionNotAllowed, match="two people"):
        keeping_in_touch.choose(pair, by=cleo, allows="email")
    Match.objects.filter(pk=pair.pk).update(state="active")
    pair.refresh_from_db()
    with pytest.raises(ActionNotAllowed, match="coming to its end"):
        keeping_in_touch.choose(pair, by=ben, allows="email")


def test_pages_of_the_end_send_a_running_pair_to_its_own_page(pair, as_user, ben):
    Match.objects.filter(pk=pair.pk).update(state="active")
    for name in ("thank-you", "keep-in-touch"):
        assert as_user(ben).get(url(name, pair))["Location"] == url("detail", pair)


def test_steps_of_the_end_stand_on_both_pages(pair, as_user, ben):
    for page in ("closing", "detail"):
        if page == "detail":
            complete(pair)
        text = text_of(as_user(ben).get(url(page, pair)))
        for name in ("thank-you", "keep-in-touch"):
            assert url(name, pair) in text


def test_a_mentor_of_two_keeps_the_pairs_apart(pair, ada, cohort, as_user):
    dora = factories.person("Dora Lund")
    other = Match.objects.create(
        mentee=factories.application(dora, cohort),
        mentor=pair.mentor,
        state="closing",
        ends_on=timezone.localdate(),
    )
    at = timezone.now() - LATER
    thank_you_notes.send(pair, by=ada, text="Words for Ben.", at=at)
    keeping_in_touch.choose(pair, by=ada, allows="phone")
    page = text_of(as_user(dora).get(url("closing", other)))
    assert "Words for Ben." not in page
    assert not ThankYouNote.objects.visible_to(dora).exists()
    mine = text_of(as_user(ada).get(url("thank-you", other)))
    assert "Words for Ben." not in mine
    assert keeping_in_touch.choice_of(other, ada) is None
