"""Compares the e-mails that were sent with those that were expected; names each difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .cohort_calendar import FOREVER, QUIET_FROM, QUIET_UNTIL, Calendar, Expected
from .cohort_expectations import NOT_PLAYED, RULES
from .cohort_facts import Facts, Person
from .cohort_members import MEMBER_RULES

SEVERAL = "several-at-once"
WEEKLY_LIMIT, WEEK = 3, timedelta(days=7)


@dataclass(frozen=True)
class Sent:
    """An e-mail that the mail server accepted."""

    kind: str
    person: int
    about: int | None  # the pair, the concern, or the member's own
    at: datetime
    is_optional: bool
    is_urgent: bool
    is_part: bool = False  # told with others in one e-mail, which is the one that counts


def expected_emails(facts: Facts) -> list[Expected]:
    """Return what the whole cohort should get."""
    calendar = Calendar(facts)
    found: list[Expected | None] = []
    for pair in facts.pairs:
        for make in dict.fromkeys(RULES.values()):
            found += make(calendar, pair)
    for make in dict.fromkeys(MEMBER_RULES.values()):
        found += make(calendar, facts)
    return [one for one in found if one is not None]


def differences(facts: Facts, sent: Sequence[Sent]) -> list[str]:
    """Return a line for each e-mail that was sent and not expected, or the other way round."""
    kinds = {one.kind for one in sent}
    if unknown := sorted(
        kinds - RULES.keys() - MEMBER_RULES.keys() - NOT_PLAYED.keys() - {SEVERAL}
    ):
        return [
            f"no rule for the kind {kind!r}: add one to cohort_expectations.py or cohort_members.py"
            for kind in unknown
        ]
    names = {one.pk: one for one in people_of(facts)}
    wanted: dict[tuple[str, int, int | None], list[Expected]] = defaultdict(list)
    for one in expected_emails(facts):
        wanted[one.kind, one.person.pk, one.about].append(one)
    full = _FullWeeks(sent)
    lines = list(_merged_without_parts(sent, names))
    of_key: dict[tuple[str, int, int | None], list[Sent]] = defaultdict(list)
    for email in sent:
        if email.kind == SEVERAL:
            continue
        of_key[email.kind, email.person, email.about].append(email)
    for key in sorted(wanted.keys() | of_key.keys(), key=str):
        lines += _compare(wanted[key], of_key[key], names, full)
    return lines


def _merged_without_parts(sent: Sequence[Sent], names: Mapping[int, Person]) -> Iterator[str]:
    """An e-mail that tells several things at once tells at least two of the person's."""
    parts = Counter((one.person, one.at) for one in sent if one.is_part)
    for one in sent:
        if one.kind == SEVERAL and parts[one.person, one.at] < 2:
            yield f"WITHOUT PARTS {_words(one.kind, names[one.person], one.about, one.at)}"


def _compare(
    wanted: list[Expected], sent: list[Sent], names: Mapping[int, Person], full: _FullWeeks
) -> Iterator[str]:
    left = sorted(wanted, key=lambda one: one.at)
    for email in sorted(sent, key=lambda one: one.at):
        match = next((one for one in left if _fits(one, email, full)), None)
        if match is None:
            yield f"UNEXPECTED {_words(email.kind, names[email.person], email.about, email.at)}"
        else:
            left.remove(match)
    for one in left:
        if not (one.may or (one.is_optional and full.at(one.person.pk, one.at))):
            yield f"MISSING {_words(one.kind, one.person, one.about, one.at)}"


def _fits(one: Expected, email: Sent, full: _FullWeeks) -> bool:
    if one.at <= email.at <= one.at + one.slack:
        return True
    is_late = one.at < email.at < one.until
    # What waits for its turn does not expire because of the limit.
    is_late |= one.until <= email.at and full.at(one.person.pk, one.until)
    return one.is_optional and is_late and full.at(one.person.pk, one.at)


class _FullWeeks:
    """When a person had as many e-mails that are not essential as a week allows."""

    def __init__(self, sent: Iterable[Sent]) -> None:
        self.moments: dict[int, list[datetime]] = defaultdict(list)
        for email in sent:
            if email.is_optional and not email.is_part:
                self.moments[email.person].append(email.at)

    def count(self, person: int, at: datetime) -> int:
        """Return how many were sent within the seven days that end with the run at `at`."""
        return sum(at - WEEK < moment <= at for moment in self.moments[person])

    def at(self, person: int, at: datetime) -> bool:
        return self.count(person, at) >= WEEKLY_LIMIT

    def too_many(self) -> Iterator[tuple[int, datetime]]:
        for person, moments in self.moments.items():
            for moment in moments:
                if self.count(person, moment) > WEEKLY_LIMIT:
                    yield person, moment


def breaches(facts: Facts, sent: Sequence[Sent]) -> list[str]:
    """Return a line for each person with too many e-mails in a week, and each at night."""
    names = {one.pk: one for one in people_of(facts)}
    lines = []
    for person, moment in _FullWeeks(sent).too_many():
        lines.append(f"TOO MANY in a week: {names[person].name} at {moment:%F %H:%M}")
    for one in sent:
        local = one.at.astimezone(ZoneInfo(names[one.person].zone))
        is_day = QUIET_UNTIL <= local.hour < QUIET_FROM and local.isoweekday() <= 5
        if not (one.is_urgent or is_day):
            who = names[one.person].name
            lines.append(f"AT NIGHT {one.kind} to {who} at {local:%a %F %H:%M}")
    return lines


def people_of(facts: Facts) -> Iterator[Person]:
    for pair in facts.pairs:
        yield from pair.people
    yield from (one.person for one in facts.members.values())


def _words(kind: str, person: Person, about: int | None, at: datetime) -> str:
    moment = "never" if at == FOREVER else f"{at:%a %F %H:%M}"
    return f"{kind} to {person.name} ({person.zone}) about {about} at {moment}"
