"""The page on which people change their part: how many mentees, and a break."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.http import QueryDict
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User

from .. import taking_part
from ..models import Application


class TakingPartForm(forms.Form):
    capacity = forms.IntegerField(
        label=gettext_lazy("How many mentees at most"),
        min_value=1,
        help_text=gettext_lazy(
            "A lower number counts for new matches. No pair ends because of it."
        ),
    )
    break_until = forms.DateField(
        label=gettext_lazy("No new match until the end of"),
        required=False,
        help_text=gettext_lazy("Leave this blank if you are not taking a break."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    pauses_pairs = forms.BooleanField(
        label=gettext_lazy("Pause my pairs until then, too"),
        required=False,
        help_text=gettext_lazy(
            "No reminders are sent until then, and the days are added to your time together. Your"
            " partner reads the last day, and no reason."
        ),
    )

    def __init__(
        self, data: QueryDict | None = None, *, application: Application, has_pairs: bool = False
    ) -> None:
        self.application = application
        on_break = application.break_until if application.is_on_break() else None
        initial = {"capacity": most_mentees(application), "break_until": on_break}
        super().__init__(data, initial=initial)
        if not application.is_mentor:
            del self.fields["capacity"]
        if not has_pairs:
            del self.fields["pauses_pairs"]

    @property
    def most(self) -> int:
        """The most mentees that the program allows this person."""
        application = self.application
        policy = application.program.policy
        return policy.first_time_capacity if application.is_first_time else policy.capacity_max

    def clean_capacity(self) -> int:
        capacity = int(self.cleaned_data["capacity"])
        if capacity > self.most:
            raise forms.ValidationError(
                _("Enter a number of at most %(most)s.") % {"most": self.most}
            )
        return capacity

    def clean_break_until(self) -> date | None:
        until = self.cleaned_data["break_until"]
        today = timezone.localdate()
        if until and until < today:
            raise forms.ValidationError(_("This day is over. Enter a day from today on."))
        if until and until > today + timedelta(days=taking_part.LONGEST_BREAK_DAYS):
            raise forms.ValidationError(
                _("A break lasts at most a year. If you want to stop, withdraw your application.")
            )
        return until

    def save(self, *, by: User) -> list[str]:
        """Store it, and return what is true from now on. Raises as `taking_part.change`."""
        paused = taking_part.change(
            self.application,
            by=by,
            capacity=self.cleaned_data.get("capacity"),
            break_until=self.cleaned_data["break_until"],
            pauses_pairs=self.cleaned_data.get("pauses_pairs", False),
        )
        return [*part_sentences(self.application), *paused]

    def clean(self) -> None:
        if self.cleaned_data.get("pauses_pairs") and not self.cleaned_data.get("break_until"):
            self.add_error("break_until", _("Enter until when your pairs are paused."))


def most_mentees(application: Application) -> int:
    """Return how many mentees a mentor takes: what they offer, up to the program's limit."""
    return application.program.policy.capacity_for(
        application.capacity, is_first_time=application.is_first_time
    )


def part_sentences(application: Application) -> list[str]:
    """Say how many mentees a person has room for, and whether they are on a break."""
    said = []
    if application.is_mentor:
        text = ngettext(
            "You take at most %(count)s mentee at a time.",
            "You take at most %(count)s mentees at a time.",
            most_mentees(application),
        )
        said.append(text % {"count": most_mentees(application)})
    if application.is_on_break():
        text = _("You are on a break until %(day)s: no new match until then.")
        said.append(text % {"day": format_date(application.break_until)})
    else:
        said.append(_("You are not on a break."))
    return said
