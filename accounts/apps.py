from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from notifications.privacy import erase_emails, export_emails

        from . import privacy

        privacy.register("emails", export=export_emails, erase=erase_emails)
        privacy.register("account", export=privacy.export_account, erase=privacy.erase_account)
