"""The settings that a program runs by."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..signals import policy_problems_asked, policy_saved
from .programs import Program, ProgramPartQuerySet
from .setting_fields import integer_setting

SMALLEST_GROUP_EVER = 3  # however a program sets it
MOST_REFERENCES = 3
UNSAID_CAPACITY = 1  # mentees of a mentor who has not said how many


SURVEY_IS_OWN = _("Asked once the program has published its own edition of this survey.")


class Policy(models.Model):
    """A program's settings. Field names and labels state the unit."""

    class Asked(models.TextChoices):
        NOBODY = "nobody", _("nobody is asked")
        MENTOR = "mentor", _("the mentor is asked first")
        BOTH = "both", _("both are asked")

    class Screened(models.TextChoices):
        NOBODY = "nobody", _("no one")
        MENTORS = "mentors", _("mentors")
        EVERYONE = "everyone", _("everyone")

    class StandingRule(models.TextChoices):
        OFF = "off", _("not looked at")
        WARN = "warn", _("shown to the committee")
        REQUIRED = "required", _("needed before a match")

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
        _("The usual number of days between two meetings."),
        low=7,
        high=90,
    )
    meeting_minutes = integer_setting(60, _("length of a meeting (minutes)"), low=15, high=240)
    first_contact_days = integer_setting(
        5, _("mentee writes first within (days)"), _("Counted from publication."), low=1
    )
    contact_reminder_days = integer_setting(
        4,
        _("ask the mentee whether they have been in touch after (days)"),
        _("Counted from publication; not if it is known that they have."),
        low=1,
    )
    contact_last_reminder_days = integer_setting(
        9,
        _("ask again, with a copy to the carer, after (days)"),
        _("Counted from publication."),
        low=2,
    )
    first_meeting_days = integer_setting(14, _("first meeting within (days)"), low=1)
    first_meeting_attention_days = integer_setting(
        10, _("needs attention if no first meeting is planned after (days)"), low=1
    )
    agreement_days = integer_setting(30, _("agreement signed within (days)"), low=1)
    agreement_ask_days = integer_setting(
        14, _("ask the mentee to draft the agreement after (days)"), low=1
    )
    agreement_attention_days = integer_setting(
        21, _("needs attention if the agreement is not signed after (days)"), low=1
    )
    fit_check_days = integer_setting(
        45, _("fit check after at most (days)"), _("Or after the second meeting."), low=7
    )
    pulse_first_days = integer_setting(30, _("first pulse survey after (days)"), low=7)
    pulse_every_days = integer_setting(60, _("further pulse surveys every (days)"), low=14)
    baseline_days = integer_setting(
        7, _("baseline survey after the introduction (days)"), SURVEY_IS_OWN, low=1
    )
    midterm_months = integer_setting(
        6, _("mid-term survey after (months)"), SURVEY_IS_OWN, low=1, high=36
    )
    closing_survey_days = integer_setting(
        14, _("closing survey before the end of the term (days)"), SURVEY_IS_OWN, low=1
    )
    exit_survey_days = integer_setting(
        3, _("survey after an early end (days)"), SURVEY_IS_OWN, low=1
    )
    later_survey_months = integer_setting(
        6,
        _("survey some time after the end (months)"),
        _("Two questions, or the program's own edition of this survey."),
        low=1,
        high=24,
    )
    unmatched_survey_days = integer_setting(
        14,
        _("survey of people without a match after (days)"),
        _(
            "Counted from the e-mail that says so, and never within the same week. Asked once the "
            "program has published an edition of its own."
        ),
        low=7,
        high=90,
    )
    reminder_first_days = integer_setting(3, _("first survey reminder after (days)"), low=1)
    reminder_second_days = integer_setting(7, _("second survey reminder after (days)"), low=2)
    checkin_lapses_days = integer_setting(14, _("a check-in lapses after (days)"), low=3)
    drifting_percent = integer_setting(
        150,
        _("drifting (percent of the rhythm)"),
        _("A pair is drifting when it has not met for this long."),
        low=100,
    )
    stuck_percent = integer_setting(
        200,
        _("stuck (percent of the rhythm)"),
        _("A pair is stuck when it has not met for this long and has no meeting planned."),
        low=100,
    )
    silence_days = integer_setting(90, _("drifting and stuck after at most (days)"), low=14)
    care_first_days = integer_setting(
        15,
        _("care contact in the first month every (days)"),
        _("A carer speaks with each of the two. Counted from the last contact."),
        low=3,
        high=60,
    )
    care_second_days = integer_setting(
        30, _("care contact in the second and third month every (days)"), low=7, high=120
    )
    care_later_days = integer_setting(
        60, _("care contact from the fourth month on every (days)"), low=7, high=180
    )
    care_gap_days = integer_setting(
        90,
        _("longest time between two care contacts (days)"),
        _("No contact is planned later than that."),
        low=14,
        high=366,
    )
    care_silent_days = integer_setting(
        14,
        _("a carer has gone silent after (days)"),
        _(
            "A contact is overdue, or a concern waits, for longer than that. The deputy and the "
            "chair are told and can take the pairs over."
        ),
        low=3,
        high=90,
    )
    unanswered_messages = integer_setting(
        3, _("unanswered messages before the carer is alerted"), low=1, high=20
    )
    capacity_max = integer_setting(3, _("most mentees for one mentor"), low=1, high=20)
    first_time_capacity = integer_setting(
        1, _("most mentees for a first-time mentor"), low=1, high=20
    )
    end_notice_days = integer_setting(
        60, _("start to plan the ending before the end (days)"), low=7
    )
    rematch_buffer_days = integer_setting(14, _("pause before a new match (days)"))
    pause_days = integer_setting(
        90,
        _("longest pause of a pair (days)"),
        _("The end of the pair's term moves by the days of its pauses."),
        low=7,
        high=366,
    )
    pause_total_days = integer_setting(
        120,
        _("pauses of a pair in one term at most (days)"),
        _("All pauses of a term together."),
        low=7,
        high=732,
    )
    credential_year_month = integer_setting(
        1,
        _("credential years begin in (month, 1 to 12)"),
        _("For the hours statements that members hand in to their professional body."),
        low=1,
        high=12,
    )
    publication_hold_minutes = integer_setting(
        10, _("time to cancel a publication (minutes)"), low=1, high=120
    )
    small_group = integer_setting(
        5,
        _("smallest number of answers in pooled results"),
        _("Smaller groups are hidden. Never below 3."),
        low=3,
        high=50,
    )
    quiet_from_hour = integer_setting(20, _("quiet hours start (hour of the day)"), high=23)
    quiet_until_hour = integer_setting(8, _("quiet hours end (hour of the day)"), high=23)
    weekly_optional_emails = integer_setting(
        3, _("most non-essential e-mails to one person (per week)"), low=1, high=20
    )
    text_retention_months = integer_setting(
        6,
        _("free text and notes are erased after (months)"),
        _(
            "Counted from the end of a pair, from a withdrawal, and from the end of the cohort for"
            " everyone else. Numbers, dates and signed agreements stay."
        ),
        low=1,
        high=60,
    )
    declined_retention_months = integer_setting(
        12,
        _("declined applications are emptied after (months)"),
        _("Counted from the day on which the person was told."),
        low=1,
        high=60,
    )
    touches_from = models.DateField(
        _("short texts by month are sent from (day)"),
        null=True,
        blank=True,
        default=timezone.localdate,
        help_text=_(
            "Months that a pair reached before this day are left out. Leave this empty to send no "
            "such texts."
        ),
    )
    opinions_needed = integer_setting(
        0,
        _("opinions of readers before a decision"),
        _(
            "With 2, two readers write what they recommend and why, without seeing what the other "
            "wrote. With 0, whoever reads an application decides."
        ),
        high=2,
    )
    record_check_needed = models.CharField(
        _("who needs a valid record check before a match"),
        max_length=8,
        choices=Screened,
        default=Screened.NOBODY,
        help_text=_("A chair records the result and the days; no document is stored."),
    )
    record_check_months = integer_setting(
        36,
        _("a record check holds for (months)"),
        _("Unless another last day is recorded."),
        low=1,
        high=120,
    )
    references_needed = integer_setting(
        0,
        _("references of a mentor before a match"),
        _("Recorded by a chair."),
        high=MOST_REFERENCES,
    )
    references_from = models.CharField(
        _("who names people who can speak for them"),
        max_length=8,
        choices=Screened,
        default=Screened.NOBODY,
        help_text=_(
            "They name up to two by e-mail address, who answer a short form that the committee "
            "reads. Set to no one, nothing is asked or shown any more."
        ),
    )
    interview_needed = models.BooleanField(
        _("mentors are interviewed before a match"),
        default=False,
        help_text=_("With the day and the result as a check."),
    )
    interview_scorers = integer_setting(
        0,
        _("members who score an interview"),
        _(
            "With 2, two members score the program's questions without seeing what the other gave. "
            "With 0, a chair records the result."
        ),
        high=2,
    )
    standing_rule = models.CharField(
        _("membership in good standing"),
        max_length=8,
        choices=StandingRule,
        default=StandingRule.OFF,
        help_text=_(
            "A chair uploads a list of members. It is compared and not stored; only member, lapsed "
            "or unknown and the day stay with an application."
        ),
    )
    orientation_session_counts = models.BooleanField(
        _("coming to an orientation session counts as the mentor orientation"),
        default=False,
        help_text=_("Counted when the committee records who came to an event of this kind."),
    )
    way_of_working_percent = integer_setting(
        12,
        _("share of the way of working in a fit (percent)"),
        _(
            "How much the same answers to the questions on how to work together count in a new "
            "round. With 0 they do not count."
        ),
        high=50,
    )
    same_employer_blocked = models.BooleanField(
        _("never pair people from the same employer"), default=True
    )
    asked_before = models.CharField(
        _("asked before a match is made"),
        max_length=6,
        choices=Asked,
        default=Asked.NOBODY,
        help_text=_(
            "Without a name. After a no the next mentor is asked, and the other person never "
            "learns of it."
        ),
    )
    pairs_by_people = models.BooleanField(
        _("two people may ask to be a pair"),
        default=False,
        help_text=_(
            "For people who have found each other. Both apply in a short form, and the committee "
            "decides."
        ),
    )
    hide_names_until_opened = models.BooleanField(
        _("hide names in the list of a matching round"),
        default=False,
        help_text=_("The list shows initials until a row is opened, to avoid bias by names."),
    )

    objects = ProgramPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")

    def __str__(self) -> str:
        return str(_("Policy of %(program)s") % {"program": self.program})

    @property
    def smallest_group(self) -> int:
        """How many people a figure that is shown rests on at least."""
        return max(SMALLEST_GROUP_EVER, self.small_group)

    def capacity_for(self, offered: int | None, *, is_first_time: bool | None) -> int:
        """Return how many mentees a mentor may have: what they offer, up to the program's limit.

        None is unknown: who has not said how many gets one, and who has not said that it is their
        first time is not limited as if it were.
        """
        most = self.first_time_capacity if is_first_time else self.capacity_max
        return min(offered or UNSAID_CAPACITY, most)

    def save(self, *args: object, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        policy_saved.send(Policy, policy=self)

    def clean(self) -> None:
        errors: dict[str, str | Promise] = {}
        for _receiver, problems in policy_problems_asked.send(Policy, policy=self):
            errors |= cast(dict[str, str | Promise], problems)
        if errors:
            raise ValidationError(errors)
