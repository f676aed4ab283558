from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnnouncementsConfig(AppConfig):
    name = "announcements"
    verbose_name = _("Announcements")

    def ready(self) -> None:
        from . import (  # noqa: F401  (they register themselves)
            account_merging,
            emails,
            privacy,
            releasing,
        )
