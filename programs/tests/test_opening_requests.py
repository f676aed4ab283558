"""A visitor asks to be told when a program opens, confirms, and gets one e-mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone, translation

from accounts import privacy
from notifications import outbox
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs import opening_requests
from programs.models import Cohort, OpeningRequest, Program
from testkit import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ADDRESS = "Visitor@Example.org"
DAY = timedelta(days=1)


@pytest.fixture
def closed(program):
    """A program whose next cohort opens in ten days."""
    factories.cohort(program=program, opens_on=timezone.localdate() + 10 * DAY, name="Spring")
    return program


def page(name, program):
    return reverse(f"programs:{name}", args=[program.slug])


def ask(client, program, email=ADDRESS, role="mentee"):
    data = {"email": email, "role": role}
    return client.post(page("opening-request", program), data)


def open_now(program):
    Cohort.objects.filter(program=program).update(opens_on=timezone.localdate())


def sent(at=None, **options):
    return deliver_due_emails(at or timezone.now(), **options)


def link_in(email, purpose):
    return re.search(rf"https?://[^/]+(/(?:go|unsubscribe)/{purpose}/\S+/)", email.body)[1]


def on_the_list(program, client, email=ADDRESS, role="mentee"):
    ask(client, program, email, role)
    [letter] = sent(reconcile=False)
    client.post(link_in(letter, "opening-confirm"))
    return OpeningRequest.system.get(address_key=outbox.digest_of_address(email), role=role)


# --- what the public page says


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_page_offers_it_before_applications_open(client, closed):
    text = text_of(client.get(page("program-detail", closed)))
    assert page("opening-request", closed) in text
    assert "Spring opens on" in text
    assert "Leave your address and get one e-mail then" in text_of(
        client.get(page("opening-request", closed))
    )


def test_the_page_offers_it_without_a_date(client, program):
    factories.cohort(program=program, closes_on=timezone.localdate() - DAY)
    assert page("opening-request", program) in text_of(client.get(page("program-detail", program)))
    assert "There is no date yet" in text_of(client.get(page("opening-request", program)))


def test_an_open_program_asks_for_applications_instead(client, program):
    factories.cohort(program=program)
    offer = page("opening-request", program)
    assert offer not in text_of(client.get(page("program-detail", program)))
    for answer in (client.get(offer), ask(client, program)):
        assert answer.headers["Location"] == page("program-detail", program)
    assert not OpeningRequest.system.exists()


def test_a_hidden_program_tells_no_one(client, closed):
    Program.objects.filter(pk=closed.pk).update(is_public=False)
    assert client.get(page("opening-request", closed)).status_code == 404
    assert ask(client, closed).status_code == 404
    assert client.get(page("opening-requested", closed)).status_code == 404


def test_a_wrong_address_is_refused_beside_its_field(client, closed):
    answer = ask(client, closed, email="no address", role="carer")
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"email", "role"}
    assert not OpeningRequest.system.exists()


# --- asking


def test_nothing_counts_before_the_link_is_opened_and_its_button_pressed(client, closed):
    assert ask(client, closed).headers["Location"] == page("opening-requested", closed)
    [letter] = sent(reconcile=False)
    assert letter.to == ["visitor@example.org"]
    link = link_in(letter, "opening-confirm")
    assert "Yes, tell me" in text_of(client.get(link))
    assert opening_requests.counts(closed) == {"mentee": 0, "mentor": 0}
    open_now(closed)
    assert sent() == []


def test_confirming_puts_the_address_on_the_list_once(client, closed):
    row = on_the_list(closed, client)
    first = row.confirmed_at
    assert opening_requests.counts(closed) == {"mentee": 1, "mentor": 0}
    opening_requests.confirm(row, at=first + DAY)
    row.refresh_from_db(from_queryset=OpeningRequest.system.all())
    assert row.confirmed_at == first


def test_who_asks_again_is_not_stored_twice(client, closed):
    on_the_list(closed, client)
    ask(client, closed, email=ADDRESS.lower())
    [letter] = sent(reconcile=False)
    assert letter.subject == f"You are on the list of {closed.name} already"
    assert "opening-confirm" not in letter.body
    assert OpeningRequest.system.count() == 1
    assert opening_requests.counts(closed) == {"mentee": 1, "mentor": 0}


def test_a_forged_link_and_the_link_of_another_purpose_do_nothing(client, closed):
    ask(client, closed)
    [letter] = sent(reconcile=False)
    link = link_in(letter, "opening-confirm")
    for wrong in (link[:-3] + "/", link.replace("opening-confirm", "opening-stop")):
        assert client.post(wrong).status_code == 404
    assert opening_requests.counts(closed) == {"mentee": 0, "mentor": 0}
    assert OpeningRequest.system.count() == 1


def test_the_link_of_an_account_is_no_link_of_a_guest(client, closed):
    from notifications.links import token_for

    ask(client, closed)
    row, dan = OpeningRequest.system.get(), factories.person("Dan")
    token = token_for("opening-stop", person=dan, subject=row, until=timezone.now() + DAY)
    assert client.post(reverse("notifications:go", args=["opening-stop", token])).status_code == 404
    assert OpeningRequest.system.exists()


def test_a_link_that_is_opened_too_late_leads_to_the_program(client, closed):
    ask(client, closed)
    [letter] = sent(reconcile=False)
    open_now(closed)
    answer = client.post(link_in(letter, "opening-confirm"))
    assert page("program-detail", closed) in text_of(answer)
    assert opening_requests.counts(closed) == {"mentee": 0, "mentor": 0}


def test_asking_too_often_for_one_address_has_to_wait(client, closed):
    assert [ask(client, closed).status_code for _time in range(4)] == [302, 302, 302, 429]
    assert ask(client, closed, email="other@example.org").status_code == 302
    assert OpeningRequest.system.get(address_key=outbox.digest_of_address(ADDRESS))


def test_the_language_of_the_page_is_the_language_of_the_emails(client, closed):
    client.post(
        page("opening-request", closed),
        {"email": ADDRESS, "role": "mentor"},
        headers={"accept-language": "fr"},
    )
    [letter] = sent(reconcile=False)
    with translation.override("fr"):
        assert str(translation.gettext("Hello,")) in letter.body
    assert "Hello" not in letter.body
    answer = client.get(link_in(letter, "opening-confirm"))
    assert "Yes, tell me" not in text_of(answer)


# --- the one e-mail


def test_one_email_when_applications_open_and_the_address_is_gone(client, closed):
    on_the_list(closed, client)
    ask(client, closed, role="mentor")
    client.post(link_in(sent(reconcile=False)[0], "opening-confirm"))
    assert sent() == []
    open_now(closed)
    [letter] = sent()
    assert letter.subject == f"{closed.name} is open for applications"
    assert page("program-detail", closed) in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent() == []
    assert not OpeningRequest.system.exists()
    assert not Notification.system.filter(about_type="programs.openingrequest").exists()


def test_it_keeps_to_quiet_hours_and_to_the_day(client, closed):
    """Set to open by mistake on a night, set right before the morning, and told when it is true."""
    on_the_list(closed, client)
    night = timezone.now().replace(hour=23, minute=0)
    open_now(closed)
    opening_requests.tell_of_openings(night)
    assert sent(night, delivery_rules=True, reconcile=False) == []
    Cohort.objects.update(opens_on=timezone.localdate() + 30 * DAY)
    morning = night + timedelta(days=4)
    assert sent(morning, reconcile=False) == []
    opening_requests.delete_old_requests(morning)
    open_now(closed)
    assert len(sent(morning + DAY)) == 1


def test_reconciling_twice_makes_one_email(client, closed):
    on_the_list(closed, client)
    open_now(closed)
    now = timezone.now()
    assert [opening_requests.tell_of_openings(now) for _time in range(3)] == [1, 0, 0]
    assert len(sent()) == 1


def test_each_program_tells_its_own_visitors(client, closed):
    on_the_list(closed, client)
    other = factories.program()
    factories.cohort(program=other)
    assert sent() == []


# --- leaving


def test_the_link_in_the_email_takes_the_address_off_the_list(client, closed):
    on_the_list(closed, client)
    ask(client, closed, role="mentor")
    open_now(closed)
    opening_requests.tell_of_openings(timezone.now())
    [letter] = sent(reconcile=False)
    link = link_in(letter, "opening-stop")
    asked = client.get(link, follow=True)
    assert "Delete my address" in text_of(asked)
    assert OpeningRequest.system.count() == 2
    own_page = asked.redirect_chain[-1][0]
    for _time in range(2):
        assert "Your address is not on the list" in text_of(client.post(own_page))
        assert not OpeningRequest.system.exists()
        assert not Notification.system.filter(about_type="programs.openingrequest").exists()


def test_one_click_of_a_mail_program_is_enough(client, closed):
    on_the_list(closed, client)
    open_now(closed)
    opening_requests.tell_of_openings(timezone.now())
    [letter] = sent(reconcile=False)
    link = link_in(letter, "opening-stop")
    for _time in range(2):
        answer = client.post(link, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not OpeningRequest.system.exists()
    assert client.post(link[:-4] + "/", {"List-Unsubscribe": "One-Click"}).status_code == 200


# --- how long an address stays


def test_an_address_that_is_not_confirmed_goes_after_a_week(client, closed):
    ask(client, closed)
    asked_at = OpeningRequest.system.get().asked_at
    limit = asked_at + timedelta(days=7)
    assert opening_requests.delete_old_requests(limit - timedelta(minutes=1)) == 0
    assert opening_requests.delete_old_requests(limit) == 1
    assert not Notification.system.filter(about_type="programs.openingrequest").exists()


def test_a_confirmed_address_goes_after_18_months(client, closed):
    from dateutil.relativedelta import relativedelta

    limit = on_the_list(closed, client).confirmed_at + relativedelta(months=18)
    assert opening_requests.delete_old_requests(limit - DAY) == 0
    assert opening_requests.delete_old_requests(limit) == 1
    assert opening_requests.delete_old_requests(limit) == 0


def test_erasing_an_account_deletes_the_address(client, closed):
    row = on_the_list(closed, client)
    on_the_list(closed, client, email="other@example.org")
    dan = factories.person("Dan", email="visitor@example.org")
    exported = privacy.export_person(dan)["programs"]["wants_to_know_when_it_opens"]
    assert [entry["program__name"] for entry in exported] == [closed.name]
    privacy.erase_person(dan)
    assert not OpeningRequest.system.filter(pk=row.pk).exists()
    assert OpeningRequest.system.count() == 1


def test_an_address_that_is_not_proven_deletes_nothing(client, closed):
    on_the_list(closed, client)
    dan = factories.person("Dan", email="dan@example.org")
    dan.emailaddress_set.create(email="visitor@example.org", verified=False)
    privacy.erase_person(dan)
    assert OpeningRequest.system.count() == 1


# --- the committee


def test_the_committee_reads_numbers_and_no_address(client, as_user, closed):
    on_the_list(closed, client)
    on_the_list(closed, client, email="second@example.org", role="mentor")
    ask(client, closed, email="unconfirmed@example.org")
    maintainer = factories.person("Main", is_superuser=True, is_staff=True)
    for member in (factories.member(program=closed), maintainer):
        address = reverse("admin:programs_program_change", args=[closed.pk])
        text = text_of(as_user(member).get(address))
        assert "1 as a mentee, 1 as a mentor" in text
        letters = reverse("admin:notifications_notification_changelist")
        pages = [text, text_of(as_user(member).get(letters))]
        for word in ("visitor@", "second@", "unconfirmed@"):
            assert word not in "".join(pages)
        assert not Notification.objects.for_committee(member).filter(
            about_type="programs.openingrequest"
        )
    assert mail.outbox is not None


# --- a known and an unknown address


@pytest.fixture
def work(django_assert_num_queries):
    from accounts.tests.test_equal_answers import work_of

    return work_of


def test_known_and_unknown_addresses_take_the_same_work(client, closed, work):
    from django.test import Client

    on_the_list(closed, client, email="confirmed@example.org")
    ask(client, closed, email="asked@example.org")
    sent(reconcile=False)
    factories.person("Ann Lee", email="account@example.org")
    works = []
    for name in ("confirmed", "asked", "account", "unknown"):
        cache.clear()
        address = f"{name}@example.org"
        works.append(
            work(
                Client(),
                address,
                page("opening-request", closed),
                {"email": address, "role": "mentee"},
            )
        )
    assert works[0]["e-mails"] == [("opening-confirm", "pending", True)]
    assert all(one == works[0] for one in works[1:])
