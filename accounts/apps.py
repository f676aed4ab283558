from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from notifications import personal

        from . import privacy

        privacy.register("letters", export=personal.export_letters, erase=personal.erase_letters)
        privacy.register("account", export=privacy.export_account, erase=privacy.erase_account)
