from __future__ import annotations

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications import outbox
from notifications.models import Notification


class Command(BaseCommand):
    help = "Enqueues a test e-mail to a person, to find out whether e-mail arrives."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail address of an account")

    def handle(self, *, email: str, **options: object) -> None:
        people = get_user_model()._default_manager
        person = people.filter(email=email.strip().lower()).first()
        if person is None:
            raise CommandError("no account has this e-mail address")
        before = Notification.system.about(person).filter(kind="test-email").count()
        outbox.enqueue("test-email", to=person, about=person, ordinal=before + 1)
        self.stdout.write("enqueued; it is sent with the next run, usually within five seconds")
