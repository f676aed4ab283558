"""Two editions question by question, with the pooled results of each.

A question is the same one if its code is. The figures are those of the newest month of each edition
as the reader is shown them on the page of that result: nothing is added up over months or editions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from programs.models import Program
from programs.program_texts import language_in_sentence

from .models import CheckIn, Question, Survey, Wave
from .result_readers import ResultReader, Row, with_turnout
from .survey_checks import LANGUAGES


@dataclass(frozen=True)
class Change:
    """One property of a question that is another one; `old` and `new` are lines of text."""

    what: str
    old: list[str]
    new: list[str]


@dataclass
class Compared:
    """One question in both editions; one of the two is None if it was added or removed."""

    old: Question | None
    new: Question | None
    changes: list[Change]
    old_rows: list[Row] = field(default_factory=list)
    new_rows: list[Row] = field(default_factory=list)

    @property
    def question(self) -> Question:
        """The question as the newer edition has it, if it does."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def verdict(self) -> str:
        """Say what became of it."""
        if self.old is None:
            return _("new")
        if self.new is None:
            return _("removed")
        return _("changed") if self.changes else _("the same")


@dataclass(frozen=True)
class Comparison:
    """Two editions; the waves are None where an edition has no published result yet."""

    questions: list[Compared]
    words: list[Change]
    old_wave: Wave | None
    new_wave: Wave | None


def compare(old: Survey, new: Survey, *, user: User, program: Program | None) -> Comparison:
    """Compare two editions for `user`, with the figures that they are shown in `program`."""
    theirs = {row.code: row for row in old.questions.all()}
    ours = {row.code: row for row in new.questions.all()}
    order = [*ours, *(code for code in theirs if code not in ours)]
    rows = [_compared(theirs.get(code), ours.get(code)) for code in order]
    waves = _newest_waves((old, new), user, program)
    figures = {wave.pk: _figures(wave, user) for wave in waves.values()}
    before, after = waves.get(old.pk), waves.get(new.pk)
    for row in rows:
        row.old_rows = figures[before.pk].get(row.old.pk, []) if row.old and before else []
        row.new_rows = figures[after.pk].get(row.new.pk, []) if row.new and after else []
    words = [*_of_texts(_("Title"), old.titles, new.titles),
             *_of_texts(_("Introduction"), old.intros, new.intros),
             *_of_needs(old, new), *_of_moment(old, new)]  # fmt: skip
    return Comparison(rows, words, before, after)


def _newest_waves(
    surveys: Sequence[Survey], user: User, program: Program | None
) -> dict[int, Wave]:
    """Return {survey: the newest wave that counted its answers} of those that `user` may see.

    Those of a shared survey are the waves of `program`, if there is one.
    """
    waves = Wave.objects.for_committee(user)
    counted = CheckIn.objects.filter(survey__in=surveys, wave__in=waves).order_by("wave__month")
    if program is not None:
        counted = counted.exclude(~Q(wave__cohort__program=program), survey__program=None)
    newest = dict(counted.values_list("survey", "wave").distinct())
    found = with_turnout(waves.filter(pk__in=newest.values()), user)
    by_id = found.select_related("cohort").in_bulk()
    return {survey: by_id[wave] for survey, wave in newest.items()}


def _figures(wave: Wave, user: User) -> dict[int, list[Row]]:
    """Return {question: rows of its table} of a wave, as `user` is shown them."""
    return {table["question"].pk: table["rows"] for table in ResultReader.of(wave, user).tables()}


def _compared(old: Question | None, new: Question | None) -> Compared:
    changes = list(_changes(old, new)) if old and new else []
    return Compared(old, new, changes)


def _changes(old: Question, new: Question) -> Iterator[Change]:
    yield from _of_texts(_("Question"), old.texts, new.texts)
    for language in LANGUAGES:
        before, after = (
            [f"{code}: {texts[language]}" if row.kind == Question.Kind.SCALE else texts[language]
             for code, texts in row.choices if texts.get(language)]
            for row in (old, new)
        )  # fmt: skip
        if before != after:
            what = _("Answers in %(language)s") % {"language": language_in_sentence(language)}
            yield Change(what, before, after)
    for what, before_after in (
        (_("Kind"), [[row.get_kind_display()] for row in (old, new)]),
        (_("Asked of"), [[row.get_asked_display()] for row in (old, new)]),
        (_("Read by"), [[row.get_channel_display()] for row in (old, new)]),
        (_("How many can be ticked"), [[str(row.most_chosen)] for row in (old, new)]),
        (_("Also counted"), [[_yes_no(row.is_counted)] for row in (old, new)]),
        (_("Needs an answer"), [[_yes_no(row.is_required)] for row in (old, new)]),
    ):
        if before_after[0] != before_after[1]:
            yield Change(what, *before_after)
    if set(old.concern_codes) != set(new.concern_codes):
        yield Change(_("Answers that become a concern"), *(_concerns(row) for row in (old, new)))


def _of_needs(old: Survey, new: Survey) -> Iterator[Change]:
    if old.needs_asked != new.needs_asked:
        yield Change(_("Needs asked about"), [str(old.needs_asked)], [str(new.needs_asked)])


def _of_moment(old: Survey, new: Survey) -> Iterator[Change]:
    if old.is_asked_when_applying != new.is_asked_when_applying:
        before, after = (_yes_no(one.is_asked_when_applying) for one in (old, new))
        yield Change(_("Asked with the application"), [before], [after])


def _concerns(question: Question) -> list[str]:
    return [text for code, text in question.options if code in question.concern_codes]


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _of_texts(name: str, old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    for language in LANGUAGES:
        before, after = old.get(language, ""), new.get(language, "")
        if before != after:
            what = _("%(name)s in %(language)s") % {
                "name": name,
                "language": language_in_sentence(language),
            }
            yield Change(what, [before] if before else [], [after] if after else [])
