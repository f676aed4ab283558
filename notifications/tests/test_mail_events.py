"""What a mail provider reports counts like any bounce: once, and only for e-mails of ours."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.urls import reverse

from accounts.privacy import erase_person
from notifications import bounces, mail_provider
from notifications.bounces import Severity
from notifications.bounces.provider_events import severity_of, take
from notifications.models import BouncedAddress, Notification

from .bounce_samples import dsn
from .conftest import TUESDAY_NOON, enqueue_code, fresh
from .test_bounces import deliver, read

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
State = Notification.State


def token_of(row):
    return row.message_id.strip("<>").partition("@")[0]


def event(row=None, kind="bounced", **more):
    fields = {
        "event_type": kind,
        "message_id": None,
        "metadata": {"email_token": token_of(row)} if row else {},
        "mta_response": None,
        "description": None,
        "reject_reason": None,
        "esp_event": {},
    }
    return SimpleNamespace(**{**fields, **more})


HARD = {"mta_response": "smtp;550 5.1.1 ada@example.org: no such user"}
FULL = {"mta_response": "452 4.2.2 mailbox full"}


@pytest.fixture
def sent(sample, server, ada):
    """An e-mail to Ada that was accepted."""
    row = sample.enqueue(ada)
    deliver()
    return fresh(row)


# --- what an event means


@pytest.mark.parametrize(
    ("kind", "more", "severity"),
    [
        ("bounced", HARD, Severity.HARD),
        ("bounced", FULL, Severity.SOFT),
        ("bounced", {"mta_response": "550 5.7.26 unauthenticated"}, Severity.POLICY),
        # The code decides against the provider's word.
        ("bounced", HARD | {"esp_event": {"Type": "SoftBounce"}}, Severity.HARD),
        ("bounced", {"esp_event": {"status": "5.1.1", "type": "blocked"}}, Severity.HARD),
        ("bounced", {"esp_event": {"Type": "HardBounce"}}, Severity.HARD),
        ("bounced", {"esp_event": {"Type": "SoftBounce"}}, Severity.SOFT),
        ("bounced", {"esp_event": {"bounce": {"bounceType": "Permanent"}}}, Severity.HARD),
        ("bounced", {"esp_event": {"bounce": {"bounceType": "Transient"}}}, Severity.SOFT),
        ("bounced", {"esp_event": {"bounce": {"bounceType": "Undetermined"}}}, Severity.SOFT),
        ("bounced", {"esp_event": {"event": "soft_bounce"}}, Severity.SOFT),
        ("bounced", {"esp_event": {"hard_bounce": True, "event": "bounce"}}, Severity.HARD),
        ("bounced", {"esp_event": {"hard_bounce": False, "event": "bounce"}}, Severity.SOFT),
        ("bounced", {"esp_event": {"type": "blocked"}}, Severity.POLICY),
        ("bounced", {"mta_response": "550 no such user"}, Severity.HARD),
        ("bounced", {"reject_reason": "invalid"}, Severity.HARD),
        ("bounced", {"reject_reason": "spam"}, Severity.POLICY),  # the content, no complaint
        ("bounced", {}, Severity.SOFT),  # nothing is known: the third one counts
        ("bounced", {"esp_event": ["odd"]}, Severity.SOFT),
        ("complained", {}, Severity.SPAM),
        ("rejected", {"reject_reason": "bounced"}, Severity.HARD),
        ("rejected", {"reject_reason": "invalid"}, Severity.HARD),
        ("rejected", {"reject_reason": "spam"}, Severity.SPAM),
        ("rejected", {"reject_reason": "unsubscribed"}, Severity.SPAM),
        ("rejected", {"reject_reason": "timed_out"}, Severity.SOFT),
        ("rejected", {"reject_reason": "blocked"}, Severity.POLICY),
        ("rejected", {"esp_event": {"reject": {"reason": "hard-bounce"}}}, Severity.HARD),
        ("rejected", {}, Severity.POLICY),
        ("failed", {}, Severity.POLICY),
    ],
)
def test_what_an_event_means(kind, more, severity):
    found = severity_of(event(kind=kind, **more))
    assert found is not None
    assert found[0] is severity


@pytest.mark.parametrize(
    "kind",
    [
        "queued",
        "sent",
        "delivered",
        "deferred",
        "autoresponded",
        "opened",
        "clicked",
        "unsubscribed",
        "subscribed",
        "inbound",
        "unknown",
    ],
)
def test_no_other_event_is_looked_at(sent, kind, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert take(event(sent, kind, **HARD), at=TUESDAY_NOON) is None
    assert fresh(sent).bounce == ""


# --- whose e-mail it is


def test_a_bounce_stops_the_address_like_one_from_the_mailbox(sent, sample, ada):
    assert take(event(sent, **HARD), at=TUESDAY_NOON) is True
    marked = BouncedAddress.objects.stopped().get()
    assert (marked.person_id, marked.status, marked.reported_at) == (ada.pk, "5.1.1", None)
    row = sample.enqueue(ada, subject=1)
    assert deliver() == 0
    assert fresh(row).state == State.HELD


def test_our_own_message_id_names_the_email_too(sent):
    assert take(event(message_id=sent.message_id, **HARD), at=TUESDAY_NOON)


def test_an_event_that_names_no_email_of_ours_is_passed_over(sent, ada):
    forged = token_of(sent)[:-1] + ("0" if token_of(sent)[-1] != "0" else "1")
    for more in (
        {"message_id": "<of.another@provider>"},
        {"metadata": {"email_token": forged}},
        {"metadata": {"email_token": "n999999999." + "0" * 24}},
        {"metadata": {"email_token": 7}},
        {"metadata": None},
        {"metadata": [token_of(sent)]},
        {"recipient": ada.email},  # an address alone is no proof
    ):
        assert take(event(**HARD | more), at=TUESDAY_NOON) is None
    assert not BouncedAddress.objects.exists()


def test_an_event_that_comes_twice_or_late_changes_nothing(sent, ada):
    assert take(event(sent, **FULL), at=TUESDAY_NOON) is True
    assert take(event(sent, **FULL), at=TUESDAY_NOON + DAY) is False
    assert BouncedAddress.objects.get().soft_bounces == 1
    assert take(event(sent, **HARD), at=TUESDAY_NOON) is True  # graver than the first
    assert take(event(sent, **FULL), at=TUESDAY_NOON) is False  # out of order
    assert bounces.works_again(ada, at=TUESDAY_NOON)
    assert take(event(sent, **HARD), at=TUESDAY_NOON + DAY) is False  # sent again days later
    assert bounces.bounce_of(ada) is None


def test_mailbox_and_provider_together_count_once(sent):
    assert take(event(sent, **HARD), at=TUESDAY_NOON) is True
    assert read(dsn(sent)).known == 1


def test_an_event_may_come_before_the_row_says_sent(sample, ada, settings):
    """The provider may be faster than our transaction."""
    row, seen = sample.enqueue(ada), []

    class Fast:
        def open(self):
            return True

        def close(self):
            pass

        def send_messages(self, messages):
            assert fresh(row).state == State.SENDING
            seen.append(take(event(fresh(row), **HARD), at=TUESDAY_NOON))
            return 1

    settings.EMAIL_BACKEND = "x.y"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("notifications.delivery.configured_backend", Fast)
        assert deliver() == 1
    assert seen == [True]
    assert (fresh(row).state, fresh(row).bounce) == (State.SENT, "hard")
    assert bounces.bounce_of(ada)


def test_an_address_that_was_changed_meanwhile_is_not_marked(sent, ada):
    ada.email = "new@example.org"
    ada.save()
    assert take(event(sent, **HARD), at=TUESDAY_NOON)
    assert not BouncedAddress.objects.exists()


def test_of_a_person_who_was_erased_nothing_is_marked(sent, ada):
    erase_person(ada)
    take(event(sent, **HARD), at=TUESDAY_NOON)
    assert not BouncedAddress.objects.exists()


# --- complaints


def test_a_complaint_stops_the_address_and_says_so_truly(sent, sample, ada, as_user):
    assert take(event(sent, "complained"), at=TUESDAY_NOON)
    assert fresh(sent).bounce == "spam"
    row = sample.enqueue(ada, subject=1)
    assert deliver() == 0
    assert fresh(row).state == State.HELD
    client = as_user(ada)
    page = client.get(reverse("notifications:preferences")).text
    assert "reported as spam" in page
    assert "come back" not in page
    client.post(reverse("notifications:address-works"))
    assert bounces.bounce_of(ada) is None
    assert fresh(row).state == State.PENDING


def test_a_hard_bounce_after_a_complaint_is_told_as_what_it_is(sample, ada, server):
    code = enqueue_code(ada)
    row = sample.enqueue(ada)
    assert deliver() == 2
    take(event(fresh(row), "complained"), at=TUESDAY_NOON)
    assert BouncedAddress.objects.get().reported_at
    take(event(fresh(code), **HARD), at=TUESDAY_NOON)
    assert BouncedAddress.objects.get().reported_at is None


# --- the e-mails themselves


@pytest.mark.parametrize(
    ("provider", "is_on", "token", "tracking"),
    [
        ("postmark", True, True, False),
        ("amazon_ses", True, True, None),  # has no such option
        ("postmark", False, False, False),
        ("mailersend", True, False, False),
        ("", False, False, None),
    ],
)
def test_an_email_asks_for_no_tracking_and_carries_its_token(
    sample, ada, settings, provider, is_on, token, tracking
):
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK = provider, is_on
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    row = sample.enqueue(ada)
    deliver()
    (message,) = mail.outbox
    wanted = {"email_token": token_of(fresh(row))} if token else None
    assert getattr(message, "metadata", None) == wanted
    for name in ("track_opens", "track_clicks"):
        assert getattr(message, name, None) is tracking


def test_the_provider_is_named_by_its_backend():
    from mentoring.connections import mail_provider_of

    assert mail_provider_of("anymail.backends.amazon_ses.EmailBackend") == "amazon_ses"
    for other in ("notifications.delivery.EmailBackend", "anymail.backends.test.Other", ""):
        assert mail_provider_of(other) == ""


@pytest.mark.parametrize("answer", ["rejected", "invalid"])
def test_an_address_that_the_provider_refuses_at_once_is_marked(sample, ada, answer, monkeypatch):
    class Refusing:
        def open(self):
            return True

        def close(self):
            pass

        def send_messages(self, messages):
            messages[0].anymail_status = SimpleNamespace(status={answer})
            raise ValueError("refused")

    monkeypatch.setattr("notifications.delivery.configured_backend", Refusing)
    row = sample.enqueue(ada)
    deliver()
    assert (fresh(row).state, fresh(row).bounce) == (State.FAILED, "hard")
    assert bounces.bounce_of(ada)


def test_the_settings_default_to_off(settings):
    assert not settings.MAIL_WEBHOOK
    message = EmailMessage(to=["a@example.org"])
    mail_provider.prepare(message, "<n1.x@y>")
    assert not hasattr(message, "metadata")
