"""The committee's own words in the e-mails of a round: which one counts, the default, saving.

1. A text for one person wins over one for everyone who gets that sort of e-mail in a language, and
   that one over the program's own texts of its e-mails, and those over the product's.
2. The subject and the text are written one by one: whoever writes only one keeps the other.
3. What was written for one person counts only for what it was written about: another partner, or
   another reason for having none, brings back the text for everyone.
4. Texts can be changed until the round is published; then they are frozen with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from matches.edited_texts import USUAL, EditedWords
from matches.emails import AFTER_ANY_WORDS, introduction_days
from notifications.editable_texts.own_texts import own_texts_context
from notifications.kinds import Email
from notifications.recipients import recipient_locale
from notifications.rendering import render_template

from ..models import Proposal, Round, RoundText
from ..recusal import ViewerContext
from .announcements import mentors_in_plan, mentors_of, without_mentee

Sort = RoundText.Sort
LISTS = frozenset({"reasons", "other_help"})  # placeholders that become several lines
KINDS = {
    Sort.TO_MENTEE: "match-introduced",
    Sort.TO_MENTOR: "match-introduced",
    Sort.NO_MENTEE: "round-no-mentee",
}
UNMATCHED = "round-unmatched"
PLACEHOLDERS = {
    Sort.TO_MENTEE: ("first_name", "partner", "partner_first_name", "program", "reasons"),
    Sort.TO_MENTOR: ("first_name", "partner", "partner_first_name", "program", "reasons"),
    Sort.NO_MENTEE: ("first_name", "cohort", "program"),
}
OF_UNMATCHED = ("first_name", "cohort", "program", "other_help")


class WordsChanged(Exception):
    """Someone else has saved words since they were read; `newest` is their row, None if they went
    back to the usual ones.
    """

    def __init__(self, newest: RoundText | None) -> None:
        super().__init__(newest)
        self.newest = newest


def kind_of(sort: str) -> str:
    """Return the kind of e-mail that a sort of text belongs to."""
    return KINDS.get(Sort(sort), UNMATCHED)


def placeholders_of(sort: str) -> tuple[str, ...]:
    """Return the placeholders that a text of this sort may hold."""
    return PLACEHOLDERS.get(Sort(sort), OF_UNMATCHED)


def placeholders_of_subject(sort: str) -> tuple[str, ...]:
    """Return the placeholders that a subject of this sort may hold: those of one line."""
    return tuple(name for name in placeholders_of(sort) if name not in LISTS)


def sort_of_left_out(row: Proposal) -> Sort:
    """Return which letter a mentee without a mentor gets, by the recorded reason."""
    return sort_of_reason(row.why, is_excluded=row.is_excluded)


def sort_of_reason(why: dict[str, object], *, is_excluded: bool) -> Sort:
    """Return which letter belongs to a reason; `why` is that of `proposal_rows.left_out`."""
    if is_excluded:
        return Sort.LEFT_OUT
    match why.get("kind"):
        case "none":
            return Sort.FIT
        case "crowded" if "mentees" in why:  # counted: these mentors have too few places
            return Sort.PLACES
    return Sort.OTHERS


def words_for(
    round_id: int,
    sort: str,
    application: Application,
    partner: Application | None = None,
    *,
    language: str,
) -> EditedWords:
    """Return the committee's words for one e-mail, with placeholders.

    The subject and the text are looked for one by one: those for this person, then for everyone.
    """
    rows = RoundText.system.filter(round=round_id, sort=sort)
    own = rows.filter(application=application, partner=partner).first()
    everyones = shared_words(round_id, sort, language)
    return own.words.or_else(everyones) if own else everyones


def shared_words(round_id: int, sort: str, language: str) -> EditedWords:
    """Return the committee's words for everyone who gets a sort of e-mail in a language."""
    rows = RoundText.system.filter(round=round_id, sort=sort, application=None)
    found = rows.filter(language=language).first()
    return found.words if found else USUAL


def counts(round_: Round) -> Counter[tuple[str, str]]:
    """Count the e-mails of a round's current plan by sort of text and language."""
    found: Counter[tuple[str, str]] = Counter()
    rows = Proposal.system.filter(round=round_).in_plan()
    for mentee, mentor in rows.exclude(mentor=None).values_list(
        "mentee__person__language", "mentor__person__language"
    ):
        found[Sort.TO_MENTEE, mentee] += 1
        found[Sort.TO_MENTOR, mentor] += 1
    left_out = rows.filter(mentor=None).values_list(
        "why", "is_excluded", "mentee__person__language"
    )
    for why, is_excluded, language in left_out:
        found[sort_of_reason(why, is_excluded=is_excluded), language] += 1
    idle = without_mentee(round_, mentors_of(round_)).exclude(pk__in=mentors_in_plan(round_))
    for language in idle.values_list("person__language", flat=True):
        found[Sort.NO_MENTEE, language] += 1
    return found


def default_words(round_: Round, sort: str, language: str) -> EditedWords:
    """Return the usual words of an e-mail with placeholders where people's facts will be."""
    program, cohort = round_.program, round_.cohort
    person = SimpleNamespace(first_name="{first_name}", email="")
    with translation.override(language):
        own = own_texts_context(program, kind_of(sort))
    context: dict[str, object] = {
        "person": person,
        "program_name": program.name,
        "cohort": cohort,
        **own,
    }
    match Sort(sort):
        case Sort.TO_MENTEE | Sort.TO_MENTOR:
            context |= {
                "match": SimpleNamespace(program=program),
                "partner": SimpleNamespace(name="{partner}", first_name="{partner_first_name}"),
                "is_mentee": sort == Sort.TO_MENTEE,
                "reasons": ["{reasons}"],
                **introduction_days(program),
            }
        case Sort.NO_MENTEE:
            pass
        case _:
            has_help = bool(program.other_help_lines)
            context |= {"reason_code": sort, "other_help": ["{other_help}"] if has_help else []}
    with translation.override(language):
        return EditedWords(_subject(kind_of(sort), context), _body(kind_of(sort), context))


def render(
    kind: str, build: Callable[[], Email], person: User, *, is_to_edit: bool = False
) -> tuple[str, str]:
    """Return subject and plain text of an e-mail as `person` will read them, without its footer.

    `build` is called in the person's language. `is_to_edit` leaves out what follows any words.
    """
    with recipient_locale(person):
        email = build()
        name = getattr(email.program, "name", "")
        own = own_texts_context(email.program, kind)
        context = {**email.context, "person": person, "program_name": name, **own}
        if is_to_edit:
            context = {key: context[key] for key in context if key not in AFTER_ANY_WORDS}
        return _subject(kind, context), _body(kind, context)


def _subject(kind: str, context: dict[str, object]) -> str:
    return " ".join(render_template(f"emails/{kind}/subject.txt", context).split())


def _body(kind: str, context: dict[str, object]) -> str:
    return render_template(f"emails/{kind}/body.txt", context).partition("\n-- ")[0].strip()


@transaction.atomic
def save_words(
    round_: Round,
    sort: str,
    words: EditedWords,
    *,
    by: User,
    language: str,
    application: Application | None = None,
    partner: Application | None = None,
    seen: str | None = None,
) -> bool:
    """Save the committee's words, for everyone or for one person; empty ones bring back the usual.

    `seen`: the `RoundText.version` that `by` has read, "" for none.
    Returns whether words of the committee are stored now. Raises ActionNotAllowed after
    publication, without the role, and for a person whom `by` has a conflict of interest with;
    WordsChanged if someone else has saved other words since.
    """
    fresh = Round.system.select_for_update(no_key=True).get(pk=round_.pk)
    if not fresh.is_under_way:
        raise ActionNotAllowed(_("This round is closed, so its e-mails can't be changed any more."))
    if not fresh.may_be_changed_by(by):
        raise ActionNotAllowed(_("You don't have permission to do this."))
    people = [one.pk for one in (application, partner) if one is not None]
    ViewerContext.of(fresh, by).refuse_if_conflicted(people)
    rows = RoundText.system.filter(round=fresh, sort=sort, application=application, partner=partner)
    rows = rows.select_related("by")
    known = rows.first() if application else rows.filter(language=language).first()
    new = EditedWords(" ".join(words.subject.split()), words.text.strip())
    if new == (known.words if known else USUAL):
        return bool(new)
    if seen is not None and seen != (known.version if known else ""):
        raise WordsChanged(known)
    if not new:
        if known:
            known.delete()
        return False
    row = known or RoundText(round=fresh, sort=sort, application=application, partner=partner)
    row.subject, row.text = new.subject, new.text
    row.language, row.by, row.at = language, by, timezone.now()
    row.save()
    return True
