"""Forms of meetings."""

from .contact_requests import AnswerContactRequestForm, ContactRequestForm
from .notes import AgendaForm, LogForm, PrivateNoteForm
from .sharing import ShareForm
from .statements import VerifyForm
from .times import PlanForm, RecordForm, ReplyForm, TimesForm

__all__ = [
    "AgendaForm",
    "AnswerContactRequestForm",
    "ContactRequestForm",
    "LogForm",
    "PlanForm",
    "PrivateNoteForm",
    "RecordForm",
    "ReplyForm",
    "ShareForm",
    "TimesForm",
    "VerifyForm",
]
