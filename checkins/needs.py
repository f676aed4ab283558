"""Asking people about the needs that they named themselves.

An edition says how many. When a check-in is opened, that many of the topics that the mentee wanted
help with become questions, the most important first; a later pulse goes on with the next ones.
Mentors name what they offer, so they are not asked.

Each is a question of the care channel that is also counted, by topic, and can be left out. A link
may be forwarded, so the page behind it doesn't show them: they are asked after signing in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils.translation import gettext, override

from accounts.models import User
from applications.models import Application, ApplicationTopic
from programs.models import Program, Topic

from .models import AskedNeed, Channel, CheckIn, Question, Survey

Texts = Mapping[str, str]  # by language
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def freeze_needs(checkin: CheckIn) -> None:
    """Choose the needs that a check-in asks about, which is being opened."""
    count = checkin.survey.needs_asked if checkin.survey else 0
    if not count or checkin.role != Application.Role.MENTEE:
        return
    named = ApplicationTopic.objects.filter(application=checkin.pair.mentee_id)
    topics = [row.topic for row in named.select_related("topic")]
    count = min(count, len(topics))
    first = (checkin.ordinal - 1) * count
    chosen = [topics[(first + n) % len(topics)] for n in range(count)]
    AskedNeed.objects.bulk_create(
        AskedNeed(checkin=checkin, topic=topic.pk, names=topic.names, position=position)
        for position, topic in enumerate(chosen)
    )


def own_needs(checkin: CheckIn, user: User) -> list[AskedNeed]:
    """Return what one's own check-in asks about."""
    return list(AskedNeed.objects.of(user).filter(checkin=checkin))


def count_needs(checkin: CheckIn) -> int:
    """Return about how many needs the check-in asks, for its e-mails."""
    return AskedNeed.system.filter(checkin=checkin).count()


def code_of(topic: int) -> str:
    """Return the code of the question about a topic, as a form names its field."""
    return f"need-{topic}"


def question_about(topic: int, names: Texts) -> Question:
    """Return the question about a need as forms, sentences and tables read one; it has no row."""
    texts, steps = {}, dict[str, dict[str, str]]()
    for language in LANGUAGES:
        with override(language):
            name = names.get(language) or next(iter(names.values()), "")
            texts[language] = gettext(
                "You wanted help with this: “%(topic)s”. How is it going?"
            ) % {"topic": name}
            words = {"1": gettext("No progress yet"), "3": gettext("Some progress"),
                     "5": gettext("A lot of progress")}  # fmt: skip
            for code, word in words.items():
                steps.setdefault(code, {})[language] = word
    return Question(
        code=code_of(topic),
        kind=Question.Kind.SCALE,
        channel=Channel.CARE,
        asked=Question.Asked.MENTEE,
        is_counted=True,
        is_required=False,
        texts=texts,
        choices=[[str(n), steps.get(str(n), {})] for n in range(1, 6)],
    )


def with_needs(questions: Sequence[Question], needs: Sequence[AskedNeed]) -> list[Question]:
    """Return the questions with those about `needs` before the first one in own words."""
    return _placed(questions, [question_about(row.topic, row.names) for row in needs])


def with_examples(
    questions: Sequence[Question], survey: Survey, program: Program, role: str
) -> list[Question]:
    """Return the questions as a preview shows them, with topics of the program as examples."""
    if role != Application.Role.MENTEE:
        return list(questions)
    topics = Topic.objects.current(program)[: survey.needs_asked]
    return _placed(questions, [question_about(topic.pk, topic.names) for topic in topics])


def _placed(questions: Sequence[Question], needs: Sequence[Question]) -> list[Question]:
    places = (n for n, row in enumerate(questions) if row.kind == Question.Kind.TEXT)
    place = next(places, len(questions))
    return [*questions[:place], *needs, *questions[place:]]


def store_needs(checkin: CheckIn, answers: Mapping[str, str]) -> None:
    """Store what was answered about needs; what was left out becomes empty again."""
    rows = list(AskedNeed.system.filter(checkin=checkin))
    for row in rows:
        row.choice = answers.get(code_of(row.topic)) or ""
    AskedNeed.system.bulk_update(rows, ["choice"])


def shown_answer(row: AskedNeed) -> str:
    """Return the answer as text, in the reader's language; "" if there is none."""
    question = question_about(row.topic, row.names)
    text = dict(question.options).get(row.choice, "")
    return f"{row.choice}: {text}" if text and text != row.choice else row.choice
