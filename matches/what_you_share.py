"""What two people share or both wish, in sentences that are the same for both.

Each is derived from what both have said where the other may read it: their profiles, topics,
practical wishes, experiences that both chose to share, and answers to questions of the program
that are shared with the match. Nothing is guessed, and what is for the committee only is not read.
Where there is less in common, there are fewer sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import Profile
from applications.models import (
    Application,
    ApplicationExperience,
    ApplicationTopic,
    QuestionAnswer,
)

from .vocabulary_text import Vocabulary, join_words

MOST = 8  # sentences
Mode = Application.Mode


def what_you_share(mentee: Application, mentor: Application, vocabulary: Vocabulary) -> list[str]:
    """Return what both share, in the active language; empty where nothing is known of both."""
    pair = mentee, mentor
    sentences = [
        *_experiences(pair, vocabulary),
        *_own_answers(pair),
        *_topics(pair, vocabulary),
        *_wishes(pair),
        *_profiles(pair, vocabulary),
    ]
    return sentences[:MOST]


Pair = tuple[Application, Application]


def shared_experiences(mentee: Application, mentor: Application) -> set[int]:
    """Return the ids of experiences that both people share with their match."""
    rows = ApplicationExperience.objects.filter(application__in=[mentee, mentor], is_shared=True)
    shared: dict[int, set[int]] = {mentee.pk: set(), mentor.pk: set()}
    for application, experience in rows.values_list("application", "experience"):
        shared[application].add(experience)
    return shared[mentee.pk] & shared[mentor.pk]


def _experiences(pair: Pair, vocabulary: Vocabulary) -> Iterator[str]:
    names = [vocabulary.experience(pk) for pk in sorted(shared_experiences(*pair))]
    if names:
        yield _("You both know this, in one way or another: %(what)s.") % {
            "what": join_words(names)
        }


def _own_answers(pair: Pair) -> Iterator[str]:
    """Yield what both chose among the answers to a question that is shared with the match."""
    rows = QuestionAnswer.system.shared().filter(application__in=pair)
    chosen: dict[int, list[QuestionAnswer]] = defaultdict(list)
    for answer in rows.select_related("question"):
        if answer.question.has_options:
            chosen[answer.question_id].append(answer)
    for answers in chosen.values():
        if len(answers) == len(pair):
            first, second = sorted(answers, key=lambda answer: answer.application_id)
            same = [value for value in first.values if value in second.values]
            if same:
                values = {"question": first.question, "answer": join_words(same)}
                yield _("You gave the same answer to “%(question)s”: %(answer)s.") % values


def _topics(pair: Pair, vocabulary: Vocabulary) -> Iterator[str]:
    rows = ApplicationTopic.objects.filter(application__in=pair)
    chosen: dict[int, list[int]] = {one.pk: [] for one in pair}
    for application, topic in rows.values_list("application", "topic"):  # what matters most first
        chosen[application].append(topic)
    mentee, mentor = (chosen[one.pk] for one in pair)
    names = [vocabulary.topic(topic) for topic in mentee if topic in mentor]
    if names:
        yield _("Topics that you both chose: %(topics)s.") % {"topics": join_words(names)}


def _wishes(pair: Pair) -> Iterator[str]:
    mentee, mentor = pair
    if mentee.rhythm_days is not None and mentee.rhythm_days == mentor.rhythm_days:
        rhythm = {"rhythm": mentee.get_rhythm_days_display()}
        yield _("You would both like to meet %(rhythm)s.") % rhythm
    if mentee.mode == mentor.mode and mentee.mode in {Mode.IN_PERSON, Mode.ONLINE}:
        yield _("You would both like to meet %(how)s.") % {"how": mentee.get_mode_display()}


def _profiles(pair: Pair, vocabulary: Vocabulary) -> Iterator[str]:
    rows = Profile.objects.filter(user__in=[one.person_id for one in pair])
    found = list(rows.prefetch_related("languages", "industries"))
    if len(found) != len(pair):
        return
    first, second = sorted(found, key=lambda profile: profile.user_id)
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
