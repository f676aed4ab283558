"""Pages in the person's own words: their situation and hopes, and which help suits them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from ..help_choices import HELP_KINDS, JOIN_REASONS, MENTOR_STYLES
from ..models import Application
from .base import ModelPage, Values, boxes


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
            situation.label = _("What is happening for you right now?")
            situation.help_text = _(
                "A few sentences in your own words. This is what we match on first."
            )
            hopes.label = _("If it goes well, what will be different in %(months)s months?") % {
                "months": self.application.program.policy.term_months
            }
            hopes.help_text = _("And how would you notice it?")
        situation.error_messages["required"] = _("Write a few sentences.")


class HelpPage(ModelPage):
    """Which help, from what kind of mentor; and why mentors join."""

    code = "help"
    help_kinds = boxes(HELP_KINDS)
    mentor_styles = boxes(MENTOR_STYLES)
    join_reasons = boxes(JOIN_REASONS)

    class Meta:
        model = Application
        fields = ["help_kinds", "mentor_styles", "join_reasons"]

    def complete(self) -> None:
        super().complete()
        kinds, styles = self.fields["help_kinds"], self.fields["mentor_styles"]
        self.intro = _("All of this is optional. Tick what fits best.")
        if self.application.is_mentor:
            self.heading = _("How you help")
            kinds.label = _("What kind of help do you like to give?")
            styles.label = _("How would people describe you as a mentor?")
            self.fields["join_reasons"].label = _("Why do you join?")
        else:
            self.heading = _("How a mentor can help")
            kinds.label = _("What kind of help would you like?")
            styles.label = _("What kind of mentor would suit you?")
            del self.fields["join_reasons"]

    def write(self) -> None:
        self.instance.save(
            update_fields=[name for name in self.fields if name in (self._meta.fields or ())]
        )

    def read(self, application: Application) -> Values:
        stored = super().read(application)
        return stored if application.is_mentor else {**stored, "join_reasons": []}

    def values(self) -> Values:
        return {"join_reasons": [], **super().values()}
