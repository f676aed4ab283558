"""The form of a program's own question, for its chair."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.committee_admin import TranslatedNamesForm
from programs.models import ProgramQuestion
from programs.models.questions import MAX_OPTION, MAX_OPTIONS
from programs.spellings import fold

from ..program_questions import refused_changes


class ProgramQuestionForm(TranslatedNamesForm):
    """Possible answers are typed one per line; an answered question keeps what was promised."""

    options_text = forms.CharField(
        label=gettext_lazy("Possible answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "One per line, from the lowest to the highest if they have an order. "
            "Leave it empty for a question that is answered in own words."
        ),
    )

    class Meta:
        model = ProgramQuestion
        fields = ("program", "heading", "asked", "kind", "channel", "position", "retired_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["options_text"].initial = "\n".join(self.instance.options)
        for name, field in self.fields.items():
            if name.startswith("name_"):
                field.required = False
                field.help_text = _("What pages of the committee call it.")

    def clean_options_text(self) -> list[str]:
        lines = [" ".join(one.split()) for one in self.cleaned_data["options_text"].splitlines()]
        found: dict[str, str] = {}
        for one in filter(None, lines):
            found.setdefault(fold(one), one)
        if len(found) > MAX_OPTIONS:
            raise ValidationError(_("Enter at most %(count)d answers.") % {"count": MAX_OPTIONS})
        for one in found.values():
            if len(one) > MAX_OPTION:
                raise ValidationError(
                    _("“%(answer)s…” is longer than %(count)d characters.")
                    % {"answer": one[:40], "count": MAX_OPTION}
                )
        return list(found.values())

    def clean(self) -> dict[str, object]:
        data = super().clean()
        options, kind = data.get("options_text"), data.get("kind")
        if options and kind == ProgramQuestion.Kind.TEXT:
            self.add_error(
                "options_text",
                _("A question answered in own words has no possible answers. Remove them."),
            )
        if options is not None:
            self.instance.options = options
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # a hook that the stubs do not know
        if not self.instance.pk or self.errors:
            return
        old = ProgramQuestion.objects.get(pk=self.instance.pk)
        for field, why in refused_changes(old, self.instance).items():
            self.add_error("options_text" if field == "options" else field, why)
