"""Finds the sender policy for e-mails about applications, questions to applicants, and checks."""

from __future__ import annotations

from notifications.models import Notification
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.models import Program
from programs.sender_policy import sender_policy_for

from .models import ApplicantQuestion, Application, InterviewAppointment, Reference, ScreeningCheck


@sender_policy_finder
def sender_policy_of_application(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of the application that `row` is about, None for other rows."""
    if row.about_id is None:
        return None
    if row.about_type == Application._meta.label_lower:
        applications = Application.objects.filter(pk=row.about_id)
    elif row.about_type == ApplicantQuestion._meta.label_lower:
        questions = ApplicantQuestion.system.filter(pk=row.about_id)
        applications = Application.objects.filter(pk__in=questions.values("application"))
    elif row.about_type == InterviewAppointment._meta.label_lower:
        arranged = InterviewAppointment.system.filter(pk=row.about_id)
        applications = Application.objects.filter(pk__in=arranged.values("application"))
    elif row.about_type == Reference._meta.label_lower:
        asked = Reference.system.filter(pk=row.about_id)
        applications = Application.objects.filter(pk__in=asked.values("application"))
    elif row.about_type == ScreeningCheck._meta.label_lower:
        checks = ScreeningCheck.system.filter(pk=row.about_id)
        program = Program.objects.filter(pk__in=checks.values("program"))
        checked = program.select_related("policy").first()
        return sender_policy_for(checked) if checked else None
    else:
        return None
    found = applications.select_related("cohort__program__policy").first()
    return sender_policy_for(found.program) if found else None
