"""What the mentees of a cohort ask for and its mentors offer: where mentors are missing.

Counted are people whom a round may still match, as far as the member sees their applications; each
number of people is that of the list it leads to. A mentor's free places count for each topic that
they offer, so the places of several topics are not to be added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application, ApplicationTopic
from applications.screening import may_be_matched
from matches.match_creation import capacity_of, open_match_counts
from programs.models import Topic

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
                "figure": _("%(asked)s ask, %(places)s places")
                % {"asked": one.asked.count, "places": one.places},
                "tone": "amber",
            }
            for one in self.topics
            if one.missing
        ]

    @property
    def message(self) -> str:
        """What the bars say."""
        text = ngettext(
            "%(count)s topic has fewer free places than mentees who ask for it",
            "%(count)s topics have fewer free places than mentees who ask for them",
            len(self.lacking),
        )
        return text % {"count": len(self.lacking)}


def demand_of_cohort(scope: Scope) -> Demand:
    """Return what is asked for and offered in `scope.cohort`, whose program has its policy."""
    seen = scope.of(Application.objects.for_committee(scope.member))
    people = seen.filter(may_be_matched(scope.member))
    mentees = set(people.mentees().order_by().values_list("pk", flat=True))
    places = _free_places(people.mentors().select_related("cohort__program__policy"))
    chosen = _chosen(mentees | set(places))
    names = Topic.objects.filter(pk__in=chosen)

    def url(role: str, **query: str) -> str:
        query = {"role__exact": role, "pair": "possible", **query}
        return scope.url("applications_application", **query)

    topics = [
        _demand(topic, chosen[topic.pk], places, url(MENTEE, topic=topic.code),
                url(MENTOR, topic=topic.code))
        for topic in names
    ]  # fmt: skip
    return Demand(
        sorted(topics, key=lambda one: (-one.missing, -one.asked.count, str(one.topic))),
        Figure(len(mentees), url(MENTEE)),
        Figure(len(places), url(MENTOR)),
        sum(places.values()),
    )


def _free_places(mentors: Iterable[Application]) -> dict[int, int]:
    """Return how many mentees each mentor may still get; by application id."""
    rows = {mentor.pk: mentor for mentor in mentors}
    taken = open_match_counts(rows)
    return {pk: max(0, capacity_of(mentor) - taken[pk]) for pk, mentor in rows.items()}


def _chosen(people: set[int]) -> dict[int, list[tuple[int, int]]]:
    """Return who has chosen each topic, with which weight: (application id, weight)."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = ApplicationTopic.objects.filter(application__in=people).order_by()
    for topic, application, weight in rows.values_list("topic", "application", "weight"):
        found[topic].append((application, weight))
    return found


def _demand(
    topic: Topic,
    chosen: list[tuple[int, int]],
    places: dict[int, int],
    asked_url: str,
    offered_url: str,
) -> TopicDemand:
    asked = [weight for person, weight in chosen if person not in places]
    offered = [person for person, _weight in chosen if person in places]
    return TopicDemand(
        topic=topic,
        asked=Figure(len(asked), asked_url),
        most_important=asked.count(ApplicationTopic.TOP_LEVEL),
        offered=Figure(len(offered), offered_url),
        places=sum(places[person] for person in offered),
    )
