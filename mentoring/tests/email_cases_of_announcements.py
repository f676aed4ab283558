"""Cases of e-mails to groups; see `email_scenarios`."""

from __future__ import annotations

from accounts.models import User
from announcements.models import Announcement, AnnouncementRecipient
from applications.models import Application
from programs.models import Membership
from testkit import factories

from .email_cases import ZONE, Case, Scenario, person, update


def _sent_to(reader: User) -> Announcement:
    cohort = factories.cohort()
    factories.application(reader, cohort)
    author = factories.member("Cleo Marsh", program=cohort.program)
    return Announcement.objects.create(
        program=cohort.program,
        author=author,
        situations=["unmatched"],
        subjects={"en": "Kick-off"},
        bodies={"en": "Dear {name}, come."},
    )


def announcement() -> Case:
    reader = person("Ben Okoro")
    sent = _sent_to(reader)
    return Case(AnnouncementRecipient.objects.create(announcement=sent, person=reader), reader)


def leave(case: Case) -> None:
    Application.objects.filter(person=case.to).update(state="withdrawn")


def draft() -> Case:
    made = _sent_to(person("Ben Okoro"))
    User.objects.filter(pk=made.author_id).update(time_zone=ZONE)
    made.author.refresh_from_db()
    assert Membership.objects.filter(user=made.author).exists()
    return Case(made, made.author)


ANNOUNCEMENTS: dict[str, Scenario] = {
    "announcement": Scenario(announcement, stop=leave, reason="not-in-group"),
    "announcement-test": Scenario(
        draft,
        stop=lambda case: update(case, state="discarded"),
        reason="announcement-discarded",
    ),
}
