from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from notifications.reconcilers import reconciler
        from workflow import jobs

        from . import (  # noqa: F401  register themselves
            account_merging,
            applicant_question_emails,
            appointment_emails,
            appointment_links,
            appointment_reminders,
            decision_release,
            draft_closing,
            emails,
            mentor_invitation_emails,
            mentor_invitation_links,
            preparation_emails,
            privacy,
            receivers,
            reference_emails,
            reference_links,
            retention,
            screening_emails,
            sender_policy,
        )
        from .importing.import_jobs import check_input, erase_expired_uploads, run_job
        from .models import RosterJob

        jobs.register(RosterJob, run_job, check_input)
        reconciler(erase_expired_uploads)
