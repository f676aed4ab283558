"""What the committee's page of a cohort shows: the app above all others knows it."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User

from .models import Cohort
from .signals import cohort_overview_asked


def committee_overview(cohort: Cohort, user: User, at: datetime) -> object:
    """Return what the member `user` may see of a cohort, for the template of its page."""
    answers = cohort_overview_asked.send(Cohort, cohort=cohort, user=user, at=at)
    return next((found for _receiver, found in answers), None)
