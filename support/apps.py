from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = _("Support")

    def ready(self) -> None:
        from . import (  # noqa: F401  # they register themselves
            account_merging,
            emails,
            helped_links,
            privacy,
            receivers,
            reconcilers,
            senders,
        )
