"""Steps of two people who have found each other, for tests."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from applications.models import Application
from matching.models import PairRequest
from matching.rounds import found_each_other, pair_requests

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def ask(cohort, by, address="otto@example.org", role="mentee", **options):
    return found_each_other.ask(cohort, role, address, by=by, reason="Old colleagues", **options)


def fresh(request):
    return PairRequest.system.select_related(*pair_requests.RELATIONS, "by").get(pk=request.pk)


def confirmed(cohort, by, other):
    request = ask(cohort, by, other.email)
    found_each_other.confirm(request, by=other)
    return fresh(request)


def complete(application, **fields):
    """Let the applicant have sent a short application, and be prepared unless `fields` differ."""
    now = timezone.now()
    values = {"state": "submitted", "submitted_at": now, "code_accepted_at": now, **fields}
    Application.objects.filter(pk=application.pk).update(**values)


def link_in(email):
    return re.search(r"https?://[^/]+(/go/pair-invitation/\S+/)", str(email.body))[1]
