"""Rows from before topics and reason codes get both."""

from importlib import import_module

import pytest
from django.apps import apps

from notifications import known, reasons
from notifications.models import KnownState, Notification

from .conftest import TUESDAY_NOON, fresh, rows

pytestmark = pytest.mark.django_db
State = Notification.State


def test_waiting_emails_get_their_topic_and_older_ones_are_cancelled(sample, ada):
    older, newer = sample.enqueue(ada), sample.enqueue(ada, subject=1)
    topic = newer.topic
    # As it was before: two that wait, without a topic.
    rows().filter(pk=older.pk).update(about_id=newer.about_id, key=f"{newer.key}1")
    rows().update(topic=None)
    ended = {"state": State.EXPIRED, "reason": "weekly limit", "ended_at": TUESDAY_NOON}
    expired = sample.enqueue(ada, subject=2)
    rows().filter(pk=expired.pk).update(**ended)
    told = sample.enqueue(ada, subject=3)
    sent = {"state": State.SENT, "sent_at": TUESDAY_NOON, "ended_at": TUESDAY_NOON}
    rows().filter(pk=told.pk).update(
        kind="meeting-date", key=f"meeting-date:meetings.meeting:7:{ada.pk}:1", **sent
    )
    import_module("notifications.migrations.0003_topics_and_reason_codes").forwards(apps, None)
    assert (fresh(older).state, fresh(older).reason) == (State.CANCELLED, reasons.SUPERSEDED)
    assert (fresh(newer).state, fresh(newer).topic) == (State.PENDING, topic)
    assert fresh(expired).reason == reasons.WEEKLY_LIMIT
    state = KnownState.objects.get()
    assert (state.topic, state.digest) == (f"meeting:meetings.meeting:7:{ada.pk}", known.UNSURE)
