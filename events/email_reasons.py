"""Why an e-mail about an event is not sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notifications.reasons import reason

EVENT_CANCELLED = reason("event-cancelled", _("the event was cancelled"))
EVENT_CLOSED = reason("event-closed", _("no one can sign up any more"))
EVENT_PASSED = reason("event-passed", _("the time of the event has passed"))
NOT_IN_AUDIENCE = reason("event-not-for-person", _("the event is not for this person any more"))
SIGNED_UP = reason("event-signed-up", _("the person has already answered"))
NOT_SIGNED_UP = reason("event-not-signed-up", _("the person does not come"))
STILL_ON = reason("event-on", _("the event takes place"))
FEEDBACK_CLOSED = reason("event-feedback-closed", _("the questions are no longer open"))
RECORDED = reason("event-recorded", _("who came is recorded"))
NO_EVENT_ROLE = reason("event-no-role", _("the person is not on the committee any more"))
