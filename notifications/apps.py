from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from . import bounces, emails, privacy  # noqa: F401  (register kinds and reconcilers)
