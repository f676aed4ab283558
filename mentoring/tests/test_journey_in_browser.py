"""The story of test_journey.py on a phone of 320 px in a real browser, with scripts and without.

Four people, each with a phone of their own, press every button and read every page. A phone fails
the test when a page is wider than its screen, or when its console reports an error.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agreements.models import PARTS
from applications.models import Application
from checkins.models import CheckIn
from checkins.seeds import seed_surveys
from matches.models import Match
from matching.models import Round
from notifications.testing import deliver_due_emails
from programs.seeds import load_shared_vocabulary, load_vocabulary
from testkit import factories
from testkit.mobile_client import MobileClient
from testkit.orientation_answers import right_answers
from testkit.programs import MENTEE, MENTOR

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# A Monday afternoon, years after the style sheets were written, so that they stay cached.
SPRING = datetime(2030, 3, 4, 15, tzinfo=UTC)
ANSWERS = {
    "mentee": {
        **MENTEE,
        "about-you": {"name": "Ben Okoro", "time_zone": "America/Toronto"},
        "wishes": {},
    },
    "mentor": {
        **MENTOR,
        "about-you": {"name": "Ada Brook", "time_zone": "America/Toronto"},
        "work": {"employer_name": "Northern Lights Co", "level": "5", "years_experience": "15"},
        "capacity": {"capacity": "1"},
        "wishes": {},
    },
}
WRITTEN = {
    "goals": {"goal_0": "Lead a hiring panel", "measure_0": "Two panels led by June"},
    "activities": {"activities": "Shadow a panel"},
}
CANDID = "We talk past each other."


@dataclass
class Story:
    """The phones, the clock, and the letters that have left."""

    cohort: object
    clock: object
    as_user: object
    phone: object
    letters: list = field(default_factory=list)

    def after(self, **time):
        """Let time pass; what is due leaves."""
        self.clock.move_to(timezone.now() + timedelta(**time))
        self.letters = deliver_due_emails()

    def letter_to(self, person, words=""):
        mine = [
            one
            for one in self.letters
            if person.email in one.to[0] and words in one.subject.lower()
        ]
        assert len(mine) == 1, [one.subject for one in mine]
        return unescape(mine[0].body)


@pytest.fixture
def story(request, browser, live_server, program, as_user, time_machine, without_zeal):
    time_machine.move_to(SPRING)
    load_shared_vocabulary()
    load_vocabulary("hr", None)
    seed_surveys()
    phones = []

    def phone(user=None):
        phones.append(MobileClient(browser, live_server.url, scripts=request.param))
        if user:
            phones[-1].sign_in(as_user(user))
        return phones[-1]

    cohort = factories.cohort(
        program=program, opens_on=date(2030, 2, 1), closes_on=date(2030, 3, 31)
    )
    yield Story(cohort, time_machine, as_user, phone)
    for one in phones:
        one.context.close()


def link_in(letter, path):
    """The address on this site that a letter leads to, without its host."""
    return re.search(rf"https?://[^/\s]+({path}[^\s?]*)", letter)[1]


def sign_up(story, phone, email, role, door):
    """From the program's page by a code from one's own mail to an application."""
    phone.open(f"/programs/{story.cohort.program.slug}/")
    phone.follow(door)
    phone.follow("Start with my e-mail address")
    phone.fill({"email": email})
    phone.press("Create an account")
    letter = next(one for one in deliver_due_emails(reconcile=False) if email in one.to[0])
    phone.fill(
        {
            "code": re.search(
                r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4}|\d{6})\s*$", letter.body, re.MULTILINE
            )[1]
        }
    )
    phone.press("Continue")
    phone.press("Start my application")
    return Application.objects.get(person__email=email, role=role)


def apply(story, phone, email, role, door):
    application = sign_up(story, phone, email, role, door)
    phone.follow(re.compile("^Continue: "))
    while not phone.path.endswith("/check/"):
        page = phone.path.rstrip("/").rpartition("/")[2]
        phone.fill(ANSWERS[role][page])
        phone.press("Save and continue")
    phone.press("Send my application")
    assert phone.heading == "We have received your application"
    return application


def accept(chair, applications):
    """Review and accept each application, then release all decisions."""
    for application in applications:
        chair.open(reverse("admin:applications_application_change", args=[application.pk]))
        chair.press("Start the review")
        chair.fill({"outcome": "accepted"})
        chair.press("Save the decision")
    chair.open(reverse("admin:applications_application_release"))
    chair.press("Release the ticked decisions")


def pass_orientation(mentor, application):
    mentor.open(reverse("applications:orientation-check", args=[application.public_id]))
    mentor.fill(right_answers(application))
    mentor.press("Check my answers")


def match(story, chair, second):
    """Run a round and have it approved by another member; publication waits ten minutes."""
    chair.open(reverse("admin:matching_round_add"))
    chair.fill({"cohort": str(story.cohort.pk), "name": "Spring"})
    chair.press("Open the round")
    chair.press("Run the round")
    chair.press("Send for review")
    page = partial(reverse, args=[Round.system.get().public_id])
    second.open(page("admin:matching_round_review"))
    second.press("Approve these pairs")
    chair.open(page("admin:matching_round_publish"))
    chair.press("Publish")
    story.after(minutes=9)
    assert not Match.objects.exists()
    story.after(minutes=2)
    return Match.objects.with_people().get()


def agree(pair, mentee, mentor):
    """The mentee writes the five parts and shares them; both sign."""
    mentee.open(reverse("agreements:part-update", args=[pair.public_id, PARTS[0]]))
    for part in PARTS:
        assert mentee.path.endswith(f"/{part}/")
        mentee.fill(WRITTEN.get(part, {}))
        mentee.press("Save and continue")
    mentee.press("Share for signing")
    for phone, name in ((mentee, "Ben Okoro"), (mentor, "Ada Brook")):
        phone.open(reverse("agreements:agreement-sign", args=[pair.public_id]))
        phone.fill({"typed_name": name, "is_agreed": "on"})
        phone.press("Sign")


def answer_check_in(phone, letter):
    """From the link in a letter, signed in nowhere."""
    phone.open(link_in(letter, "/go/survey-answer/"))
    phone.fill({"fit": "not_fit", "comment": CANDID})
    phone.press("Send")


@pytest.mark.parametrize("story", [True, False], indirect=True, ids=["scripts on", "scripts off"])
def test_a_year_begins_on_a_phone(story, cleo):
    program = story.cohort.program
    eli = factories.member("Eli Stone", program=program, role="matcher")
    factories.Membership.objects.create(
        user=eli, program=program, role="carer", since=date(2020, 1, 1)
    )
    mentee, mentor, chair, second = (
        story.phone(),
        story.phone(),
        story.phone(cleo),
        story.phone(eli),
    )

    applications = [
        apply(story, mentee, "ben@example.org", "mentee", "I would like a mentor"),
        apply(story, mentor, "ada@example.org", "mentor", "I would like to be a mentor"),
    ]
    accept(chair, applications)
    story.after(minutes=11)  # the release can be stopped for ten
    pass_orientation(mentor, applications[1])

    pair = match(story, chair, second)
    ben, ada = User.objects.get(email="ben@example.org"), User.objects.get(email="ada@example.org")
    for phone, person, other in ((mentee, ben, "Ada"), (mentor, ada, "Ben")):
        phone.open(link_in(story.letter_to(person), "/pair/"))
        assert phone.heading.startswith(f"Meet {other}")

    agree(pair, mentee, mentor)
    pair.refresh_from_db()
    assert pair.state == Match.State.ACTIVE

    Match.objects.filter(pk=pair.pk).update(carer=eli)
    story.after(days=46)
    answer_check_in(story.phone(), story.letter_to(ben, "good fit"))
    answered = CheckIn.objects.get(match=pair, person=ben, state="answered")
    read = reverse("admin:checkins_checkin_change", args=[answered.pk])
    second.sign_in(story.as_user(eli))
    second.open(read)
    assert CANDID in second.text
    second.press("Mark as read")
    answered.refresh_from_db()
    assert answered.read_by == eli
    mentor.sign_in(story.as_user(ada))
    mentor.page.goto(read)
    assert CANDID not in mentor.page.content()
