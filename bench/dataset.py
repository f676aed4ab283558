"""A synthetic cohort in the database, like `pools`: written in bulk, ready to be matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from django.utils import timezone

from accounts.models import Employer, Industry, Language, Profile, User
from accounts.models.people import SLOTS
from applications.models import Application, ApplicationExperience, ApplicationTopic
from programs.models import Cohort, Experience, Membership, Policy, Program, Topic

TOPICS, EXPERIENCES, INDUSTRIES, LANGUAGES, PLACES = 40, 30, 25, 10, 30
ZONES = (
    "Europe/Paris",
    "America/Toronto",
    "America/Halifax",
    "Europe/London",
    "Europe/Athens",
    "Asia/Kolkata",
)
BATCH = 500
One = TypeVar("One")
Word = TypeVar("Word")


@dataclass(frozen=True)
class Vocabulary:
    """Everything that people can choose from."""

    topics: list[Topic]
    experiences: list[Experience]
    industries: list[Industry]
    languages: list[Language]
    employers: list[Employer]


def fill(mentees: int, mentors: int) -> tuple[Cohort, User]:
    """Create the program, its chair and all applicants; return the cohort and the chair."""
    rng = np.random.default_rng(7)
    program = Program.objects.create(
        name="Bench", slug="bench", purpose="To measure.", code_of_conduct="Be kind."
    )
    Policy.objects.create(program=program)
    cohort = Cohort.objects.create(
        program=program, name="Bench", slug="bench", opens_on=date(2020, 1, 1)
    )
    chair = User.objects.create_user("chair@example.org", name="Chair")
    Membership.objects.create(user=chair, program=program, role="chair", since=date(2020, 1, 1))
    words = _vocabulary(program, mentees)
    for role, count in (("mentee", mentees), ("mentor", mentors)):
        users = _users(rng, role, count)
        _profiles(rng, role, users, words)
        _applications(rng, cohort, role, users, words)
    return cohort, chair


def _vocabulary(program: Program, mentees: int) -> Vocabulary:
    def names(word: str, count: int) -> list[tuple[str, dict[str, str]]]:
        return [(f"{word}-{k}", {"en": f"{word} {k}"}) for k in range(count)]

    topics = [Topic(program=program, code=c, names=n) for c, n in names("topic", TOPICS)]
    experiences = [
        Experience(program=program, code=c, names=n) for c, n in names("exp", EXPERIENCES)
    ]
    industries = [Industry(code=c, names=n) for c, n in names("industry", INDUSTRIES)]
    languages = [Language(code=c, names=n) for c, n in names("tongue", LANGUAGES)]
    employers = [f"Firm {k}" for k in range(max(4, mentees // 40))]
    return Vocabulary(
        topics=Topic.objects.bulk_create(topics),
        experiences=Experience.objects.bulk_create(experiences),
        industries=Industry.objects.bulk_create(industries),
        languages=Language.objects.bulk_create(languages),
        employers=[Employer.objects.named(name) for name in employers],
    )


def _users(rng: np.random.Generator, role: str, count: int) -> list[User]:
    users = [
        User(
            email=f"{role}{k:05d}@example.org",
            name=f"{role} {k}",
            time_zone=ZONES[int(rng.zipf(1.6)) % len(ZONES)],
        )
        for k in range(count)
    ]
    return User.objects.bulk_create(users, batch_size=BATCH)


def _profiles(rng: np.random.Generator, role: str, users: list[User], words: Vocabulary) -> None:
    is_mentor = role == "mentor"
    profiles = [
        Profile(
            user=user,
            employer=words.employers[int(rng.zipf(1.3)) % len(words.employers)],
            level=3,
            years_experience=int(
                rng.integers(4, 36) if is_mentor else min(rng.geometric(0.12), 25)
            ),
            place=f"Town {int(rng.zipf(1.5)) % PLACES}",
            availability=[slot for slot in SLOTS if rng.random() < (0.3 if is_mentor else 0.4)],
        )
        for user in users
    ]
    profiles = Profile.objects.bulk_create(profiles, batch_size=BATCH)
    spoken = Profile.languages.through
    spoken_rows = [
        spoken(profile_id=profile.pk, language_id=language.pk)
        for profile, language in _choices(rng, profiles, words.languages, 1, 3, 2.4)
    ]
    spoken.objects.bulk_create(spoken_rows, batch_size=BATCH)
    known = Profile.industries.through
    known_rows = [
        known(profile_id=profile.pk, industry_id=industry.pk)
        for profile, industry in _choices(rng, profiles, words.industries, 1, 2, 0.6)
    ]
    known.objects.bulk_create(known_rows, batch_size=BATCH)


def _applications(
    rng: np.random.Generator, cohort: Cohort, role: str, users: list[User], words: Vocabulary
) -> None:
    now, is_mentor = timezone.now(), role == "mentor"
    applications = [
        Application(
            cohort=cohort,
            person=user,
            role=role,
            state=Application.State.ACCEPTED,
            external_key=user.email,
            submitted_at=now,
            code_accepted_at=now,
            orientation_passed_at=now if is_mentor else None,
            mode=("online", "in_person", "either")[int(rng.choice(3, p=[0.30, 0.06, 0.64]))],
            rhythm_days=int(rng.choice([14, 30, 42])),
            capacity=int(rng.integers(1, 4)),
        )
        for user in users
    ]
    applications = Application.objects.bulk_create(applications, batch_size=BATCH)
    least, most = (3, 9) if is_mentor else (2, 5)
    topics = [
        ApplicationTopic(application=one, topic=topic, weight=int(rng.integers(1, 4)))
        for one, topic in _choices(rng, applications, words.topics, least, most, 0.5)
    ]
    ApplicationTopic.objects.bulk_create(topics, batch_size=BATCH)
    depths = ("lived", "accompanied") if is_mentor else ("now",)
    experiences = [
        ApplicationExperience(application=one, experience=lived, depth=str(rng.choice(depths)))
        for one, lived in _choices(
            rng, applications, words.experiences, 1, 6 if is_mentor else 2, 0.4
        )
    ]
    ApplicationExperience.objects.bulk_create(experiences, batch_size=BATCH)


def _choices(
    rng: np.random.Generator,
    people: Sequence[One],
    words: Sequence[Word],
    low: int,
    high: int,
    skew: float,
) -> list[tuple[One, Word]]:
    """Pair each of the people with low..high different words, the first words more often."""
    chance = 1.0 / np.arange(1, len(words) + 1) ** skew
    chance /= chance.sum()
    found = []
    for one in people:
        chosen = rng.choice(len(words), int(rng.integers(low, high + 1)), False, chance)
        found += [(one, words[k]) for k in chosen.tolist()]
    return found
