from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from notifications.privacy import erase_emails, export_emails

        from . import code_attempts, privacy  # noqa: F401  (code_attempts registers itself)

        privacy.register("emails", export=export_emails, erase=erase_emails)
        privacy.register("account", export=privacy.export_account, erase=privacy.erase_account)
