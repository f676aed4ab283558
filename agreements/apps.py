from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgreementsConfig(AppConfig):
    name = "agreements"
    verbose_name = _("Agreements")

    def ready(self) -> None:
        from . import emails, privacy, receivers, reconcilers  # noqa: F401  # they register themselves
        from .goals import review_reminders  # noqa: F401  (they register themselves)
