"""Who came: a tick for each person with a place, and for others whom the event was for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .. import attendance
from ..models import Event


class AttendanceForm(forms.Form):
    """One page for everyone. The first time, everyone with a place is ticked."""

    attended = forms.TypedMultipleChoiceField(
        label=_("Who had a place and came?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    others = forms.TypedMultipleChoiceField(
        label=_("Who else came?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("People whom the event was for, without a place."),
    )

    def __init__(self, data: object = None, *, event: Event, member: User) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request has sent
        self.event = event
        rows = list(attendance.rows_to_record(event, member))
        others = attendance.others_to_record(event, member)
        self._choose("attended", [(row.pk, row.person.name_and_address) for row in rows])
        self._choose("others", [(person.pk, person.name_and_address) for person in others])
        is_first = event.state == Event.State.PUBLISHED
        self.initial["attended"] = [row.pk for row in rows if row.has_attended or is_first]

    def _choose(self, name: str, choices: list[tuple[int, str]]) -> None:
        if choices:
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field
        else:
            del self.fields[name]

    def save(self, *, by: User) -> int:
        """Record it; return how many have come. Raises as `attendance.record`."""
        chosen = {name: self.cleaned_data.get(name, []) for name in ("attended", "others")}
        return attendance.record(self.event, by=by, **chosen)
