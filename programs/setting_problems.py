"""Which settings of a program don't fit each other."""

from __future__ import annotations

from collections.abc import Iterator

from django.dispatch import receiver
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Policy
from .signals import policy_problems_asked


@receiver(policy_problems_asked)
def say_problems(
    sender: type[Policy], policy: Policy, **_kwargs: object
) -> dict[str, str | Promise]:
    return dict(problems_of(policy))


def problems_of(policy: Policy) -> Iterator[tuple[str, str | Promise]]:
    """Yield each setting that can't be saved as it is, and why."""
    if policy.reminder_second_days <= policy.reminder_first_days:
        yield (
            "reminder_second_days",
            _("The second reminder must come after the first. Enter a larger number."),
        )
    if policy.contact_last_reminder_days <= policy.contact_reminder_days:
        yield (
            "contact_last_reminder_days",
            _("The mentee is asked again after the first time. Enter a larger number."),
        )
    if policy.checkin_lapses_days <= policy.reminder_second_days:
        yield (
            "checkin_lapses_days",
            _("A check-in must lapse after its last reminder. Enter a larger number."),
        )
    usual = (policy.care_first_days, policy.care_second_days, policy.care_later_days)
    if policy.care_gap_days < max(usual):
        yield (
            "care_gap_days",
            _(
                "The longest time between two care contacts can't be shorter than the usual one. "
                "Enter a larger number."
            ),
        )
    if policy.pause_total_days < policy.pause_days:
        yield (
            "pause_total_days",
            _("All pauses together can't be shorter than the longest one. Enter a larger number."),
        )
    if _begins_touches_in_the_past(policy):
        yield "touches_from", _("Choose a day from today on: nothing is sent for the past.")
    if policy.stuck_percent <= policy.drifting_percent:
        yield "stuck_percent", _("Stuck must come after drifting. Enter a larger percentage.")


def _begins_touches_in_the_past(policy: Policy) -> bool:
    """Return whether a first day was entered that is over; the one that is stored may stay."""
    begins = policy.touches_from
    if begins is None or begins >= timezone.localdate():
        return False
    return not Policy.objects.filter(pk=policy.pk, touches_from=begins).exists()
