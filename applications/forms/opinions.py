"""Forms for the opinions of readers: who reads, and what they think."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from accounts.models import User

from .. import opinions
from ..models import Application, Decision, Opinion


class OpinionForm(forms.Form):
    """What a reader recommends, and why."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("I recommend"),
        choices=Decision.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a recommendation.")},
    )
    text = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "By the criteria of the program. The committee reads it once all readers have written; "
            "the applicant never does."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why: the other members decide with it.")},
    )

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=initial, prefix="opinion")

    def save(self, application: Application, *, by: User) -> Opinion:
        return opinions.write(application, by=by, **self.cleaned_data)


class ReaderForm(forms.Form):
    """One more reader of an application."""

    reader = forms.ModelChoiceField(
        label=gettext_lazy("Reader"),
        queryset=User.objects.none(),
        error_messages={
            "required": gettext_lazy("Choose a reader."),
            "invalid_choice": gettext_lazy("Choose one of the readers in the list."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, readers: QuerySet[User]) -> None:
        super().__init__(data, prefix="reader")
        field = self.fields["reader"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = readers

    def save(self, application: Application, *, by: User) -> Opinion:
        return opinions.assign(application, self.cleaned_data["reader"], by=by)


class ShareOutForm(forms.Form):
    """Between whom several applications are shared out."""

    readers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Readers"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Whoever has the fewest applications to read gets the next one. No one gets an "
            "application of a person they have a conflict of interest with."
        ),
        error_messages={
            "required": gettext_lazy("Choose at least one reader."),
            "invalid_choice": gettext_lazy("Choose from the readers in the list."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, readers: QuerySet[User]) -> None:
        super().__init__(data)
        field = self.fields["readers"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = readers
