"""What two people share or both wish, in sentences that are the same for both.

Each is derived from what both have said where the other may read it: their profiles, topics,
practical wishes, how both like to work, experiences that both chose to share, and answers to
questions of the program that are shared with the match. Nothing is guessed, and what is for the
committee only is not read.
Where there is less in common, there are fewer sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.models import Profile
from applications.models import Application, QuestionAnswer, shared_ways
from applications.models.question_answers import QuestionAnswerQuerySet

from .vocabulary_text import Vocabulary, join_words

MOST = 8  # sentences
WAYS_SHOWN = 3  # of them about how to work together
Mode = Application.Mode


def what_you_share(
    mentee: Application,
    mentor: Application,
    vocabulary: Vocabulary,
    answers: Iterable[QuestionAnswer] | None = None,
) -> list[str]:
    """Return what both share, in the active language; empty where nothing is known of both.

    `answers` are those of both that are shared with the match, where they are at hand.
    """
    pair = mentee, mentor
    read_together(pair)
    if answers is None:
        answers = of_pair(QuestionAnswer.system.all(), pair)
    sentences = [
        *_experiences(pair, vocabulary),
        *_own_answers(pair, answers),
        *_topics(pair, vocabulary),
        *_ways(pair),
        *_wishes(pair),
        *_profiles(pair, vocabulary),
    ]
    return sentences[:MOST]


Pair = tuple[Application, Application]


def read_together(pair: Pair) -> None:
    """Read of both people what pages and e-mails say of them, unless it was read already."""
    # Django reads again what it is told to read with a query of one's own.
    unread = [one for one in pair if not Profile.user.field.remote_field.is_cached(one.person)]
    profile = Prefetch("person__profile", Profile.objects.select_related("employer"))
    prefetch_related_objects(unread, profile)
    prefetch_related_objects(
        pair,
        "experience_rows",
        "topic_rows",
        "person__profile__languages",
        "person__profile__industries",
    )


def of_pair(answers: QuestionAnswerQuerySet, pair: Pair) -> QuestionAnswerQuerySet:
    """Return those of `answers` that each of the two shares with the other."""
    return answers.shared().filter(application__in=pair).select_related("question")


def shared_experiences(mentee: Application, mentor: Application) -> set[int]:
    """Return the ids of experiences that both people share with their match."""
    prefetch_related_objects([mentee, mentor], "experience_rows")
    mentees, mentors = (
        {row.experience_id for row in one.experience_rows.all() if row.is_shared}
        for one in (mentee, mentor)
    )
    return mentees & mentors


def _experiences(pair: Pair, vocabulary: Vocabulary) -> Iterator[str]:
    names = [vocabulary.experience(pk) for pk in sorted(shared_experiences(*pair))]
    if names:
        yield _("You both know this, in one way or another: %(what)s.") % {
            "what": join_words(names)
        }


def _own_answers(pair: Pair, shared: Iterable[QuestionAnswer]) -> Iterator[str]:
    """Yield what both chose among the answers to a question that is shared with the match."""
    chosen: dict[int, list[QuestionAnswer]] = defaultdict(list)
    for answer in shared:
        if answer.question.has_options:
            chosen[answer.question_id].append(answer)
    for answers in chosen.values():
        if len(answers) == len(pair):
            first, second = sorted(answers, key=lambda answer: answer.application_id)
            same = [value for value in first.values if value in second.values]
            if same:
                said = first.question.in_reader_language(same)
                values = {"question": first.question, "answer": join_words(said)}
                yield _("You gave the same answer to “%(question)s”: %(answer)s.") % values


def _topics(pair: Pair, vocabulary: Vocabulary) -> Iterator[str]:
    # What matters most to the mentee first.
    mentee, mentor = ([row.topic_id for row in one.topic_rows.all()] for one in pair)
    names = [vocabulary.topic(topic) for topic in mentee if topic in mentor]
    if names:
        yield _("Topics that you both chose: %(topics)s.") % {"topics": join_words(names)}


def _ways(pair: Pair) -> Iterator[str]:
    """Yield how both would like to work together, at most WAYS_SHOWN things."""
    shared = shared_ways(*(one.way_of_working for one in pair))
    for answer in shared[:WAYS_SHOWN]:
        yield _("You both prefer %(what)s.") % {"what": answer.shared}


def _wishes(pair: Pair) -> Iterator[str]:
    mentee, mentor = pair
    if mentee.rhythm_days is not None and mentee.rhythm_days == mentor.rhythm_days:
        rhythm = {"rhythm": mentee.get_rhythm_days_display()}
        yield _("You would both like to meet %(rhythm)s.") % rhythm
    if mentee.mode == mentor.mode and mentee.mode in {Mode.IN_PERSON, Mode.ONLINE}:
        yield _("You would both like to meet %(how)s.") % {"how": mentee.get_mode_display()}


def _profiles(pair: Pair, vocabulary: Vocabulary) -> Iterator[str]:
    first, second = (getattr(one.person, "profile", None) for one in pair)
    if first is None or second is None:
        return
    place = " ".join(first.place.split())
    if place and place.casefold() == " ".join(second.place.split()).casefold():
        yield _("You are both in %(place)s.") % {"place": place}
    if languages := _in_common(first, second, "languages"):
        yield _("You both speak %(languages)s.") % {"languages": vocabulary.languages(languages)}
    if industries := _in_common(first, second, "industries"):
        names = {"industries": vocabulary.industries(industries)}
        yield _("You both know this field: %(industries)s.") % names


def _in_common(first: Profile, second: Profile, name: str) -> list[int]:
    mine, theirs = ({row.pk for row in getattr(one, name).all()} for one in (first, second))
    return sorted(mine & theirs)
