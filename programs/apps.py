from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        from . import (  # noqa: F401  # they register themselves
            account_merging,
            deputy_emails,
            email_text_emails,
            email_texts,
            emails,
            opening_links,
            privacy,
            setting_problems,
        )
        from .organisations import choices  # noqa: F401  # as above
        from .role_names import catalogue, rows  # noqa: F401  # as above

        catalogue.install()
