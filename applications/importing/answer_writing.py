"""Write answers in the form of `stored_answers`, for many applicants at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Model, QuerySet

from accounts.first_address import renew_addresses
from accounts.models import Employer, Industry, Language, Profile, User
from applications.models import (
    Application,
    ApplicationExperience,
    ApplicationTopic,
    NamedWish,
    PrivateAnswers,
    QuestionAnswer,
)
from programs.models import ProgramQuestion

from .stored_answers import (
    APPLICATION,
    OWN_QUESTION,
    PERSON,
    PERSONAL,
    PRIVATE,
    PROFILE,
    PROFILE_LISTS,
    WAYS,
    WISHES,
    Answers,
)

BATCH = 500


def write_answers(changes: Mapping[Application, Answers], *, at: datetime) -> None:
    """Store the given answers and leave all others as they are.

    The people of the applications have profiles. `at` is when they agreed to the commitment.
    """
    _write_people({one.person: a for one, a in changes.items() if a.keys() & PERSONAL})
    columns = [*APPLICATION, "way_of_working", "external_key", "committed_at"]
    for application, answers in changes.items():
        for name in answers.keys() & set(APPLICATION):
            setattr(application, name, answers[name])
        for name in answers.keys() & WAYS.keys():
            others = {k: one for k, one in application.way_of_working.items() if k != WAYS[name]}
            given = {WAYS[name]: answers[name]} if answers[name] else {}
            application.way_of_working = others | given
        if "key" in answers:
            application.external_key = answers["key"]
        if "commitment" in answers:
            application.committed_at = at if answers["commitment"] else None
    touched = {*APPLICATION, *WAYS, "key", "commitment"}
    rows = [one for one, answers in changes.items() if answers.keys() & touched]
    _store(Application.objects.all(), rows, columns)
    _write_topics(changes)
    _write_experiences(changes)
    _write_private(changes)
    _write_own_questions(changes, at)
    _write_wishes(changes)


def _store(known: QuerySet, rows: Sequence[Model], columns: Sequence[str]) -> None:
    """Write these columns of rows that exist.

    As an upsert, which sends each value once. `bulk_update` makes a CASE of every value: with
    20,000 rows that takes minutes.
    """
    known.bulk_create(
        rows, BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=columns
    )


def _write_people(changes: Mapping[User, Answers]) -> None:
    people = []
    for person, answers in changes.items():
        given = answers.keys() & set(PERSON)
        for name in given:
            setattr(person, name, answers[name])
        if given:
            people.append(person)
    _store(User.objects.all(), people, PERSON)
    renew_addresses([one for one in people if "email" in changes[one]])
    by_person = {person.pk: answers for person, answers in changes.items()}
    profiles = list(Profile.objects.filter(user__in=by_person))
    names = {answers["employer"] for answers in changes.values() if answers.get("employer")}
    employers = Employer.objects.all_named(sorted(names))
    for profile in profiles:
        answers = by_person[profile.user_id]
        for name in answers.keys() & set(PROFILE):
            setattr(profile, name, answers[name])
        if "employer" in answers:
            profile.employer = employers.get(answers["employer"])
    _store(Profile.objects.all(), profiles, [*PROFILE, "employer"])
    for name, model in PROFILE_LISTS.items():
        _write_profile_list(name, model, profiles, by_person)


def _write_profile_list(
    name: str,
    model: type[Industry] | type[Language],
    profiles: list[Profile],
    by_person: Mapping[int, Answers],
) -> None:
    changed = [profile for profile in profiles if name in by_person[profile.user_id]]
    through = getattr(Profile, name).through
    through.objects.filter(profile__in=changed).delete()
    ids = dict(model.objects.values_list("code", "pk"))
    column = f"{model._meta.model_name}_id"
    links = [
        through(**{"profile_id": profile.pk, column: ids[code]})
        for profile in changed
        for code in by_person[profile.user_id][name]
    ]
    through.objects.bulk_create(links, BATCH)


def _write_topics(changes: Mapping[Application, Answers]) -> None:
    changed = {one: answers["topics"] for one, answers in changes.items() if "topics" in answers}
    ApplicationTopic.objects.filter(application__in=changed).delete()
    ApplicationTopic.objects.bulk_create(
        [
            ApplicationTopic(application=one, topic_id=topic, weight=weight)
            for one, topics in changed.items()
            for topic, weight in topics
        ],
        BATCH,
    )


def _write_experiences(changes: Mapping[Application, Answers]) -> None:
    """Replace experiences; whether the match may see one stays as its person chose."""
    changed = {one: a["experiences"] for one, a in changes.items() if "experiences" in a}
    rows = ApplicationExperience.objects.filter(application__in=changed)
    shared = set(rows.filter(is_shared=True).values_list("application", "experience"))
    rows.delete()
    ApplicationExperience.objects.bulk_create(
        [
            ApplicationExperience(
                application=one,
                experience_id=experience,
                depth=depth,
                is_shared=(one.pk, experience) in shared,
            )
            for one, experiences in changed.items()
            for experience, depth in experiences
        ],
        BATCH,
    )


def _write_private(changes: Mapping[Application, Answers]) -> None:
    changed = {
        one.pk: given
        for one, answers in changes.items()
        if (given := {name: answers[name] for name in PRIVATE if name in answers})
    }
    stored = {
        row.application_id: row for row in PrivateAnswers.system.filter(application__in=changed)
    }
    missing = [PrivateAnswers(application_id=pk) for pk in changed if pk not in stored]
    for row in [*stored.values(), *missing]:
        for name, value in changed[row.application_id].items():
            setattr(row, name, value)
    PrivateAnswers.objects.bulk_create(missing, BATCH)
    _store(PrivateAnswers.system.all(), list(stored.values()), PRIVATE)


def _write_own_questions(changes: Mapping[Application, Answers], at: datetime) -> None:
    """Replace answers to questions of the program, which all exist; an empty one is deleted."""
    changed = {
        (one.pk, name.removeprefix(OWN_QUESTION)): values
        for one, answers in changes.items()
        for name, values in answers.items()
        if name.startswith(OWN_QUESTION)
    }
    if not changed:
        return
    about = {pk for pk, _heading in changed}
    rows = QuestionAnswer.system.filter(application__in=about).select_related("question")
    gone = [row.pk for row in rows if (row.application_id, row.question.heading) in changed]
    QuestionAnswer.system.filter(pk__in=gone).delete()
    program_of = dict(Application.objects.filter(pk__in=about).values_list("pk", "cohort__program"))
    questions = {
        (one.program_id, one.heading): one
        for one in ProgramQuestion.objects.filter(program__in=set(program_of.values()))
    }
    new = []
    for (pk, heading), values in changed.items():
        if values:
            question = questions[program_of[pk], heading]
            new.append(QuestionAnswer(application_id=pk, question=question, changed_at=at))
            new[-1].values = values
    QuestionAnswer.objects.bulk_create(new, BATCH)


def _write_wishes(changes: Mapping[Application, Answers]) -> None:
    """Replace wishes; one whose text stays keeps whom a member has said that it means."""
    for kind in WISHES:
        changed = {one: answers[kind] for one, answers in changes.items() if kind in answers}
        rows = NamedWish.system.filter(application__in=changed, kind=kind)
        kept: dict[tuple[int, str], NamedWish] = {}
        for wish in rows:
            kept[wish.application_id, wish.written] = wish
        wanted = {(one.pk, written) for one, names in changed.items() for written in names}
        gone = [wish.pk for wish in rows if kept.get((wish.application_id, wish.written)) != wish]
        gone += [wish.pk for key, wish in kept.items() if key not in wanted]
        NamedWish.system.filter(pk__in=gone).delete()
        new = []
        for one, names in changed.items():
            for rank, written in enumerate(names, start=1):
                if same := kept.get((one.pk, written)):
                    same.rank = rank
                else:
                    new.append(NamedWish(application=one, kind=kind, rank=rank, written=written))
        moved = [wish for key, wish in kept.items() if key in wanted]
        _store(NamedWish.system.all(), moved, ["rank"])
        NamedWish.objects.bulk_create(new, BATCH)
