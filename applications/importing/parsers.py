"""Parse one cell for one field. What cannot be parsed raises InvalidCell; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from accounts.models import Profile
from accounts.models.people import validate_name, validate_zone
from accounts.timezones import zone_names
from applications.help_choices import SEVERAL
from applications.models import WAY_QUESTIONS, Application, MattersMost
from programs.spellings import clean, fold

Value = str | int | bool
Parser = Callable[[str, object], Value]  # (field, cell or value of the map) -> value of the field

YES = {"yes", "true", "1", "x", "oui", "y"}
NO = {"no", "false", "0", "non", "n"}
ROLES = {
    "mentee": "mentee", "protégé": "mentee", "mentoré": "mentee", "mentorée": "mentee",
    "mentor": "mentor", "mentore": "mentor", "both": "both", "mentor and mentee": "both",
    "mentee and mentor": "both", "les deux": "both", "both mentor and mentee": "both",
}  # fmt: skip
ZONES = {
    name: zone
    for zone, names in {
        "America/Toronto": (
            "eastern time (us & canada)",
            "eastern time",
            "eastern",
            "est",
            "edt",
            "et",
        ),
        "America/Winnipeg": ("central time (us & canada)", "central time", "central", "cst", "cdt"),
        "America/Edmonton": (
            "mountain time (us & canada)",
            "mountain time",
            "mountain",
            "mst",
            "mdt",
        ),
        "America/Vancouver": (
            "pacific time (us & canada)",
            "pacific time",
            "pacific",
            "pst",
            "pdt",
        ),
        "America/Halifax": ("atlantic time (canada)", "atlantic time", "atlantic", "ast", "adt"),
        "America/St_Johns": ("newfoundland", "newfoundland time", "nst", "ndt"),
        "America/Regina": ("saskatchewan",),
    }.items()
    for name in names
}
MAX_LENGTH = 2000
MAX_LENGTHS = {
    "name": 80,
    "first_name": 80,
    "last_name": 80,
    "pronouns": 40,
    "key": 254,
    "email": 254,
    "employer": 120,
    "job_title": 120,
    "place": 80,
    "phone": 40,
    "about": 1000,
}


JOINERS = re.compile("[\u200c\u200d]")  # part of words in some languages, never of an address
IN_BRACKETS = re.compile(r"<([^<>\s]+@[^<>\s]+)>\s*$")


class InvalidCell(ValueError):
    """A cell that cannot be parsed; the message tells the person who fixes the file why."""


def parse(field: str, value: object) -> Value:
    """Return the value of a single field. Raises InvalidCell."""
    return PARSERS.get(field, _text)(field, value)


def _text(field: str, value: object) -> str:
    text = clean(value)
    limit = MAX_LENGTHS.get(field, MAX_LENGTH)
    if len(text) > limit:
        raise InvalidCell(_("The text has more than %(limit)d characters.") % {"limit": limit})
    return text


def _validated(check: Callable[[str], None]) -> Callable[[str, object], str]:
    def parser(field: str, value: object) -> str:
        text = " ".join(_text(field, value).split())
        try:
            check(text)
        except ValidationError as error:
            raise InvalidCell(" ".join(error.messages)) from error
        return text

    return parser


def _email(field: str, value: object) -> str:
    """Accept an address alone, in angle brackets after a name, or as a link.

    A word processor makes a typographic apostrophe of the one in an address.
    """
    text = JOINERS.sub("", clean(value)).replace("’", "'")
    if found := IN_BRACKETS.search(text):
        text = found[1]
    if text[:7].casefold() == "mailto:":
        text = text[7:]
    if text.count("@") > 1:
        message = _("“%(text)s” is more than one e-mail address. Keep one in each row.")
        raise InvalidCell(message % {"text": text[:80]})
    return _validated(validate_email)(field, text).lower()


def _integer(low: int, high: int) -> Parser:
    def parser(field: str, value: object) -> int:
        try:
            number = float(str(value).replace(",", "."))
        except ValueError as error:
            raise InvalidCell(
                _("“%(text)s” is not a number.") % {"text": str(value)[:40]}
            ) from error
        if not low <= number <= high:
            raise InvalidCell(
                _("%(text)s is not between %(low)d and %(high)d.")
                % {"text": value, "low": low, "high": high}
            )
        return int(number)

    return parser


def _choice(options: Mapping[int, object] | Mapping[str, object]) -> Parser:
    """Accept the code or the label of an option."""

    def parser(field: str, value: object) -> Value:
        wanted = fold(str(value))
        for code, label in options.items():
            if wanted in (fold(str(code)), fold(str(label))):
                return code
        raise InvalidCell(
            _("“%(text)s” is not one of: %(choices)s.")
            % {"text": str(value)[:80], "choices": ", ".join(str(code) for code in options)}
        )

    return parser


def is_yes_or_no(text: str) -> bool:
    return fold(text) in YES | NO


def _yes_or_no(field: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if is_yes_or_no(str(value)):
        return fold(str(value)) in YES
    raise InvalidCell(_("“%(text)s” is neither yes nor no.") % {"text": str(value)[:80]})


def _commitment(field: str, value: object) -> bool:
    if not _yes_or_no(field, value):
        raise InvalidCell(
            _("This person did not agree to the commitment. Remove the row or ask the person.")
        )
    return True


def _role(field: str, value: object) -> str:
    text = fold(str(value))
    if text in ROLES:
        return ROLES[text]
    raise InvalidCell(
        _("“%(text)s” is neither mentee, mentor nor both.") % {"text": str(value)[:80]}
    )


def _zone(field: str, value: object) -> str:
    """Accept an IANA name, or a name that spreadsheets and people of North America use."""
    text = clean(value)
    plain = fold(re.sub(r"^\([^)]*\)\s*", "", text))  # "(UTC-05:00) Eastern Time (US & Canada)"
    known = {fold(name): name for name in zone_names()}
    return str(_validated(validate_zone)(field, ZONES.get(plain) or known.get(plain, text)))


def _language(field: str, value: object) -> Value:
    """Accept a code, also with a region ("fr-CA"), or a name in English or in the language."""
    text = fold(str(value))
    names = {code: get_language_info(code) for code, _name in settings.LANGUAGES}
    for code, info in names.items():
        if re.split(r"[-_ (]", text)[0] in (code, fold(info["name"]), fold(info["name_local"])):
            return code
    return _choice({code: info["name"] for code, info in names.items()})(field, value)


PARSERS: dict[str, Parser] = {
    "email": _email,
    "name": _validated(validate_name),
    "first_name": _validated(validate_name),
    "last_name": _validated(validate_name),
    "pronouns": _validated(validate_name),
    "role": _role,
    "state": _choice(dict(Application.State.choices)),
    "time_zone": _zone,
    "language": _language,
    "level": _choice(dict(Profile.Level.choices)),
    "mode": _choice(dict(Application.Mode.choices)),
    "rhythm_days": _choice(dict(Application.Rhythm.choices)),
    **{f"way_{question.code}": _choice(dict(question.choices)) for question in WAY_QUESTIONS},
    "matters_most": _choice(dict(MattersMost.choices)),
    "years_experience": _integer(0, 70),
    **{name: _choice(dict(choices)) for name, choices in SEVERAL.items()},  # each answer
    "hours_per_month": _integer(1, 40),
    "travel_km": _integer(0, 1000),
    "capacity": _integer(1, 20),
    "rank": _integer(1, 100),
    "is_first_time": _yes_or_no,
    "commitment": _commitment,
}
