"""The e-mails that a round would send when it is published: who gets which."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from applications.models import Application
from matches.edited_texts import EditedWords
from matches.emails import introduction_email
from matches.models import Match
from matches.why_you_two import shareable
from matching.emails import no_mentee_email, unmatched_email
from matching.models import Proposal, Round, RoundText
from matching.recusal import ViewerContext
from matching.rounds import announcements, round_texts
from notifications.kinds import Email

Sort = RoundText.Sort
NO_PARTNER = "-"


@dataclass(frozen=True)
class RoundEmail:
    """One e-mail of a round: to whom, about which partner, of which sort."""

    recipient: Application
    partner: Application | None
    sort: Sort
    row: Proposal | None = None

    @property
    def label(self) -> str:
        return str(self.sort.label)

    @property
    def person(self) -> User:
        return self.recipient.person

    @property
    def language(self) -> str:
        return self.person.language

    @property
    def partner_id(self) -> str:
        return self.partner.public_id if self.partner else NO_PARTNER

    def build(self, edited: EditedWords) -> Email:
        """Return the e-mail with words of the committee, or with the product's if there are none.

        Needs the profiles of the two people.
        """
        if self.sort == Sort.NO_MENTEE:
            return no_mentee_email(self.recipient, edited)
        if self.partner is None or self.row is None or self.row.mentor is None:
            return unmatched_email(self.recipient, self.sort, edited)
        mentee, mentor = self.row.mentee, self.row.mentor
        why = shareable(self.row.why, mentee, mentor)
        match = Match(mentee=mentee, mentor=mentor, why_codes=why)
        return introduction_email(match, self.person, edited)

    def render(self, edited: EditedWords, *, is_to_edit: bool = False) -> tuple[str, str]:
        """Return subject and text as the person will read them; `edited` as in `build`.

        `is_to_edit`: only what the committee's words replace.
        """
        return round_texts.render(
            round_texts.kind_of(self.sort),
            lambda: self.build(edited),
            self.person,
            is_to_edit=is_to_edit,
        )

    @property
    def introduces(self) -> bool:
        return self.sort in {Sort.TO_MENTEE, Sort.TO_MENTOR}

    def saved(self, round_: Round) -> EditedWords:
        """Return the committee's words that count for this e-mail, if any."""
        return round_texts.words_for(
            round_.pk, self.sort, self.recipient, self.partner, language=self.language
        )


def emails_of(row: Proposal) -> list[RoundEmail]:
    """Return the e-mails that a row of the plan leads to: to both people, or to the mentee."""
    if row.mentor is None:
        return [RoundEmail(row.mentee, None, round_texts.sort_of_left_out(row), row)]
    return [
        RoundEmail(row.mentee, row.mentor, Sort.TO_MENTEE, row),
        RoundEmail(row.mentor, row.mentee, Sort.TO_MENTOR, row),
    ]


def idle_mentors(round_: Round, viewer: ViewerContext) -> list[Application]:
    """Return the mentors without a mentee whom the member may see."""
    idle = announcements.without_mentee(round_, announcements.mentors_of(round_))
    seen = idle.exclude(pk__in=announcements.mentors_in_plan(round_))
    seen = seen.exclude(pk__in=viewer.conflicted).select_related("person", "cohort__program")
    return list(seen.order_by("external_key", "pk"))


def find_email(viewer: ViewerContext, recipient: str, partner: str) -> RoundEmail:
    """Return the e-mail of a round to `recipient` about `partner`; 404 if it is hidden or gone."""
    rows = viewer.proposals().in_plan()
    rows = rows.select_related(
        "mentee__person__profile",
        "mentor__person__profile",
        "mentee__cohort__program__policy",
        "mentor__cohort__program__policy",
    )
    if partner == NO_PARTNER:
        row = rows.filter(mentor=None, mentee__public_id=recipient).first()
        if row is not None:
            return emails_of(row)[0]
        return _find_idle(viewer, recipient)
    as_mentee = Q(mentee__public_id=recipient, mentor__public_id=partner)
    as_mentor = Q(mentee__public_id=partner, mentor__public_id=recipient)
    pair = get_object_or_404(rows, as_mentee | as_mentor)
    return next(one for one in emails_of(pair) if one.recipient.public_id == recipient)


def _find_idle(viewer: ViewerContext, recipient: str) -> RoundEmail:
    for one in idle_mentors(viewer.round, viewer):
        if one.public_id == recipient:
            return RoundEmail(one, None, Sort.NO_MENTEE)
    raise Http404
