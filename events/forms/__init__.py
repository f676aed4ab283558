"""Forms of events: the committee's, and the questions afterwards."""

from .attendance import AttendanceForm
from .cancel import CancelForm
from .events import EventForm
from .feedback import FeedbackForm

__all__ = ["AttendanceForm", "CancelForm", "EventForm", "FeedbackForm"]
