from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications import outbox
from notifications.models import Notification


class Command(BaseCommand):
    help = "Owes a trial letter to a person's address, to see whether mail arrives."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        person = (
            get_user_model()._default_manager.filter(email=options["email"].strip().lower()).first()
        )
        if person is None:
            raise CommandError("no account has this address")
        before = Notification.system.about(person).filter(kind="trial").count()
        outbox.enqueue("trial", to=person, about=person, ordinal=before + 1)
        self.stdout.write("owed; the next sweep sends it")
