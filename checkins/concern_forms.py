"""Forms with which a committee member works on a concern."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Concern, MediationStep
from .models.concerns import TEXT_LENGTH


class NoteForm(forms.Form):
    """A working note."""

    text = forms.CharField(
        label=_("Note"),
        help_text=_("Whoever handles this concern reads it. The person and their partner don't."),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter the note.")},
    )


class LookAgainForm(forms.Form):
    """The day on which to look again."""

    on = forms.DateField(
        label=_("Look again on"),
        help_text=_("We remind you on that day. Leave it blank if you need no reminder."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class MediationForm(forms.Form):
    """A step of a mediation."""

    step = forms.ChoiceField(
        label=_("What was done"),
        choices=MediationStep.Kind,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a step.")},
    )
    on = forms.DateField(
        label=_("On"),
        help_text=_("A talk with both may be ahead."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the day.")},
    )
    text = forms.CharField(
        label=_("Text"),
        help_text=_(
            "What both agreed on, or words that both get by e-mail, the same for both. Of the "
            "other steps it is a note for the committee."
        ),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    has_agreed = forms.BooleanField(
        label=_("The person agrees that the partner knows of this"), required=False
    )


class GiveBackForm(forms.Form):
    """Why a member gives a concern back."""

    why = forms.CharField(
        label=_("Why you give it back"),
        help_text=_("The next member reads it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why you give it back.")},
    )


class ResolutionForm(forms.Form):
    """What came of a concern, and what a committee member did."""

    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=Concern.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it.")},
    )
    note = forms.CharField(
        label=_("What was done"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Enter a short note on what was done.")},
    )


class NotedConcernForm(forms.ModelForm):
    """A concern that a member notes about someone whom they look after."""

    who = forms.ChoiceField(
        label=_("About"), choices=[("mentee", _("the mentee")), ("mentor", _("the mentor"))]
    )
    text = forms.CharField(
        label=_("What it is"),
        help_text=_("The carer, the deputy and the chair read it. The two of the pair don't."),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Say what it is.")},
    )

    class Meta:
        model = Concern
        fields = ("match", "who", "urgency", "text")
