"""The fields of a map in words, and their stored answers as a member reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.placeholder_address import is_real
from accounts.models import Industry, Language, Profile
from applications.help_choices import SEVERAL
from applications.models import (
    WAY_QUESTIONS,
    Application,
    ApplicationExperience,
    MattersMost,
)
from programs.models import Experience, Topic

from .stored_answers import OWN_QUESTION

LABELS = {
    "email": gettext_lazy("E-mail address"),
    "role": gettext_lazy("Role: mentee, mentor or both"),
    "state": gettext_lazy("State of the application"),
    "cohort": gettext_lazy("Cohort of the application"),
    "name": gettext_lazy("Name (or a part of it)"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "key": gettext_lazy("Id of the person"),
    "pronouns": gettext_lazy("Pronouns"),
    "language": gettext_lazy("Language of e-mails"),
    "time_zone": gettext_lazy("Time zone"),
    "employer": gettext_lazy("Employer"),
    "job_title": gettext_lazy("Job title"),
    "level": gettext_lazy("Career stage"),
    "years_experience": gettext_lazy("Years of experience"),
    "industries": gettext_lazy("Industries"),
    "languages": gettext_lazy("Languages to meet in"),
    "place": gettext_lazy("Town or district"),
    "phone": gettext_lazy("Phone"),
    "about": gettext_lazy("About the person"),
    "situation": gettext_lazy("Situation (shared with the match)"),
    "hopes": gettext_lazy("Hopes (shared with the match)"),
    "topics": gettext_lazy("Topics: needs or offers"),
    "experiences": gettext_lazy("Experiences"),
    "availability": gettext_lazy("Usual times"),
    "mode": gettext_lazy("How to meet"),
    "travel_km": gettext_lazy("Travel in km"),
    "help_kinds": gettext_lazy("Kinds of help"),
    "mentor_styles": gettext_lazy("Style of the mentor"),
    "join_reasons": gettext_lazy("Why they join"),
    "hours_per_month": gettext_lazy("Hours a month"),
    "rhythm_days": gettext_lazy("How often"),
    "capacity": gettext_lazy("How many mentees"),
    "is_first_time": gettext_lazy("First time as a mentor"),
    **{f"way_{question.code}": question.name for question in WAY_QUESTIONS},
    "matters_most": gettext_lazy("What matters most"),
    "commitment": gettext_lazy("Agrees to the commitment"),
    "prefer": gettext_lazy("Would like to be paired with"),
    "avoid": gettext_lazy("Would rather not be paired with"),
    "needs": gettext_lazy("For the committee: comments"),
    "limits": gettext_lazy("For the committee: limits"),
    "accommodations": gettext_lazy("For the committee: what would help"),
    "training_needs": gettext_lazy("For the committee: training needs"),
    "rank": gettext_lazy("Rank of the row's answer (1 is first)"),
    "both": gettext_lazy("Yes or no: also applies in the other role"),
}
CHOICES: dict[str, dict[object, object]] = {
    "level": dict(Profile.Level.choices),
    "mode": dict(Application.Mode.choices),
    "rhythm_days": dict(Application.Rhythm.choices),
    **{f"way_{question.code}": dict(question.choices) for question in WAY_QUESTIONS},
    "matters_most": dict(MattersMost.choices),
    **{name: dict(choices) for name, choices in SEVERAL.items()},
    "language": dict(settings.LANGUAGES),
}
DEPTHS = dict(ApplicationExperience.Depth.choices)
ENTRIES: dict[str, type[Topic] | type[Experience]] = {"topics": Topic, "experiences": Experience}
CODES: dict[str, type[Industry] | type[Language]] = {"industries": Industry, "languages": Language}


def in_order(fields: Iterable[str]) -> list[str]:
    """Return fields in the order in which a form would ask for them."""
    known = list(LABELS)
    return sorted(fields, key=lambda one: known.index(one) if one in known else len(known))


def label(field: str) -> str:
    if field == "name":
        return _("Name")
    if field.startswith(OWN_QUESTION):
        return field.removeprefix(OWN_QUESTION)
    return str(LABELS.get(field, field))


class AnswerTexts:
    """Turns stored answers into text. Vocabularies are read once, when they are first needed.

    `added` {field: {id: word}} are words that a check has added and taken back.
    """

    def __init__(self, added: Mapping[str, Mapping[object, str]]) -> None:
        self._added = added
        self._names: dict[str, dict[object, str]] = {}

    def text(self, field: str, value: object) -> str:
        """Return one answer in words; a dash for none."""
        if value in ("", None, []) or (field == "email" and not is_real(str(value))):
            return "–"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(self._one(field, one) for one in value)
        known = CHOICES.get(field, {})
        return capfirst(str(known[value])) if value in known else str(value)

    def _one(self, field: str, value: object) -> str:
        if field in ENTRIES and isinstance(value, list):
            pk, extra = value
            name = self._known(field).get(pk) or _("deleted")
            return f"{name} ({DEPTHS[extra]})" if field == "experiences" else name
        if field in SEVERAL:
            return str(CHOICES[field].get(value, value))
        return self._known(field).get(value, str(value)) if field in CODES else str(value)

    def _known(self, field: str) -> dict[object, str]:
        if field not in self._names:
            self._names[field] = (
                {row.pk: str(row) for row in ENTRIES[field].objects.all()}
                if field in ENTRIES
                else {row.code: str(row) for row in CODES[field].objects.all()}
            )
            for pk, word in self._added.get(field, {}).items():
                self._names[field].setdefault(pk, _("%(word)s (new)") % {"word": word})
        return self._names[field]
