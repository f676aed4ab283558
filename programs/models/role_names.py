"""What a program calls its roles: {role: {language: {"one": "a buddy", "many": "buddies"}}}.

The singular has its article, which tells a in from an, and in French the gender.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..role_names.words import ROLES, Name, RoleWords

RoleNames = Mapping[str, Mapping[str, Mapping[str, str]]]
LENGTH = 40  # of a name with its article; buttons and headings have it in them
# The articles that a name may have, by language and role. French ones tell the gender.
ARTICLES = {
    ("en", "mentor"): ("a", "an"),
    ("en", "mentee"): ("a", "an"),
    ("fr", "mentor"): ("un",),
    ("fr", "mentee"): ("une",),
}
WANTED: dict[tuple[str, ...], str | Promise] = {
    ("a", "an"): _("Begin with “a” or “an”: a buddy."),
    ("un",): _(
        "Begin with “un”. The name must be masculine in French, as “un mentor” is: "
        "the sentences around it agree with it."
    ),
    ("une",): _(
        "Begin with “une”. The name must be feminine in French, as “une personne mentorée” is: "
        "the sentences around it agree with it."
    ),
}
WORDS = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’-](?=[^\W\d_]))*")


def words_by_language(names: RoleNames) -> dict[str, RoleWords]:
    """Return the words of a program in each language in which it has its own for a role.

    They stand in translated texts that templates take for safe HTML. A name that is no word is left
    out, however it came into the database.
    """
    languages = {language for by_language in names.values() for language in by_language}
    return {
        language: RoleWords(
            language,
            **{
                role: _name(said)
                for role in ROLES
                if (said := names.get(role, {}).get(language)) and _are_words(said)
            },
        )
        for language in languages
    }


def _are_words(forms: Mapping[str, str]) -> bool:
    return all(WORDS.fullmatch(forms[form]) for form in ("one", "many"))


def _name(forms: Mapping[str, str]) -> Name:
    article, _space, one = forms["one"].partition(" ")
    return Name(article, one, forms["many"])


def check_name(role: str, language: str, one: str, many: str) -> None:
    """Refuse a name that sentences can't be made with. Raises ValidationError by form field."""
    errors: dict[str, str | Promise] = {}
    articles = ARTICLES[language, role]
    article, _space, noun = one.partition(" ")
    if bool(one) != bool(many):
        errors["many" if one else "one"] = _("Enter both, the singular and the plural, or neither.")
    elif one and (article not in articles or not noun):
        errors["one"] = WANTED[articles]
    for field, said in (("one", one), ("many", many)):
        if len(said) > LENGTH:
            errors.setdefault(field, _("Use at most %(most)s characters.") % {"most": LENGTH})
        elif said and not WORDS.fullmatch(said):
            errors.setdefault(
                field, _("Use letters only, with spaces, hyphens or apostrophes between them.")
            )
    if errors:
        raise ValidationError(errors)


def check_names(names: RoleNames) -> None:
    """Refuse a name that does not fit, and the same word for both roles in a language.

    Raises ValidationError.
    """
    for role, by_language in names.items():
        for language, said in by_language.items():
            check_name(role, language, said["one"], said["many"])
    for words in words_by_language(names).values():
        ours = {"mentor": ("mentor", "mentors")}
        ours["mentee"] = (
            ("personne mentorée", "personnes mentorées")
            if words.language == "fr"
            else ("mentee", "mentees")
        )
        mentor, mentee = (
            {one.casefold() for one in ((name.one, name.many) if name else ours[role])}
            for role, name in (("mentor", words.mentor), ("mentee", words.mentee))
        )
        if mentor & mentee:
            raise ValidationError(_("The two roles need different names."))
