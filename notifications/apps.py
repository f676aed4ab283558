from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from . import emails, privacy  # noqa: F401  (register this app's kind and reconciler)
