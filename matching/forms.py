"""Forms of a round: opening it, reasons for a decision, and words of its e-mails."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.edited_texts import EditedWords, unknown_placeholders
from programs.models import Cohort
from programs.program_names import name_programs

from .models import MATCHERS, Proposal, RoundText
from .models.texts import SUBJECT_LENGTH, TEXT_LENGTH
from .rounds.round_texts import placeholders_of, placeholders_of_subject


class OpenRoundForm(forms.Form):
    cohort = forms.ModelChoiceField(Cohort.objects.none(), label=gettext_lazy("Cohort"))
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Optional. By default, rounds are numbered."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cohorts = Cohort.objects.for_committee(user, *MATCHERS).select_related("program")
        field = self.fields["cohort"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = cohorts
        name_programs(field)


class ReasonForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": gettext_lazy("Enter a short reason. It is saved in the minutes.")
        },
    )


class DiscardForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)


class RejectForm(ReasonForm):
    EXCLUDE = "round"  # beside the scopes of a rejection
    scope = forms.ChoiceField(
        label=gettext_lazy("What do you want to rule out?"),
        choices=[
            (Proposal.Scope.PAIR, gettext_lazy("This pair, in this round")),
            (Proposal.Scope.NEVER, gettext_lazy("This pair, in every round: keep the two apart")),
            (EXCLUDE, gettext_lazy("The mentee, in this round: leave them out")),
        ],
        widget=forms.RadioSelect,
        initial=Proposal.Scope.PAIR,
    )
    field_order = ["scope", "why"]


class RoundTextForm(forms.Form):
    """The committee's words in place of an e-mail's usual subject and text."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        help_text=gettext_lazy("One line. Leave it empty to go back to the usual subject."),
        max_length=SUBJECT_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy(
            "Plain text. An empty line begins a paragraph, lines that begin with “- ” are a list. "
            "Leave it empty to go back to the usual text."
        ),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 18}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sort: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placeholders = [f"{{{name}}}" for name in placeholders_of(sort)]
        self.has_list = placeholders_of(sort) != placeholders_of_subject(sort)
        self.sort = sort

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if len(subject.splitlines()) > 1:
            raise forms.ValidationError(
                _("A subject has one line. Take out the line break, or write the rest in the text.")
            )
        return self._checked(subject, placeholders_of_subject(self.sort))

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        return self._checked(text, placeholders_of(self.sort))

    def _checked(self, text: str, known: tuple[str, ...]) -> str:
        """Return `text`; raise ValidationError if it has a placeholder that is not `known`."""
        unknown = unknown_placeholders(text, known)
        if unknown:
            message = _("{%(name)s} can't be filled in. Use one of these: %(known)s.")
            names = ", ".join(f"{{{name}}}" for name in known)
            raise forms.ValidationError(message % {"name": unknown[0], "known": names})
        return text

    def words(self, default: EditedWords) -> EditedWords:
        """Return what was typed, each of the two empty where that is what `default` says."""
        text: str = self.cleaned_data["text"].strip()
        typed = EditedWords(self.cleaned_data["subject"], text)
        return typed.without(EditedWords(default.subject, default.text.strip()))

    def refuse_changed(self, newest: RoundText | None) -> None:
        """Say that someone else has saved other words; saving again then replaces them."""
        data = self.data.copy()
        data["seen"] = newest.version if newest else ""
        self.data = data
        if newest is None:
            message = _("Someone has gone back to the usual words while you were editing.")
        else:
            moment = formats.date_format(timezone.localtime(newest.at), "DATETIME_FORMAT")
            facts = {"name": newest.by, "moment": moment}
            message = _("%(name)s changed these words on %(moment)s, while you were editing.")
            message %= facts
        self.add_error(None, f"{message} {_('Nothing was saved. Save again to use yours.')}")
        for name in ("subject", "text") if newest else ():
            theirs = getattr(newest, name)
            if theirs and theirs != self.cleaned_data.get(name):
                self.add_error(name, _("It says now: “%(text)s”") % {"text": theirs})
