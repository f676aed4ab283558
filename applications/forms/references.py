"""Forms for references: an applicant names someone, and a referee answers."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from programs.models import Program

from .. import references
from ..models import Application, Reference

LONGEST_ADDRESS = 254


class RefereeForm(forms.Form):
    """Whom the committee may ask about an applicant."""

    name = forms.CharField(
        label=gettext_lazy("Their name"),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter a name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy("Ask them first. No one reads the address here, and we delete it."),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter an e-mail address.")},
    )
    relation = forms.CharField(
        label=gettext_lazy("How do you know each other?"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say how you know each other.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the e-mail"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None = None, *, program: Program) -> None:
        super().__init__(data, initial={"language": program.language})

    def save(self, application: Application, *, by: User) -> Reference:
        data = self.cleaned_data
        return references.name_referee(
            application,
            by=by,
            name=data["name"],
            address=data["email"],
            relation=data["relation"],
            language=data["language"],
        )


class ReferenceForm(forms.Form):
    """What a referee answers: the questions of the program, and a few words."""

    text = forms.CharField(
        label=gettext_lazy("What else should the committee know?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, data: QueryDict | None = None, *, program: Program) -> None:
        super().__init__(data)
        self.questions = references.questions_of(program)
        for number, question in enumerate(self.questions):
            self.fields[f"answer_{number}"] = forms.ChoiceField(
                label=question,
                choices=Reference.Answer.choices,
                widget=forms.RadioSelect,
                error_messages={"required": _("Answer each question.")},
            )
        self.order_fields([name for name in self.fields if name != "text"])

    def save(self, reference: Reference) -> None:
        data = self.cleaned_data
        given = [(asked, data[f"answer_{n}"]) for n, asked in enumerate(self.questions)]
        references.answer(reference, given, text=data["text"])
