"""Propose what the columns of a file are, by their headings and cells.

A heading that is one of the usual spellings comes first, then one that asks for something in a
sentence. Cells must agree. The committee sees every proposal before the rows are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from programs.spellings import fold

from .answer_meanings import understood
from .grids import GRID, counts, option_of, question_of
from .headings import AGAIN, is_without_heading, same_question
from .maps import LISTS, NAMES, SINGLE
from .normalization import split_answers
from .parsers import is_yes_or_no
from .summaries import TableSummary

SPELLINGS: dict[str, tuple[str, ...]] = {
    "email": ("email", "e-mail", "email address", "e-mail address", "mail", "courriel"),
    "role": ("role", "i am a", "i want to be", "i want to be a", "rôle", "je suis"),
    "name": ("name", "full name", "your name", "nom"),
    "first_name": ("first name", "given name", "prénom"),
    "last_name": ("last name", "family name", "surname", "nom de famille"),
    "key": ("member id", "member number", "staff id"),  # a bare "id" counts answers in most tools
    "employer": ("employer", "organisation", "organization", "company", "employeur"),
    "job_title": ("job title", "title", "position", "role title", "poste"),
    "level": (
        "career stage", "career level", "stage", "level", "seniority", "position level",
        "étape de carrière",
    ),
    "place": ("town", "city", "location", "ville"),
    "phone": ("phone", "telephone", "mobile", "téléphone"),
    "about": ("biography", "bio", "about you", "about me", "elevator pitch", "biographie"),
    "capacity": ("capacity", "number of mentees", "how many mentees", "mentees"),
    "pronouns": ("pronouns", "pronoms"),
    "language": ("language", "langue"),
    "languages": (
        "languages", "languages to meet in", "spoken languages", "languages spoken", "langues",
        "langues parlées", "language", "langue",
    ),
    "time_zone": ("time zone", "timezone", "fuseau horaire"),
    "years_experience": ("years of experience", "années d'expérience"),
    "industries": ("industry", "industries", "sector", "sectors", "secteur", "secteurs"),
    "topics": ("topics", "skills", "interests", "sujets", "compétences"),
    "experiences": ("experiences", "lived experience", "lived experiences", "expériences"),
    "availability": ("availability", "usual times", "disponibilités"),
    "mode": ("how to meet", "format", "mode"),
    "rhythm_days": ("how often", "frequency", "rhythm", "fréquence"),
    "prefer": (
        "prefer", "preferred mentor", "preferred mentors", "preferred mentee", "preferred mentees",
        "would like to be paired with",
    ),
    "avoid": ("please not with", "not with", "avoid", "would rather not be paired with"),
    "commitment": ("agree", "i agree", "commitment", "j'accepte"),
    "needs": ("comments", "commentaires"),
    "accommodations": ("accommodations", "mesures d'adaptation"),
    "both": ("both", "both mentor and mentee"),
}  # fmt: skip
# What a heading asks for in a sentence: the words with which it asks.
QUESTIONS: tuple[tuple[str, str], ...] = (
    ("avoid", r"(rather|please|prefer)( do)? not\b.*\bwith\b|\bnot be (paired|matched)\b"),
    ("prefer", r"^(names? of )?(the |your )?preferred (mentor|mentee)|\b(paired|matched) with\b"),
    ("capacity", r"\b(how many|number of) mentees\b|\bcombien de mentoré"),
    ("years_experience", r"\byears of (\w+ )?experience\b|\bannées d'expérience\b"),
    ("availability", r"\bavailab|\bwhen (can|could|are) you\b|\bdisponib"),
    ("rhythm_days", r"\bhow often\b.*\bmeet\b|\bà quelle fréquence\b"),
    ("mode", r"\bhow (would|do|can) you\b.*\bmeet\b|\bin person or\b"),
    ("travel_km", r"\bhow (far|many km)\b"),
    ("languages", r"\blanguages\b|\blangues\b"),
    ("time_zone", r"\btime ?zone\b|\bfuseau horaire\b"),
    ("pronouns", r"\bpronouns\b|\bpronoms\b"),
    ("phone", r"\b(phone|mobile|cell) number\b|\bnuméro de téléphone\b"),
    ("job_title", r"\bjob title\b|\bcurrent (role|position|job)\b"),
    ("employer", r"\byour (employer|organi[sz]ation|company)\b|\bvotre employeur\b"),
    ("level", r"\bcareer (stage|level)\b|\bétape de (votre )?carrière\b"),
    ("industries", r"\b(which|what|your) (industry|industries|sectors?)\b"),
    ("topics", r"\b(which|what|your)\b.*\b(topics|skills)\b|\bgood at\b|\b(quels|vos) sujets\b"),
    ("experiences", r"\b(which|what|your)\b.*\bexperiences\b"),
    ("place", r"^(town|city)\b|\byour (town|city|home office|location)\b"),
    ("is_first_time", r"\bfirst[- ]time\b.*\bmentor"),
    ("commitment", r"\b(agree|confirm|commit)\b.*\b(meet|mentor|program|commit)"),
    ("about", r"\b(tell us about|describe|introduce) yourself\b"),
    ("accommodations", r"\baccommodations?\b|\baccessibility\b"),
    ("needs", r"^comments?\b|\bcomments\b.*\bcommittee\b|\bcommentaires\b"),
    ("name", r"^(your )?(full )?name(,| \()"),
)
SEVERAL = re.compile(r"[,;/\n&]|\b(and|et)\b")


def is_last_name(heading: str) -> bool:
    return _plain(heading) in SPELLINGS["last_name"]


def guess_fields(table: TableSummary) -> dict[str, str]:
    """Return {heading: field} for what headings and cells make clear; a field is guessed once.

    Columns that ask the same question are one field, and so are those of a grid.
    """
    found: dict[str, str] = {}
    for says in (_is_spelled, _is_asked):
        for header in table.headers:
            if header in found or is_without_heading(header):
                continue
            fields = (one for one in says(header) if _fits(table, header, one, found))
            if field := next(fields, ""):
                found[header] = field
    addresses = [one for one in table.headers if cells_agree("email", table.answers(one))]
    if "email" not in found.values() and addresses:
        found[addresses[0]] = "email"
    return found


def _plain(heading: str) -> str:
    """Return a heading without what does not matter: its number, quotation marks, its ending."""
    text = re.sub(r"^(part \d+ of \d+|[\divx]{1,3}[.)])\s", "", fold(AGAIN.sub("", heading)))
    return text.strip("\"' :?*")


def _is_spelled(heading: str) -> Iterator[str]:
    plain = _plain(heading)
    return (field for field, spellings in SPELLINGS.items() if plain in spellings)


def _is_asked(heading: str) -> Iterator[str]:
    """Yield what a heading asks for; of a grid, its question counts and not the option."""
    question = _plain(question_of(heading))
    yield from (field for field in SPELLINGS if question in SPELLINGS[field] and field in LISTS)
    yield from (field for field, words in QUESTIONS if re.search(words, question))


def _fits(table: TableSummary, heading: str, field: str, found: dict[str, str]) -> bool:
    taken = [one for one, known in found.items() if known == field]
    is_free = not taken or same_question(taken[0], heading)
    if field in LISTS and is_grid(table, heading):
        return is_free or question_of(taken[0]) == question_of(heading)
    return is_free and cells_agree(field, table.answers(heading))


def cells_agree(field: str, answers: Sequence[str]) -> bool:
    """Return whether the answers of a column can be those of a field."""
    if field == "email":
        found = sum("@" in answer for answer in answers)
        return found > 0 and 2 * found >= len(answers)
    if field in ("role", "both", "is_first_time", "commitment"):
        return bool(answers) and all(_agrees(field, one) for one in answers)
    if field == "language":  # of e-mails: there is one
        return not any(map(SEVERAL.search, answers))
    if field in ("prefer", "avoid"):  # numbers are ids of whom only the committee knows
        is_about_names = not all(map(is_yes_or_no, answers)) if answers else True
        return is_about_names and not any(re.fullmatch(r"[\d\s,;]+", one) for one in answers)
    if field in ("capacity", "years_experience", "travel_km"):
        return not answers or not all(map(is_yes_or_no, answers))
    return bool(answers) or field != "name"


def _agrees(field: str, answer: str) -> bool:
    if field == "role":
        return understood(field, answer)
    agrees = ("yes", "oui", "i agree", "j'accepte")
    return is_yes_or_no(answer) or (field == "commitment" and fold(answer).startswith(agrees))


def is_grid(table: TableSummary, heading: str) -> bool:
    """Return whether a column belongs to several about one question, each with one option."""
    question = question_of(heading)
    columns = [one for one in table.headers if question_of(one) == question]
    cells = [(answer, option_of(one)) for one in columns for answer in table.answers(one)]
    return (
        option_of(heading) != heading
        and len(columns) > 1
        and bool(cells)
        and all(counts(answer, option) is not None for answer, option in cells)
    )


def sample_answers(table: TableSummary, heading: str, most: int = 3) -> list[str]:
    """Return a few different answers of a column, shortened, to recognise it by."""
    return [answer[:60] for answer in table.answers(heading)[:most]]


def guess_separator(table: TableSummary, heading: str, field: str) -> str:
    """Return the separator of a column with several answers in one cell, "" if there is none."""
    cells = table.answers(heading)
    if field in SINGLE:
        return ""
    if field in LISTS and is_grid(table, heading):
        return GRID
    marks = ";\n," if field in LISTS else ";"  # a comma or a line break may be part of any text
    if field in NAMES:  # "Roy, Ann" is one person
        marks = ";\n"
    found = (m for m in marks if any(len(split_answers(cell, m)) > 1 for cell in cells))
    return next(found, "")
