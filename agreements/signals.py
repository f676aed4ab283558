"""Signals of this app for the apps above it. All are sent inside the transaction of the change."""

from django.dispatch import Signal

# One of a pair wants to talk with the committee, in a review of the goals: `review`, `person`,
# `at`. The partner is not told.
talk_asked = Signal()
# The pair has done an activity together: `match`, `person` who says so, `on` which day.
done_together = Signal()
# Someone denies to have signed on paper what the committee recorded: `signature`, `match`,
# `person`, `at`.
signature_denied = Signal()
