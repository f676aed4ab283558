"""A program, its objectives and policy, and its cohorts."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models.people import validate_name, validate_zone


class ProgramQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The public page of a program is public; its settings are pages of the committee."""
        return self.public() | self.for_committee(user)

    def public(self) -> Self:
        return self.filter(is_public=True)

    def for_committee(self, user: Any, *roles: str) -> Self:
        """Programs in which `user` has a live committee role (one of `roles`, if given)."""
        from .committee import Membership

        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(pk__in=Membership.objects.live().of(user, *roles).values("program"))


class Program(models.Model):
    """What the mentoring is for, for whom, and by which rules."""

    public_id = PublicIdField()
    name = models.CharField(_("name"), max_length=80, validators=[validate_name])
    slug = models.SlugField(_("short name for addresses"), unique=True)
    purpose = models.TextField(
        _("purpose"), help_text=_("What the program is for, in two or three sentences.")
    )
    audience = models.TextField(_("audience"), blank=True, help_text=_("Who can take part."))
    is_not = models.TextField(
        _("what it is not"), blank=True, help_text=_("For example: not a job-search service.")
    )
    code_of_conduct = models.TextField(_("code of conduct"), blank=True)
    contact_email = models.EmailField(_("contact address"), blank=True)
    other_help = models.TextField(
        _("other help"),
        blank=True,
        help_text=_(
            "What else helps people who cannot take part now, one a line: a career service, a library, a group."
        ),
    )
    emergency_note = models.TextField(_("whom to call in an emergency"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="UTC", validators=[validate_zone]
    )
    is_public = models.BooleanField(_("public page"), default=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("program")
        verbose_name_plural = _("programs")

    def __str__(self) -> str:
        return self.name

    @property
    def other_help_lines(self) -> list[str]:
        """Signposts for letters and pages that say "not now"."""
        return [line.strip() for line in self.other_help.splitlines() if line.strip()]


class ProgramPartQuerySet(ScopedQuerySet):
    """Rows that hang on a program and belong to its committee."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(program__in=Program.objects.for_committee(user))

    for_committee = visible_to


class Objective(models.Model):
    """What the organisation behind the program wants from it; closing surveys measure each one."""

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
    """How far two places are from each other, where people of a program could travel between them.

    The program asks nobody's computer: what the committee does not say is unknown, and then only the same place is near.
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
            raise ValidationError({"other": _("This is the same place.")})


def normalize_place(name: str | None) -> str:
    """The name by which places are compared: without case and spare spaces."""
    return " ".join((name or "").split()).casefold()


def integer_setting(
    default: int, name: Any, help_text: Any = "", *, low: int = 0, high: int = 400
) -> models.PositiveSmallIntegerField:
    """A whole-number setting with its bounds; the unit stands in the field's name and help text."""
    bounds = [MinValueValidator(low), MaxValueValidator(high)]
    return models.PositiveSmallIntegerField(
        name, default=default, validators=bounds, help_text=help_text
    )


class Policy(models.Model):
    """The numbers a program runs by. Each unit stands in the name; the defaults are those of the field."""

    program = models.OneToOneField(Program, models.CASCADE, related_name="policy")
    term_months = integer_setting(
        12, _("term (months)"), _("How long a pair commits to meet."), low=1, high=36
    )
    minimum_term_months = integer_setting(
        12,
        _("recommended minimum term (months)"),
        _("A shorter agreement needs a reason."),
        low=1,
        high=36,
    )
    rhythm_days = integer_setting(
        30,
        _("meeting rhythm (days)"),
        _("Usual number of days between two meetings."),
        low=7,
        high=90,
    )
    meeting_minutes = integer_setting(60, _("length of a meeting (minutes)"), low=15, high=240)
    first_contact_days = integer_setting(
        5, _("mentee writes first within (days)"), _("Counted from publication."), low=1
    )
    first_contact_nudge_days = integer_setting(4, _("first nudge (days)"), low=1)
    first_contact_second_nudge_days = integer_setting(
        9, _("second nudge, with a copy to the carer (days)"), low=1
    )
    first_meeting_days = integer_setting(14, _("first meeting within (days)"), low=1)
    first_meeting_attention_days = integer_setting(
        10, _("attention when no first meeting is set (days)"), low=1
    )
    agreement_days = integer_setting(30, _("agreement signed within (days)"), low=1)
    agreement_ask_days = integer_setting(
        14, _("mentee is asked to draft the agreement after (days)"), low=1
    )
    agreement_attention_days = integer_setting(
        21, _("attention when the agreement is not signed (days)"), low=1
    )
    fit_check_days = integer_setting(
        45, _("fit check at the latest after (days)"), _("Or after the second meeting."), low=7
    )
    care_gap_days = integer_setting(90, _("longest time between two care contacts (days)"), low=14)
    pulse_first_days = integer_setting(30, _("first pulse survey (days)"), low=7)
    pulse_every_days = integer_setting(60, _("further pulse surveys, every (days)"), low=14)
    reminder_first_days = integer_setting(3, _("first survey reminder (days)"), low=1)
    reminder_second_days = integer_setting(7, _("second survey reminder (days)"), low=2)
    checkin_lapses_days = integer_setting(14, _("a check-in lapses after (days)"), low=3)
    drifting_percent = integer_setting(
        150, _("drifting without a meeting for (percent of the rhythm)"), low=100
    )
    stuck_percent = integer_setting(
        200, _("stuck without a meeting for (percent of the rhythm)"), low=100
    )
    silence_days = integer_setting(90, _("never silent longer than (days)"), low=14)
    unanswered_messages = integer_setting(
        3, _("unanswered messages before the carer is told (messages)"), low=1, high=20
    )
    capacity_max = integer_setting(3, _("most mentees for one mentor (people)"), low=1, high=20)
    first_time_capacity = integer_setting(
        1, _("most mentees for a first-time mentor (people)"), low=1, high=20
    )
    end_notice_days = integer_setting(
        60, _("plan the ending: first notice before the end (days)"), low=7
    )
    end_second_notice_days = integer_setting(
        30, _("plan the ending: second notice before the end (days)"), low=1
    )
    rematch_buffer_days = integer_setting(14, _("pause before a new match (days)"))
    publication_hold_minutes = integer_setting(
        10, _("hold between Publish and release (minutes)"), low=1, high=120
    )
    small_group = integer_setting(
        5, _("smallest group that is shown (answers)"), _("Never below 3."), low=3, high=50
    )
    retention_text_months = integer_setting(
        6, _("free text is kept after closure (months)"), low=1, high=60
    )
    retention_declined_months = integer_setting(
        12, _("declined applications are kept (months)"), low=1, high=60
    )
    quiet_from_hour = integer_setting(20, _("quiet hours begin (hour of the day)"), high=23)
    quiet_until_hour = integer_setting(8, _("quiet hours end (hour of the day)"), high=23)
    weekly_mails = integer_setting(
        3, _("most non-essential messages to one person (messages per week)"), low=1, high=20
    )
    same_employer_blocked = models.BooleanField(
        _("never pair people of the same employer"), default=True
    )
    hide_names_until_opened = models.BooleanField(
        _("hide names in the list of a matching round"),
        default=False,
        help_text=_(
            "Initials stand in for the names until a row is opened, so that a name decides nothing."
        ),
    )

    objects = ProgramPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")

    def __str__(self) -> str:
        return str(_("Policy of %(program)s") % {"program": self.program})

    def capacity_for(self, offered: int, *, is_first_time: bool) -> int:
        """Return how many mentees a mentor may have: what they offer, within the program's limit."""
        return min(offered, self.first_time_capacity if is_first_time else self.capacity_max)

    def clean(self) -> None:
        if self.reminder_second_days <= self.reminder_first_days:
            raise ValidationError(
                {"reminder_second_days": _("The second reminder comes after the first.")}
            )
        if self.checkin_lapses_days <= self.reminder_second_days:
            raise ValidationError(
                {"checkin_lapses_days": _("A check-in lapses after its last reminder.")}
            )
        if self.stuck_percent <= self.drifting_percent:
            raise ValidationError({"stuck_percent": _("Stuck comes after drifting.")})


class CohortQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(program__in=Program.objects.visible_to(user))

    def for_committee(self, user: Any, *roles: str) -> Self:
        return self.filter(program__in=Program.objects.for_committee(user, *roles))

    def taking_applications(self, on: date) -> Self:
        still = models.Q(closes_on=None) | models.Q(closes_on__gte=on)
        return self.filter(still, opens_on__lte=on, program__is_public=True)


class Cohort(models.Model):
    """One run of a program. Without an end date it is rolling."""

    public_id = PublicIdField()
    program = models.ForeignKey(Program, models.PROTECT, related_name="cohorts")
    name = models.CharField(_("name"), max_length=80, validators=[validate_name])
    slug = models.SlugField(_("short name for addresses"), unique=True)
    opens_on = models.DateField(_("applications open on"))
    closes_on = models.DateField(_("applications close on"), null=True, blank=True)
    matching_on = models.DateField(_("matching day"), null=True, blank=True)
    starts_on = models.DateField(_("pairs start on"), null=True, blank=True)
    ends_on = models.DateField(
        _("cohort ends on"), null=True, blank=True, help_text=_("Empty: a rolling cohort.")
    )

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on"]
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        steps = ["opens_on", "closes_on", "matching_on", "starts_on", "ends_on"]
        known = [(name, getattr(self, name)) for name in steps if getattr(self, name)]
        for (_before, earlier), (name, later) in itertools.pairwise(known):
            if later < earlier:
                raise ValidationError({name: _("This date comes before the step that it follows.")})

    def is_open(self, on: date | None = None) -> bool:
        """Whether applications are taken on `on` (today in the program's zone by default)."""
        today = on or timezone.localdate()
        return self.opens_on <= today and (self.closes_on is None or today <= self.closes_on)

    @property
    def answer_by_on(self) -> date | None:
        """The day by which applicants hear; promised on the confirmation page."""
        return self.matching_on or (self.closes_on + timedelta(days=21) if self.closes_on else None)
