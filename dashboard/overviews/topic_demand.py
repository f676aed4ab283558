"""What the mentees of a cohort ask for and its mentors offer: where mentors are missing.

Counted are people whom a round may still match, as far as the member sees their applications; each
number of people is that of the list it leads to. A mentor's free places count for each topic that
they offer, so the places of several topics are not to be added up.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application, ApplicationTopic
from applications.models.applications import ApplicationQuerySet
from applications.screening import may_be_matched
from matches.match_creation import open_match_counts
from programs.models import Policy, Topic

from ..attention_lines import Scope
from .cohort_figures import Figure

MENTEE, MENTOR = Application.Role.MENTEE, Application.Role.MENTOR


@dataclass(frozen=True)
class TopicDemand:
    """One topic: the mentees who ask for it, the mentors who offer it, and their free places."""

    topic: Topic
    asked: Figure
    most_important: int  # to how many of the mentees
    offered: Figure
    places: int

    @property
    def missing(self) -> int:
        """How many mentees more than places there are."""
        return max(0, self.asked.count - self.places)


@dataclass(frozen=True)
class Demand:
    """The topics of a cohort, those that lack most places first, and all people that count."""

    topics: list[TopicDemand]
    mentees: Figure
    mentors: Figure
    places: int

    @property
    def lacking(self) -> list[dict[str, object]]:
        """The bars of the topics that lack places, each leading to the words that find mentors."""
        return [
            {
                "label": str(one.topic),
                "url": f"?ask={one.topic.code}#ask",
                "value": one.asked.count,
                "figure": _("asked by %(asked)s, free places: %(places)s")
                % {"asked": one.asked.count, "places": one.places},
                "tone": "amber",
            }
            for one in self.topics
            if one.missing
        ]

    @property
    def message(self) -> str:
        """What the bars say."""
        count = sum(1 for one in self.topics if one.missing)
        text = ngettext(
            "%(count)s topic has fewer free places than mentees who ask for it",
            "%(count)s topics have fewer free places than mentees who ask for them",
            count,
        )
        return text % {"count": count}


def demand_of_cohort(scope: Scope) -> Demand:
    """Return what is asked for and offered in `scope.cohort`, whose program has its policy."""
    assert scope.cohort is not None
    seen = scope.of(Application.objects.for_committee(scope.member)).order_by()
    people = seen.filter(may_be_matched(scope.member))
    places = _free_places(people.mentors(), scope.cohort.program.policy)
    chosen = _chosen(people)

    def url(role: str, **query: str) -> str:
        query = {"role__exact": role, "pair": "possible", **query}
        return scope.url("applications_application", **query)

    topics = [
        _demand(topic, levels, places, url(MENTEE, topic=topic.code), url(MENTOR, topic=topic.code))
        for topic, levels in chosen
    ]
    return Demand(
        sorted(topics, key=lambda one: (-one.missing, -one.asked.count, str(one.topic))),
        Figure(people.mentees().count(), url(MENTEE)),
        Figure(len(places), url(MENTOR)),
        sum(places.values()),
    )


def _free_places(mentors: ApplicationQuerySet, policy: Policy) -> dict[int, int]:
    """Return how many mentees each mentor may still get; by application id."""
    offered = {
        pk: policy.capacity_for(capacity, is_first_time=is_first_time)
        for pk, capacity, is_first_time in mentors.values_list("pk", "capacity", "is_first_time")
    }
    taken = open_match_counts(offered)
    return {pk: max(0, places - taken[pk]) for pk, places in offered.items()}


def _chosen(people: ApplicationQuerySet) -> list[tuple[Topic, dict[int, int]]]:
    """Return each topic with who has chosen it: {application id: level}.

    A topic of the program and a shared one with the same code are one, as in the list.
    """
    levels: dict[str, dict[int, int]] = defaultdict(dict)
    named: dict[str, int] = {}
    rows = ApplicationTopic.objects.filter(application__in=people.values("pk")).order_by()
    for topic, code, person, level in rows.values_list(
        "topic", "topic__code", "application", "weight"
    ):
        levels[code][person] = max(level, levels[code].get(person, 0))
        named[code] = max(topic, named.get(code, 0))
    topics = Topic.objects.in_bulk(named.values())
    return [(topics[named[code]], found) for code, found in levels.items()]


def _demand(
    topic: Topic,
    levels: dict[int, int],
    places: dict[int, int],
    asked_url: str,
    offered_url: str,
) -> TopicDemand:
    asked = [level for person, level in levels.items() if person not in places]
    offered = [person for person in levels if person in places]
    return TopicDemand(
        topic=topic,
        asked=Figure(len(asked), asked_url),
        most_important=asked.count(ApplicationTopic.TOP_LEVEL),
        offered=Figure(len(offered), offered_url),
        places=sum(places[person] for person in offered),
    )
