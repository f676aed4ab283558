"""Forms of meetings."""

from .introductions import AnswerIntroductionForm, IntroductionForm
from .notes import AgendaForm, LogForm, PrivateNoteForm
from .sharing import ShareForm
from .statements import VerifyForm
from .times import PlanForm, RecordForm, ReplyForm, TimesForm

__all__ = [
    "AgendaForm",
    "AnswerIntroductionForm",
    "IntroductionForm",
    "LogForm",
    "PlanForm",
    "PrivateNoteForm",
    "RecordForm",
    "ReplyForm",
    "ShareForm",
    "TimesForm",
    "VerifyForm",
]
