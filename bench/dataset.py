"""A synthetic cohort in the database, like `pools`: written in bulk, ready to be matched."""

from __future__ import annotations

from datetime import date
from typing import Any

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
        _people(rng, cohort, role, count, words)
    return cohort, chair


def _vocabulary(program: Program, mentees: int) -> dict[str, list[Any]]:
    def names(word: str, count: int) -> list[dict[str, Any]]:
        return [{"code": f"{word}-{k}", "names": {"en": f"{word} {k}"}} for k in range(count)]

    firms = [f"Firm {k}" for k in range(max(4, mentees // 40))]
    return {
        "topics": Topic.objects.bulk_create(
            [Topic(program=program, **n) for n in names("topic", TOPICS)]
        ),
        "experiences": Experience.objects.bulk_create(
            [Experience(program=program, **n) for n in names("exp", EXPERIENCES)]
        ),
        "industries": Industry.objects.bulk_create(
            [Industry(**n) for n in names("industry", INDUSTRIES)]
        ),
        "languages": Language.objects.bulk_create(
            [Language(**n) for n in names("tongue", LANGUAGES)]
        ),
        "employers": [Employer.objects.named(firm) for firm in firms],
    }


def _people(
    rng: np.random.Generator, cohort: Cohort, role: str, count: int, words: dict[str, list[Any]]
) -> None:
    is_mentor = role == "mentor"
    users = User.objects.bulk_create(
        [
            User(
                email=f"{role}{k:05d}@example.org",
                name=f"{role} {k}",
                time_zone=ZONES[int(rng.zipf(1.6)) % len(ZONES)],
            )
            for k in range(count)
        ],
        batch_size=BATCH,
    )
    profiles = Profile.objects.bulk_create(
        [
            Profile(
                user=user,
                employer=words["employers"][int(rng.zipf(1.3)) % len(words["employers"])],
                level=3,
                years_experience=int(
                    rng.integers(4, 36) if is_mentor else min(rng.geometric(0.12), 25)
                ),
                place=f"Town {int(rng.zipf(1.5)) % PLACES}",
                availability=[slot for slot in SLOTS if rng.random() < (0.3 if is_mentor else 0.4)],
            )
            for user in users
        ],
        batch_size=BATCH,
    )
    for name, low, high, skew in (("languages", 1, 3, 2.4), ("industries", 1, 2, 0.6)):
        through, field = (
            getattr(Profile, name).through,
            name.removesuffix("s").replace("industrie", "industry"),
        )
        rows = _some(rng, profiles, words[name], low, high, skew)
        through.objects.bulk_create(
            [
                through(**{"profile_id": profile.pk, f"{field}_id": word.pk})
                for profile, word in rows
            ],
            batch_size=BATCH,
        )
    _applications(rng, cohort, role, users, words)


def _applications(
    rng: np.random.Generator,
    cohort: Cohort,
    role: str,
    users: list[User],
    words: dict[str, list[Any]],
) -> None:
    now, is_mentor = timezone.now(), role == "mentor"
    made = Application.objects.bulk_create(
        [
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
        ],
        batch_size=BATCH,
    )
    topics = _some(rng, made, words["topics"], *((3, 9) if is_mentor else (2, 5)), 0.5)
    ApplicationTopic.objects.bulk_create(
        [
            ApplicationTopic(application=a, topic=t, weight=int(rng.integers(1, 4)))
            for a, t in topics
        ],
        batch_size=BATCH,
    )
    depths = ("lived", "accompanied") if is_mentor else ("now",)
    lived = _some(rng, made, words["experiences"], 1, 6 if is_mentor else 2, 0.4)
    ApplicationExperience.objects.bulk_create(
        [
            ApplicationExperience(application=a, experience=e, depth=str(rng.choice(depths)))
            for a, e in lived
        ],
        batch_size=BATCH,
    )


def _some(
    rng: np.random.Generator, people: list[Any], words: list[Any], low: int, high: int, skew: float
) -> list[tuple[Any, Any]]:
    """Pair each of the people with low..high different words, the first words more often."""
    chance = 1.0 / np.arange(1, len(words) + 1) ** skew
    chosen = (
        (
            one,
            rng.choice(len(words), int(rng.integers(low, high + 1)), False, chance / chance.sum()),
        )
        for one in people
    )
    return [(one, words[k]) for one, several in chosen for k in several.tolist()]
