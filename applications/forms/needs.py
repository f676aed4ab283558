"""The page about the person's situation and hopes."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from ..models import Application
from .base import ModelPage


class SituationPage(ModelPage):
    code = "situation"

    class Meta:
        model = Application
        fields = ["situation", "hopes"]
        widgets = {
            "situation": forms.Textarea(attrs={"rows": 6}),
            "hopes": forms.Textarea(attrs={"rows": 4}),
        }

    def complete(self) -> None:
        super().complete()
        situation, hopes = self.fields["situation"], self.fields["hopes"]
        situation.required = True
        if self.application.is_mentor:
            self.heading = _("Your path so far")
            situation.label = _("What has your path been?")
            situation.help_text = _(
                "Include the detours: they help a mentee more than a list of jobs."
            )
            hopes.label = _("What would you like to get out of this yourself?")
            hopes.help_text = _("Learning goes both ways.")
        else:
            self.heading = _("Your situation")
            situation.label = _("What is happening for you at work right now?")
            situation.help_text = _(
                "A few sentences in your own words. This is what we match on first."
            )
            hopes.label = _("If it goes well, what will be different in %(months)s months?") % {
                "months": self.application.program.policy.term_months
            }
            hopes.help_text = _("And how would you notice it?")
        situation.error_messages["required"] = _("Write a few sentences.")
