from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        from . import (  # noqa: F401  # they register themselves
            account_merging,
            emails,
            event_senders,
            feedback_links,
            privacy,
            reconcilers,
            sign_up_links,
        )
