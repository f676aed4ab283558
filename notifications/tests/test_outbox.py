"""A debt exists exactly when its fact does, and owing twice is owing once."""

import pytest

from notifications import outbox
from notifications.models import Notification
from notifications.testing import sweep_now

pytestmark = pytest.mark.django_db


def rows():
    return Notification.objects.unscoped("test")


def test_owing_twice_is_owing_once(ada):
    outbox.owe("trial", to=ada, about=ada)
    outbox.owe("trial", to=ada, about=ada)
    assert rows().count() == 1


def test_a_letter_is_delivered_once(ada, mailoutbox):
    outbox.owe("trial", to=ada, about=ada)
    sent = sweep_now()
    assert [mail.to for mail in sent] == [[ada.email]]
    assert sweep_now() == []
    assert rows().get().state == Notification.State.SENT
