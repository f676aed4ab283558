"""The outbox in the admin: what the committee sees and the chair may do."""

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications import reasons
from notifications.models import Notification
from notifications.outbox import enqueue
from testkit import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/notifications/notification/"


@pytest.fixture
def email(ben, cohort):
    sent = factories.application(ben, cohort, state="submitted")
    enqueue("application-received", to=ben, about=sent, at=timezone.now())
    return fresh()


def fresh():
    return Notification.system.get()


def press(client, email, action):
    return client.post(
        reverse(f"admin:notifications_notification_{action}", args=[email.pk]), follow=True
    )


def test_an_email_is_named_in_words_and_can_be_filtered_by_them(as_user, cleo, email):
    page = as_user(cleo).get(LIST).content.decode()
    assert "Application received" in page
    assert "?kind=application-received" in page
    assert (
        "Application received"
        in as_user(cleo).get(f"{LIST}?kind=application-received").content.decode()
    )
    assert "field-email" not in as_user(cleo).get(f"{LIST}?kind=round-unmatched").content.decode()


def test_the_recipient_is_a_link_to_whoever_may_open_it(as_user, cleo, ben, email):
    url = reverse("admin:notifications_notification_change", args=[email.pk])
    person = reverse("admin:accounts_user_change", args=[ben.pk])
    page = as_user(cleo).get(url).content.decode()
    assert f'<a href="{person}">{ben}</a>' in page
    Notification.system.update(recipient=None, address="nobody@example.org")
    assert "nobody@example.org" in as_user(cleo).get(url).content.decode()


def test_the_chair_holds_an_email_and_releases_it(as_user, cleo, email):
    assert "On hold" in press(as_user(cleo), email, "hold").content.decode()
    assert fresh().state == "held"
    press(as_user(cleo), email, "release")
    assert fresh().state == "pending"


def test_a_cancelled_email_stays_cancelled(as_user, cleo, email):
    press(as_user(cleo), email, "cancel")
    for action in ("cancel", "hold", "release", "again"):
        press(as_user(cleo), email, action)
        assert fresh().state == "cancelled"


def test_a_failed_email_is_sent_again(as_user, cleo, email):
    Notification.system.update(state="failed", ended_at=timezone.now(), reason="no such mailbox")
    press(as_user(cleo), email, "again")
    assert fresh().state == "pending"


def test_reasons_and_problems_are_read_in_the_language_of_the_reader(as_user, cleo, email):
    problem = {
        "state": "failed",
        "reason": reasons.REJECTED,
        "error": "permanent-failure 550 5.1.1",
    }
    Notification.system.update(ended_at=timezone.now(), **problem)
    page = reverse("admin:notifications_notification_change", args=[email.pk])
    type(cleo).objects.filter(pk=cleo.pk).update(language="en")
    assert "Rejected by the mail server" in as_user(cleo).get(LIST).content.decode()
    english = as_user(cleo).get(page).content.decode()
    assert "The mail server rejects it: 550 5.1.1" in english
    assert "The text of an e-mail is not stored." in english
    type(cleo).objects.filter(pk=cleo.pk).update(language="fr")
    assert "Refus du serveur de courriel" in as_user(cleo).get(LIST).content.decode()
    assert "Le serveur de courriel le refuse" in as_user(cleo).get(page).content.decode()


def test_an_email_that_a_newer_one_has_replaced_says_so(as_user, cleo, ben, email):
    enqueue("application-received", to=ben, about=email.get_about(), ordinal=2)
    page = as_user(cleo).get(f"{LIST}?state__exact=cancelled").content.decode()
    assert "A newer e-mail about the same thing has replaced it" in page


def test_a_text_that_was_not_sent_yet_is_the_one_that_will_be_sent(as_user, cleo, email):
    page = reverse("admin:notifications_notification_change", args=[email.pk])
    assert "The text of an e-mail is not stored." not in as_user(cleo).get(page).content.decode()


@pytest.mark.parametrize("action", ["hold", "release", "cancel", "again"])
def test_a_reader_reads_and_decides_nothing(as_user, program, email, action):
    reader = as_user(factories.member("Kim Osei", program=program, role="reader"))
    assert "field-email" in reader.get(LIST).content.decode()
    assert press(reader, email, action).status_code == 404
    assert fresh().state == "pending"


def test_an_email_is_found_by_the_rule_of_the_table_that_it_is_about(cleo, email):
    """The name of the table is asked first, then that table's rule about the one row."""
    found = Notification.objects.filter(pk=email.pk).for_committee(cleo)
    assert list(found) == [email]
    sql = str(found.query)
    rules = sql.split(" WHEN ")[1:]
    assert len(rules) == sql.count('about_type" = ') > 5
    assert all('about_id" = (SELECT ' in rule and "LIMIT 1)" in rule for rule in rules)
    assert "ELSE False END" in rules[-1]


@pytest.mark.parametrize("made_up", ["999999", "nothing"])
def test_a_made_up_address_leads_back_to_the_index(as_user, cleo, email, made_up):
    answer = as_user(cleo).get(f"{LIST}{made_up}/change/")
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
