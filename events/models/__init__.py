"""Events of a program, who comes, and what they say about it afterwards.

An event's row is read by whom it is for and by the committee. Who comes is known to the person and
the committee, never to other participants. What people say afterwards has no link to who said it.
"""

from .events import MAX_MINUTES, Event, EventQuerySet
from .feedback import FeedbackAnswer
from .sign_ups import SignUp, SignUpQuerySet

__all__ = ["MAX_MINUTES", "Event", "EventQuerySet", "FeedbackAnswer", "SignUp", "SignUpQuerySet"]
