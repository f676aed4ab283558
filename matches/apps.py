from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "matches"

    def ready(self) -> None:
        from . import emails, follow_ups, privacy, receivers  # noqa: F401  register themselves
