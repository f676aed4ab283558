"""Answers of one applicant, page by page, as a browser would post them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import QueryDict

from applications import suitability
from applications.forms.registry import FORMS
from applications.models import Application

if TYPE_CHECKING:
    from django.test import Client

Pages = dict[str, dict[str, str | list[str]]]  # page -> field -> answer

MENTEE: Pages = {
    **{f"suitability-{code}": {code: "yes"} for code in suitability.CODES["mentee"]},
    "about-you": {
        "name": "Ben Okoro",
        "pronouns": "he",
        "phone": "+1 519 555 0100",
        "time_zone": "America/Toronto",
        "language": "en",
    },
    "work": {
        "employer_name": "Harbour Mill",
        "job_title": "Generalist",
        "level": "3",
        "years_experience": "6",
        "industries": ["health"],
        "place": "Hamilton",
        "about": "I came from nursing.",
    },
    "situation": {"situation": "A team of one since May.", "hopes": "A plan that holds."},
    "experiences": {"now": ["lay-off", "newcomer"]},
    "sharing": {"shared": ["newcomer"]},
    "topics": {"goal": ["lead"], "subject": ["payroll"], "skill": ["influence"]},
    "ranking": {"rank-1": "lead", "level-lead": "2", "level-payroll": "2", "level-influence": "1"},
    "help": {"help_kinds": ["listen", "feedback"], "mentor_styles": ["patient", "frank"]},
    "times": {"availability": ["tue-evening", "sat-morning"]},
    "meeting": {
        "mode": "either",
        "travel_km": "20",
        "rhythm_days": "30",
        "hours_per_month": "4",
        "languages": ["en"],
    },
    "way-of-working": {"feedback": "direct", "talks": "open", "matters_most": "understands"},
    "private": {"needs": "Quiet places", "limits": "", "accommodations": "Captions"},
    "wishes": {"prefer-1": "", "prefer-2": "", "avoid-1": "Ada Brook", "avoid-2": ""},
    "commitment": {"commits": "on", "accepts_code": "on"},
}
MENTOR: Pages = {
    **{f"suitability-{code}": {code: "yes"} for code in suitability.CODES["mentor"]},
    **{code: answers for code, answers in MENTEE.items() if not code.startswith("suitability-")},
    "experiences": {"lived": ["lay-off"], "accompanied": ["newcomer"]},
    "sharing": {"shared": ["lay-off"]},
    "help": {
        "help_kinds": ["listen"],
        "mentor_styles": ["patient"],
        "join_reasons": ["give-back", "learn"],
    },
    "capacity": {"is_first_time": "", "capacity": "2"},
    "private": {"needs": "", "limits": "", "accommodations": "", "training_needs": ["ending"]},
}


def fill_in(client: Client, application: Application, pages: Pages) -> None:
    """Open and save every page of an application; fail on the first that is rejected."""
    for code, answers in pages.items():
        url = f"/applications/{application.public_id}/{code}/"
        seen = client.get(url).context["form"]["fingerprint"].value()
        response = client.post(url, {**answers, "fingerprint": seen})
        assert response.status_code == 302, (code, response.context["form"].errors)


def answer(application: Application, pages: Pages) -> None:
    """Save the same answers through the forms, without HTTP."""
    for code, answers in pages.items():
        stored = Application.objects.prefetch_related("topic_rows__topic").get(pk=application.pk)
        seen = FORMS[code](application=stored)["fingerprint"].value()
        form = FORMS[code](
            QueryDict(urlencode({**answers, "fingerprint": seen}, doseq=True)), application=stored
        )
        assert form.is_valid(), (code, form.errors)
        form.save_page(by=stored.person)
