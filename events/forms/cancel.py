"""Why an event is cancelled."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .. import arranging
from ..models import Event


class CancelForm(forms.Form):
    """A reason, which everyone who has signed up reads; a draft needs none."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Everyone who has signed up reads it."),
        error_messages={"required": _("Enter a reason. Everyone who has signed up reads it.")},
    )

    def __init__(self, data: object = None, *, event: Event) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request has sent
        self.event = event
        if event.state == Event.State.DRAFT:
            del self.fields["reason"]

    def save(self, *, by: User) -> None:
        """Cancel it. Raises as `arranging.cancel`."""
        arranging.cancel(self.event, by=by, reason=self.cleaned_data.get("reason", ""))
