"""Read what is stored about applicants, in one form for all tables; `answer_writing` writes it.

Answers are {field of a map: JSON value}. Lists are lists of codes, names or written text; topics
are [[id, weight], ...], experiences [[id, depth], ...]. A program's own questions are
"attributes.<heading of the question>".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import Industry, Language, Profile
from accounts.models.people import SLOTS
from applications.models import (
    WAY_QUESTIONS,
    Application,
    ApplicationExperience,
    ApplicationTopic,
    NamedWish,
    PrivateAnswers,
    QuestionAnswer,
)

PERSON = ("email", "name", "pronouns", "language", "time_zone")
PROFILE = ("job_title", "level", "years_experience", "place", "phone", "about", "availability")
PROFILE_LISTS: dict[str, type[Industry] | type[Language]] = {
    "industries": Industry,
    "languages": Language,
}
PERSONAL = {*PERSON, *PROFILE, *PROFILE_LISTS, "employer"}  # the same in all of one's applications
APPLICATION = (
    "situation",
    "hopes",
    "mode",
    "travel_km",
    "help_kinds",
    "mentor_styles",
    "join_reasons",
    "hours_per_month",
    "rhythm_days",
    "capacity",
    "is_first_time",
    "matters_most",
)
# How someone likes to work together: {field: code of the question}.
WAYS = {f"way_{question.code}": question.code for question in WAY_QUESTIONS}
PRIVATE = ("needs", "limits", "accommodations", "training_needs")
WISHES = tuple(NamedWish.Kind.values)
OWN_QUESTION = "attributes."

Answers = dict[str, Any]  # Any: JSON values


def read_answers(applications: Iterable[Application]) -> dict[int, Answers]:
    """Return {application id: all stored answers}; each application comes with its person."""
    rows = list(applications)
    nothing = PrivateAnswers()
    people = read_profiles({application.person_id for application in rows})
    found = {
        one.pk: {
            **{name: getattr(one.person, name) for name in PERSON},
            **people.get(one.person_id, _no_profile()),
            **{name: getattr(one, name) for name in APPLICATION},
            **{name: one.way_of_working.get(code, "") for name, code in WAYS.items()},
            "key": one.external_key,
            "commitment": True if one.committed_at else None,
            "topics": [],
            "experiences": [],
            **{name: getattr(nothing, name) for name in PRIVATE},
            **{kind: [] for kind in WISHES},
        }
        for one in rows
    }
    about = {"application__in": list(found)}
    topics = ApplicationTopic.objects.filter(**about).order_by("topic_id")
    for pk, topic, weight in topics.values_list("application", "topic", "weight"):
        found[pk]["topics"].append([topic, weight])
    experiences = ApplicationExperience.objects.filter(**about).order_by("experience_id")
    for pk, experience, depth in experiences.values_list("application", "experience", "depth"):
        found[pk]["experiences"].append([experience, depth])
    for private in PrivateAnswers.system.filter(**about):
        found[private.application_id] |= {name: getattr(private, name) for name in PRIVATE}
    for own in QuestionAnswer.system.filter(**about).select_related("question").order_by("pk"):
        found[own.application_id][f"{OWN_QUESTION}{own.question.heading}"] = own.values
    for wish in NamedWish.system.filter(**about).order_by("kind", "rank", "pk"):
        found[wish.application_id][wish.kind].append(wish.written)
    return found


def _no_profile() -> Answers:
    empty: Answers = {**dict.fromkeys(PROFILE, ""), "employer": "", "industries": []}
    return empty | {"level": None, "years_experience": None, "availability": [], "languages": []}


def read_profiles(people: set[int]) -> dict[int, Answers]:
    """Return {person id: answers of the profile}, for those who have one."""
    rows = Profile.objects.filter(user__in=people).select_related("employer")
    found: dict[int, Answers] = {}
    by_profile: dict[int, Answers] = {}
    for profile in rows:
        answers = {name: getattr(profile, name) for name in PROFILE}
        answers["availability"] = in_order(answers["availability"])
        answers |= {
            "employer": profile.employer.name if profile.employer else "",
            **{name: [] for name in PROFILE_LISTS},
        }
        found[profile.user_id] = by_profile[profile.pk] = answers
    for name in PROFILE_LISTS:
        through = getattr(Profile, name).through.objects.filter(profile__user__in=people)
        entry = PROFILE_LISTS[name]._meta.model_name
        for pk, code in through.order_by(f"{entry}__code").values_list("profile", f"{entry}__code"):
            by_profile[pk][name].append(code)
    return found


def in_order(slots: Iterable[str]) -> list[str]:
    """Return usual times in the order of the week, so that lists can be compared."""
    return sorted(slots, key=SLOTS.index)


def empty_value(field: str) -> object:
    """Return what is stored for a field without an answer."""
    if field in APPLICATION or field in PRIVATE:
        model = PrivateAnswers if field in PRIVATE else Application
        return getattr(model(), field)
    if field in PERSON or field in WAYS or field in ("key", "employer"):
        return ""
    return _no_profile().get(field, [])
