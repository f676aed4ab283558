from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Library")

    def ready(self) -> None:
        from . import (  # noqa: F401  # they register themselves
            account_merging,
            privacy,
            receivers,
            touch_emails,
            touch_links,
            touch_planning,
            touch_resending,
        )
