"""A program, its objectives and its cohorts."""

from __future__ import annotations

import re
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.people import validate_name, validate_zone

from .translated_texts import SET_UP_TEXTS, TranslatedText, in_reader_language

PHONE = re.compile(r"\+?[0-9][0-9 ().-]{4,}")
# Words that ask the reader to pick up the phone, in the languages of the site.
CALL_WORDS = re.compile(r"\b(call|phone|ring|dial|appel\w*|téléphon\w*|compos\w*)\b", re.IGNORECASE)
CALL_US = re.compile(r"\b(call|phone|ring) us\b|\b(appel|téléphon)\w*[- ]nous\b", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]{2,}")

OTHER_HELP_NEEDED = _(
    "Enter at least one line: every e-mail that declines someone or puts them on the waiting list "
    "says what else can help."
)
USUAL_HELP = gettext_noop(
    "Your public library or a community centre near you: they know which services are free"
)


def validate_phone(value: str) -> None:
    """Raise ValidationError unless `value` looks like a phone number."""
    if not PHONE.fullmatch(value.strip()):
        raise ValidationError(_("Enter a phone number, for example +1 416 555 0100."))


class ProgramQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Public programs, and those in which the user has a committee role."""
        return self.public() | self.for_committee(user)

    def public(self) -> Self:
        return self.filter(is_public=True)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Programs in which `user` has a committee role today (one of `roles`, if given)."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        # Through the relation, whose model has no static type: `committee` imports this module.
        memberships = Program.memberships.field.model.objects  # type: ignore[attr-defined]  # of that manager
        held = memberships.program_ids(user, *roles)
        return self.filter(pk__in=held) if held else self.none()


class Program(models.Model):
    """Who the mentoring is for, what it is for, and by which rules."""

    public_id = PublicIdField()
    name = models.CharField(_("name"), max_length=80, validators=[validate_name])
    slug = models.SlugField(_("short name for web addresses"), unique=True)
    purpose = models.TextField(
        _("purpose"), help_text=_("What the program is for, in two or three sentences.")
    )
    audience = models.TextField(_("audience"), blank=True, help_text=_("Who can take part."))
    is_not = models.TextField(
        _("what it is not"), blank=True, help_text=_("For example: not a job-search service.")
    )
    mentee_benefits = models.TextField(
        _("what mentees get from it"), blank=True, help_text=_("One per line, on the public page.")
    )
    mentor_benefits = models.TextField(
        _("what mentors get from it"), blank=True, help_text=_("One per line, on the public page.")
    )
    selection = models.TextField(
        _("who decides, and by which criteria"),
        blank=True,
        help_text=_("Who reads the applications, what counts, and what doesn't."),
    )
    interview_questions = models.TextField(
        _("questions of an interview"),
        blank=True,
        help_text=_(
            "One per line: what everyone is asked who is interviewed before a match. Each of them "
            "is scored. Left empty, ours are used."
        ),
    )
    interview_anchors = models.TextField(
        _("what the scores of an interview mean"),
        blank=True,
        help_text=_(
            "Four lines, from “not shown” to “strongly”: how to recognise each score. Left empty, "
            "or with another number of lines, ours are used."
        ),
    )
    reference_questions = models.TextField(
        _("questions to referees"),
        blank=True,
        help_text=_(
            "One per line: what people are asked whom an applicant names. Each is answered from "
            "“yes” to “no”. Left empty, ours are used."
        ),
    )
    faq = models.TextField(
        _("questions and answers"),
        blank=True,
        help_text=_(
            "Each question on a line of its own, its answer below, then an empty line. "
            "Shown on the public page."
        ),
    )
    code_of_conduct = models.TextField(_("code of conduct"), blank=True)
    contact_email = models.EmailField(_("contact address"), blank=True)
    contact_phone = models.CharField(
        _("contact phone number"),
        max_length=40,
        blank=True,
        validators=[validate_phone],
        help_text=_("With the country code, for example +1 416 555 0100. Shown on the help pages."),
    )
    other_help = models.TextField(
        _("other help"),
        blank=True,
        help_text=_(
            "What else helps people who can't take part now, one per line: "
            "a career service, a library, a group."
        ),
    )
    emergency_note = models.TextField(_("who to call in an emergency"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="UTC", validators=[validate_zone]
    )
    # {name of a text: {language: text}}, in the languages other than the program's own.
    translations = models.JSONField(default=dict, blank=True, editable=False)
    # What the roles are called here, see `role_names`; empty where the product's words are used.
    role_names = models.JSONField(default=dict, blank=True, editable=False)
    is_public = models.BooleanField(_("public page"), default=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("program")
        verbose_name_plural = _("programs")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a public page without other help, and texts to call without a number to call."""
        errors: dict[str, str | Promise] = {}
        if self.needs_other_help and not lines_of(self.other_help):
            errors["other_help"] = OTHER_HELP_NEEDED
        for block in re.split(r"\n\s*\n", self.faq.replace("\r\n", "\n").strip()):
            if block and "\n" not in block.strip():
                text = _("“%(question)s” has no answer. Write it on the next line.")
                errors.setdefault("faq", text % {"question": block.strip()[:80]})
        note = self.emergency_note
        if CALL_WORDS.search(note) and not NUMBER.search(note):
            errors["emergency_note"] = _("This text says whom to call. Add the phone number.")
        if CALL_US.search(note) and not self.contact_phone:
            text = _("The text for emergencies says to call you. Enter your number.")
            errors["contact_phone"] = text
        if errors:
            raise ValidationError(errors)

    @property
    def texts(self) -> dict[str, TranslatedText]:
        """The set-up texts in the reader's language, each with the language that it is in."""
        own = ((name, getattr(self, name)) for name in SET_UP_TEXTS)
        return {
            name: in_reader_language(name, text, self.language, self.translations)
            for name, text in own
        }

    @property
    def is_partly_untranslated(self) -> bool:
        """Whether a text is shown in the program's language, which is not the reader's."""
        return any(text and text.lang != _reader_language() for text in self.texts.values())

    @property
    def needs_other_help(self) -> bool:
        """Whether `other_help` can't stay empty: people apply, and some will be told "not now".

        A new program is hidden, and its first form does not ask for it yet.
        """
        return self.is_public and not self._state.adding

    @property
    def other_help_lines(self) -> list[str]:
        """The lines of `other_help`, for e-mails and pages that say "not now".

        A program from before other help was asked for names what there is in most places.
        """
        return lines_of(self.texts["other_help"]) or [gettext(USUAL_HELP)]

    @property
    def benefits(self) -> dict[str, list[str]]:
        """What each role gets from the program, line by line."""
        return {
            "mentee": lines_of(self.texts["mentee_benefits"]),
            "mentor": lines_of(self.texts["mentor_benefits"]),
        }

    @property
    def questions_and_answers(self) -> list[tuple[str, str]]:
        """The blocks of `faq` as (question, answer)."""
        faq = self.texts["faq"].replace("\r\n", "\n").strip()
        blocks = re.split(r"\n\s*\n", faq)
        pairs = (block.strip().partition("\n") for block in blocks)
        return [(question.strip(), answer.strip()) for question, _line, answer in pairs if answer]


def _reader_language() -> str:
    return (get_language() or "").split("-")[0]


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class ProgramPartQuerySet(ScopedQuerySet):
    """Rows of a program that only its committee sees."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.filter(program__in=Program.objects.for_committee(user, *roles))


class Objective(models.Model):
    """What the organisation wants to achieve; the closing surveys measure each objective."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="objectives")
    text = models.CharField(_("objective"), max_length=200)

    objects = ProgramPartQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")

    def __str__(self) -> str:
        return self.text


class PlaceDistance(models.Model):
    """The distance between two places that people of a program could travel between.

    No map service is asked. A distance that the committee has not entered is unknown, and then
    only people in the same place count as close enough.
    """

    program = models.ForeignKey(Program, models.CASCADE, related_name="place_distances")
    one = models.CharField(_("place"), max_length=80)
    other = models.CharField(_("other place"), max_length=80)
    km = models.PositiveSmallIntegerField(_("distance in km"), validators=[MaxValueValidator(1000)])

    objects = ProgramPartQuerySet.as_manager()

    class Meta:
        ordering = ["one", "other"]
        verbose_name = _("distance between places")
        verbose_name_plural = _("distances between places")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "one", "other"], name="distance_once_per_pair_of_places"
            )
        ]

    def __str__(self) -> str:
        return f"{self.one} - {self.other}: {self.km} km"

    def clean(self) -> None:
        if normalize_place(self.one) == normalize_place(self.other):
            raise ValidationError({"other": _("Enter two different places.")})


def normalize_place(name: str | None) -> str:
    """Return the name by which places are compared: without case and extra spaces."""
    return " ".join((name or "").split()).casefold()
