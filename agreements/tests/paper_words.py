"""What the tests of signatures on paper say and read."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from agreements import paper
from matches.models import Match
from notifications.models import Notification

DAY = timedelta(days=1)


def record(version, carer, *people, **given):
    day = paper.first_day(version)
    sent = {
        "dates": {person.pk: day for person in people},
        "scan": None,
        "holds_paper": True,
        "expected_revision": version.revision,
        **given,
    }
    return paper.record(version, by=carer, **sent)


def url(name, *args):
    return reverse(f"agreements:{name}", args=args)


def desk(version):
    return reverse("admin:agreements_agreementversion_paper", args=[version.pk])


def shown(response):
    return " ".join(response.content.decode().split())


def emails(kind):
    return {row.recipient for row in Notification.system.filter(kind=kind)}


def again(match):
    return Match.objects.get(pk=match.pk)
