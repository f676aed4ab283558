"""What happens to a pair ends its check-ins, or asks the carer to talk with one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from agreements.models import GoalReview, Signature
from agreements.signals import signature_denied, talk_asked
from applications.after_sending import OptionalStep
from applications.models import Application
from applications.signals import application_sent, application_withdrawn, optional_step_asked
from matches import signals
from matches.ending_texts import MATCH_ENDED
from matches.models import Closure, Match
from matches.pair_sections import PairSection, SectionLine
from programs.models import Policy, Program
from programs.signals import policy_saved, program_created

from . import applicants_survey, broken_rules, concerns, contact_plan, moving, planning, theme_seeds
from .models import Concern
from .presenters import words_of_date

Cause = Closure.Cause
# Endings after which someone from the committee talks with the two.
NEEDS_TALK = frozenset({Cause.ONE_SIDED, Cause.UNEXPECTED, Cause.LEFT})


@receiver(application_sent)
def ask_applicant(
    sender: type[Application], application: Application, at: datetime, **kwargs: object
) -> None:
    applicants_survey.ask(application, at)


@receiver(application_withdrawn)
def stop_asking(
    sender: type[Application], application: Application, at: datetime, **kwargs: object
) -> None:
    applicants_survey.stop_asking(at)


@receiver(optional_step_asked)
def offer_survey(
    sender: type[Application], application: Application, **kwargs: object
) -> OptionalStep | None:
    return applicants_survey.optional_step(application)


@receiver(signals.ending_asked)
def raise_concern(
    sender: type[Match], match: Match, person: User, at: datetime, **kwargs: object
) -> None:
    concerns.raise_about_ending(match, person, author=person, at=at)


@receiver(signals.ending_withdrawn)
def resolve_concern(
    sender: type[Match], match: Match, person: User, at: datetime, **kwargs: object
) -> None:
    concerns.resolve_about_ending(match, person, at=at)


@receiver(signals.talk_asked)
def raise_about_offer(
    sender: object, program: Program, person: User, at: datetime, **kwargs: object
) -> None:
    concerns.raise_about_offer(program, person, at=at)


@receiver(signals.match_ended)
def end_checkins(
    sender: type[Match], match: Match, closure: Closure, at: datetime, **kwargs: object
) -> None:
    """Cancel the match's check-ins. Ask the carer to talk, unless the committee ended it itself."""
    planning.cancel_of_ended_matches(at, matches=Match.objects.filter(pk=match.pk))
    contact_plan.forget(match)
    concerns.resolve_about_silence([match.pk], note=_("The pair has ended."), at=at)
    broken_rules.resolve(match, note=_("The pair has ended."), why=MATCH_ENDED, at=at)
    is_by_term = closure.cause == Cause.EXPECTED and closure.closed_by is None
    if is_by_term:  # nobody said anything
        concerns.raise_about_ending(match, match.mentee.person, author=None, at=at)
    is_by_committee = closure.closed_by is not None and closure.closed_by not in match.people
    if closure.cause in NEEDS_TALK and closure.person is not None and not is_by_committee:
        has_left = closure.cause == Cause.LEFT
        person = match.partner_of(closure.person) if has_left else closure.person
        concerns.raise_about_ending(match, person, author=None, at=at)


@receiver(signals.committee_sections_asked)
def show_coming(
    sender: type[Match], match: Match, in_care: bool, at: datetime, **kwargs: object
) -> list[PairSection]:
    """Show the committee when the two are asked next; those in charge can move the dates."""
    if match.state == Match.State.CLOSED:
        return []
    address = reverse("admin:checkins_checkin_dates", args=[match.pk])
    return [
        PairSection(
            "coming-checkins",
            place=1,
            title=_("Coming check-ins"),
            lines=tuple(
                SectionLine(one.label, note=words_of_date(match, one))
                for one in moving.coming_of(match, at)
            ),
            empty=_("No check-in is planned."),
            links=((_("Move a date…"), address),) if in_care else (),
        )
    ]


@receiver(signals.pause_changed)
def plan_around_pause(sender: type[Match], match: Match, at: datetime, **kwargs: object) -> None:
    """Move what is planned; a pair that has asked for a pause is not silent."""
    planning.plan_around_pauses(match, at)
    contact_plan.keep([match.pk])
    if match.is_paused(at):
        concerns.resolve_about_silence([match.pk], note=_("The pair is paused."), at=at)


@receiver(signals.match_reopened)
def plan_again(sender: type[Match], match: Match, at: datetime, **kwargs: object) -> None:
    planning.plan_after_reopening(match, at)
    contact_plan.keep([match.pk])


@receiver(policy_saved)
def plan_contacts_anew(sender: type[Policy], policy: Policy, **kwargs: object) -> None:
    contact_plan.mark(policy.program_id)


@receiver(signals.silence_looked_for)
def raise_about_silence(
    sender: type[Match],
    silent: Mapping[Match, datetime],
    others: Collection[int],
    at: datetime,
    **kwargs: object,
) -> None:
    """Ask the carers of pairs that have been silent for long; resolve what has passed."""
    note = _("They have met, been in touch or set a date.")
    concerns.resolve_about_silence(others, note=note, at=at)
    for match, since in silent.items():
        concerns.raise_about_silence(match, since=since, at=at)


@receiver(talk_asked)
def raise_about_review(
    sender: type[GoalReview], review: GoalReview, person: User, at: datetime, **kwargs: object
) -> None:
    """Ask the carer to talk with someone who asked for it in a review; the partner isn't told."""
    text = _("I would like to talk. I was asked whether our agreement still fits.")
    concerns.ask_for_help(
        author=person,
        program=review.match.program,
        match=review.match,
        text=text,
        urgency=Concern.Urgency.WHENEVER,
        partner_may_know=False,
        contact_info="",
        nonce=f"goal-review-{review.pk}",
        at=at,
    )


@receiver(signature_denied)
def raise_about_signature(
    sender: type[Signature],
    signature: Signature,
    match: Match,
    person: User,
    at: datetime,
    **kwargs: object,
) -> None:
    """Ask the carer to talk with someone who did not sign what the committee recorded."""
    text = _("The committee recorded that I signed our agreement on paper. I did not sign it.")
    concerns.ask_for_help(
        author=person,
        program=match.program,
        match=match,
        text=text,
        urgency=Concern.Urgency.SOON,
        partner_may_know=True,
        contact_info="",
        nonce=f"not-signed-{signature.pk}",
        at=at,
    )


@receiver(program_created)
def give_it_themes(sender: type[Program], program: Program, **kwargs: object) -> None:
    """Let a new program start with the product's own themes."""
    theme_seeds.load(program)


@receiver(signals.rules_broken)
def raise_about_rules(
    sender: type[Match], match: Match, person: User, at: datetime, **kwargs: object
) -> None:
    broken_rules.ask_carer(match, person, at=at)


@receiver(signals.rules_met)
def resolve_about_rules(sender: type[Match], match: Match, at: datetime, **kwargs: object) -> None:
    note = _("The pair meets the rules again.")
    broken_rules.resolve(match, note=note, why=broken_rules.RULES_MET, at=at)
