"""Races about signatures on paper: of the committee, which records, and of the pair."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from accounts.models import User
from agreements import drafting, paper
from agreements.models import AgreementVersion, PaperRecord, Signature
from checkins.models import Concern
from testkit.papers import on_paper

from .pair_races import Action, Race, end, is_ended, match_of, race, sign
from .pair_states import Pair


def record(pair: Pair, version: AgreementVersion, *people: User) -> Action:
    def act() -> object:
        mine = AgreementVersion.objects.get(pk=version.pk)
        return on_paper(mine, *people, by=pair.carer)

    return act


def deny(pair: Pair, person: User) -> Action:
    """Deny what one could deny at the beginning of the race."""
    found = paper.deniable(match_of(pair), person, at=timezone.now())
    assert found is not None
    return lambda: paper.deny(Signature.objects.select_related("paper").get(pk=found.pk), by=person)


def signers(version: AgreementVersion) -> set[User]:
    rows = Signature.objects.valid().filter(version=version).select_related("person")
    return {row.person for row in rows}


@race
def paper_is_recorded_while_one_signs(pair: Pair) -> Race:
    ben, ada = pair.people
    version = pair.share(pair.ago(2))

    def check(done: list[int]) -> None:
        version.refresh_from_db()
        assert 1 in done, "who signs has signed, be it on paper"
        assert signers(version) == ({ben, ada} if 0 in done else {ada})
        assert version.state == ("signed" if 0 in done else "shared")
        assert match_of(pair).state == ("active" if 0 in done else "introduced")

    return Race([record(pair, version, ben, ada), sign(pair, ada)], check)


@race
def paper_of_one_is_recorded_while_the_other_signs(pair: Pair) -> Race:
    ben, ada = pair.people
    version = pair.share(pair.ago(2))

    def check(done: list[int]) -> None:
        assert done == [0, 1]
        version.refresh_from_db()
        assert (version.state, match_of(pair).state) == ("signed", "active")
        assert signers(version) == {ben, ada}

    return Race([record(pair, version, ben), sign(pair, ada)], check)


@race
def paper_is_recorded_twice(pair: Pair) -> Race:
    version = pair.share(pair.ago(2))

    def check(done: list[int]) -> None:
        assert len(done) == 1, "the other is told that they have signed"
        assert PaperRecord.objects.filter(version=version).count() == 1
        assert signers(version) == set(pair.people)

    return Race([record(pair, version, *pair.people)] * 2, check)


@race
def paper_is_recorded_while_one_ends(pair: Pair) -> Race:
    version = pair.share(pair.ago(2))

    def check(done: list[int]) -> None:
        assert 1 in done
        is_recorded = PaperRecord.objects.filter(version=version).exists()
        assert is_recorded == (0 in done)
        assert is_ended(pair).state_before == ("active" if is_recorded else "introduced")

    return Race([record(pair, version, *pair.people), end(pair, pair.mentor)], check)


@race
def paper_is_recorded_while_one_writes(pair: Pair) -> Race:
    version = pair.share(pair.ago(2))
    values = {"activities": ["Visit one another"]}
    write = partial(
        drafting.save_part, part="activities", values=values,
        expected_revision=version.activities_revision, by=pair.mentee,
    )  # fmt: skip
    record_it = partial(
        paper.record,
        dates={person.pk: paper.first_day(version) for person in pair.people},
        scan=None,
        holds_paper=True,
        expected_revision=AgreementVersion.objects.get(pk=version.pk).revision,
        by=pair.carer,
    )

    def check(done: list[int]) -> None:
        assert len(done) == 1, "what was printed is not what is written now"
        version.refresh_from_db()
        assert version.state == ("signed" if done == [0] else "shared")
        assert signers(version) == (set(pair.people) if done == [0] else set())

    return Race(
        [
            lambda: record_it(AgreementVersion.objects.get(pk=version.pk)),
            lambda: write(match_of(pair)),
        ],
        check,
    )


@race
def one_denies_while_the_other_signs(pair: Pair) -> Race:
    ben, ada = pair.people
    version = pair.share(pair.ago(2))
    on_paper(version, ben, by=pair.carer)

    def check(done: list[int]) -> None:
        assert done == [0, 1]
        version.refresh_from_db()
        assert (version.state, match_of(pair).state) == ("shared", "introduced")
        assert signers(version) == {ada}
        assert Concern.system.filter(match=pair.match).count() == 1

    return Race([deny(pair, ben), sign(pair, ada)], check)


@race
def both_deny(pair: Pair) -> Race:
    version = pair.share(pair.ago(2))
    on_paper(version, *pair.people, by=pair.carer)

    def check(done: list[int]) -> None:
        assert done == [0, 1, 2]
        version.refresh_from_db()
        assert (version.state, match_of(pair).state) == ("shared", "introduced")
        assert not signers(version)
        assert Concern.system.filter(match=pair.match).count() == 2

    return Race([deny(pair, one) for one in (*pair.people, pair.mentee)], check)


@race
def one_denies_while_the_other_ends(pair: Pair) -> Race:
    ben, ada = pair.people
    version = pair.share(pair.ago(2))
    on_paper(version, ben, ada, by=pair.carer)

    def check(done: list[int]) -> None:
        assert 1 in done
        version.refresh_from_db()
        assert version.state == ("shared" if 0 in done else "signed")
        assert is_ended(pair).state_before == ("introduced" if 0 in done else "active")

    return Race([deny(pair, ben), end(pair, ada)], check)
