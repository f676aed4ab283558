from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CheckinsConfig(AppConfig):
    name = "checkins"
    verbose_name = _("Check-ins")

    def ready(self) -> None:
        from . import (  # noqa: F401  (they register themselves)
            account_merging,
            bounced_addresses,
            concern_emails,
            concerns,
            contact_plan,
            emails,
            first_contact,
            first_contact_emails,
            handling,
            link_views,
            mediation,
            missed_contacts,
            planning,
            privacy,
            receivers,
            results,
            silent_carer_emails,
            silent_carers,
            suggestions,
            survey_emails,
            theme_counts,
            unanswered_emails,
        )
