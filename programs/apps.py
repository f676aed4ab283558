from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        from . import emails, privacy  # noqa: F401  registers kinds of e-mail, export and erasure
