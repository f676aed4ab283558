"""Cases of e-mails to people who were asked by address, or who wait; see `email_scenarios`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from applications import mentor_invitations, references
from matching.models import PairInvitation, PairRequest
from matching.rounds import found_each_other, pair_requests
from notifications import preferences
from programs.models import Cohort, Policy
from testkit import factories

from .email_cases import Case, Scenario, person


def waiting_visitor(program_is_open: bool, **fields: object) -> Case:
    """A visitor who waits for a program to open; with an account, as the tests read by people."""
    cohort = factories.cohort()
    if not program_is_open:
        close_applications(Case(cohort, person("x")))
    return Case(factories.waiting_visitor(cohort.program, **fields), person("Ben Okoro"))


def mentor_invited() -> Case:
    """Someone whom a chair has invited; with an account, as the tests read by people."""
    chair = factories.member("Kim Osei", program=factories.cohort().program, role="chair")
    program, address = chair.memberships.get().program, "invited@example.org"
    row = mentor_invitations.invite(program, address, by=chair, named="full")
    return Case(row, person("Ben Okoro"))


def referee_asked() -> Case:
    """Someone whom an applicant has named; with an account, as the tests read by people."""
    sent = factories.application(person("Vera Blum"), factories.cohort(), state="submitted")
    Policy.objects.update(references_from="everyone")
    application = type(sent).objects.select_related("cohort__program").get(pk=sent.pk)
    row = references.name_referee(
        application, by=sent.person, name="R", address="referee@example.org", relation="r"
    )
    return Case(row, person("Ben Okoro"))


def close_for_referee(case: Case) -> None:
    type(case.about.application).objects.update(state="accepted")


def pair_asked() -> Case:
    """Someone who is asked to be a pair; with an account, as the tests read by people."""
    cohort = factories.cohort()
    Policy.objects.update(pairs_by_people=True)
    found_each_other.ask(
        cohort, "mentee", "asked@example.org", by=person("Vera Blum"), reason="We know each other."
    )
    return Case(PairInvitation.system.get(), person("Ben Okoro"))


def pair_approved() -> Case:
    """Two who found each other, and the mentor has not passed the orientation."""
    mentor, cohort = person("Ben Okoro"), factories.cohort()
    chair = factories.member("Kim Osei", program=cohort.program, role="chair")
    both = {
        "mentee": factories.application(person("Vera Blum"), cohort, "mentee"),
        "mentor": factories.application(mentor, cohort, "mentor", orientation_passed_at=None),
    }
    row = PairRequest.objects.create(
        cohort=cohort,
        origin="self",
        state="confirmed",
        by=both["mentee"].person,
        reason="r",
        **both,
    )
    pair_requests.accept(row, by=chair)
    return Case(row, mentor)


def take_request_back(case: Case) -> None:
    found_each_other.take_back(case.about, by=case.to)


def want_no_more(case: Case) -> None:
    preferences.unsubscribe_address(case.about.address_key, at=timezone.now())


def close_applications(case: Case) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Cohort.objects.update(closes_on=yesterday)


def open_applications(case: Case) -> None:
    Cohort.objects.update(closes_on=None)


ASKED: dict[str, Scenario] = {
    "pair-invitation": Scenario(pair_asked, stop=want_no_more, reason="turned-off"),
    "pair-request-decided": Scenario(
        pair_approved, stop=take_request_back, reason="pair-request-changed"
    ),
    "mentor-invitation": Scenario(mentor_invited, stop=want_no_more, reason="turned-off"),
    "reference-request": Scenario(
        referee_asked, stop=close_for_referee, reason="reference-not-needed"
    ),
    "opening-confirm": Scenario(
        lambda: waiting_visitor(False), stop=open_applications, reason="is-open"
    ),
    "opening-open": Scenario(
        lambda: waiting_visitor(True, confirmed_at=timezone.now()),
        stop=close_applications,
        reason="not-open",
    ),
}
