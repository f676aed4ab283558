"""The outbox in the admin: what the committee sees of each letter, and what the chair may do with it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications.models import Notification
from notifications.outbox import enqueue
from testkit import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/notifications/notification/"


@pytest.fixture
def letter(ben, cohort):
    sent = factories.application(ben, cohort, state="submitted")
    enqueue("application-received", to=ben, about=sent, at=timezone.now())
    return fresh()


def fresh():
    return Notification.system.get()


def press(client, letter, verb):
    return client.post(
        reverse(f"admin:notifications_notification_{verb}", args=[letter.pk]), follow=True
    )


def test_a_letter_is_named_in_words_and_can_be_filtered_by_them(as_user, cleo, letter):
    page = as_user(cleo).get(LIST).content.decode()
    assert "Application received" in page
    assert "?kind=application-received" in page
    assert (
        "Application received"
        in as_user(cleo).get(f"{LIST}?kind=application-received").content.decode()
    )
    assert "field-letter" not in as_user(cleo).get(f"{LIST}?kind=round-unmatched").content.decode()


def test_the_chair_holds_a_letter_and_lets_it_go_again(as_user, cleo, letter):
    assert "On hold" in press(as_user(cleo), letter, "hold").content.decode()
    assert fresh().state == "held"
    press(as_user(cleo), letter, "release")
    assert fresh().state == "pending"


def test_a_cancelled_letter_stays_cancelled(as_user, cleo, letter):
    press(as_user(cleo), letter, "cancel")
    for verb in ("cancel", "hold", "release", "again"):
        press(as_user(cleo), letter, verb)
        assert fresh().state == "cancelled"


def test_a_failed_letter_is_sent_again(as_user, cleo, letter):
    Notification.system.update(state="failed", ended_at=timezone.now(), reason="no such mailbox")
    press(as_user(cleo), letter, "again")
    assert fresh().state == "pending"


@pytest.mark.parametrize("verb", ["hold", "release", "cancel", "again"])
def test_a_reader_reads_and_decides_nothing(as_user, program, letter, verb):
    reader = as_user(factories.member("Kim Osei", program=program, role="reader"))
    assert "field-letter" in reader.get(LIST).content.decode()
    assert press(reader, letter, verb).status_code == 404
    assert fresh().state == "pending"


def test_a_letter_is_found_by_the_rule_of_the_table_that_it_is_about(cleo, letter):
    """Asking the rules of all tables about one letter would take most of the time of its page."""
    found = Notification.objects.filter(pk=letter.pk).for_committee(cleo)
    assert list(found) == [letter]
    assert "programs_membership" in str(found.query)
    assert "matches_match" not in str(found.query)


@pytest.mark.parametrize("made_up", ["999999", "nothing"])
def test_an_address_that_somebody_made_up_leads_back_to_the_desk(as_user, cleo, letter, made_up):
    answer = as_user(cleo).get(f"{LIST}{made_up}/change/")
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
