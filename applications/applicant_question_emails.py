"""E-mails about questions to applicants. The answer is read on the page of the application only."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason

from . import applicant_questions
from .models import ApplicantQuestion, Application

NOT_ASKED = reason(
    "question-not-open", gettext_lazy("the question was answered or taken back, or it is decided")
)
NOT_NEWS = reason(
    "answer-not-needed", gettext_lazy("it is decided, or this member may not read it any more")
)


@kind(
    applicant_questions.ASKED,
    label=gettext_lazy("Question to an applicant"),
    about="applications.ApplicantQuestion",
    needs_answer=False,
)
def applicant_question(question: ApplicantQuestion, person: User) -> Email | Cancel:
    """**To**: the applicant. **When**: the committee asks something about the application; again
    after 4 and 8 days. **Until**: it is answered or taken back, or the application is decided or
    withdrawn."""
    if not question.is_open:
        return Cancel(NOT_ASKED)
    page = reverse(
        "applications:application-question",
        args=[question.application.public_id, question.public_id],
    )
    return Email(
        context={
            "cohort": question.application.cohort,
            "answer_by_on": None if question.is_late() else question.answer_by_on,
        },
        confidential={"question": question.text},
        action_url=absolute(page),
        program=question.application.program,
        thread=question.application,
    )


@kind(
    applicant_questions.ANSWERED,
    label=gettext_lazy("Answer of an applicant"),
    about="applications.ApplicantQuestion",
    to_members=True,
    expires_after=timedelta(days=14),
)
def applicant_question_answered(question: ApplicantQuestion, member: User) -> Email | Cancel:
    """**To**: the member who asked an applicant something; the chairs, once that member may not
    read it any more. **When**: the applicant has answered. **Until**: the application is decided or
    withdrawn, or the recipient may not read it any more."""
    application = question.application
    may_read = Application.objects.readable_in_full_by(member).filter(pk=application.pk)
    if application.state not in ApplicantQuestion.ASKED_IN or not may_read.exists():
        return Cancel(NOT_NEWS)
    page = reverse("admin:applications_application_change", args=[application.pk])
    return Email(
        context={"cohort": application.cohort},
        action_url=absolute(f"{page}#applicant-questions"),
        program=application.program,
        thread=application,
    )
