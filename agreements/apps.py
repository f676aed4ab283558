from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgreementsConfig(AppConfig):
    name = "agreements"
    verbose_name = _("Agreements")

    def ready(self) -> None:
        from . import (  # noqa: F401  they register themselves
            account_merging,
            agreement_sections,
            emails,
            paper_emails,
            privacy,
            receivers,
            reconcilers,
            reflection_emails,
        )
        from .goals import review_reminders  # noqa: F401  (they register themselves)
