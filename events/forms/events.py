"""An event as the committee enters it, with its words in each language."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.timezones import zone_label
from programs.program_texts import language_in_sentence

from .. import arranging
from ..models import Event

LANGUAGES = [code for code, _name in settings.LANGUAGES]
LONGEST_TITLE, LONGEST_DESCRIPTION = 100, 3000


class EventForm(forms.ModelForm):
    """Checks what `arranging.problems` says, before the verb does."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as they are
        if "on" in self.fields:
            self.fields["on"].help_text = _("Date and times are by the clock of the program.")
        if "closes_at" in self.fields:
            text = _("By your own clock (%(zone)s). Leave it empty for the beginning.")
            zone = zone_label(timezone.get_current_timezone_name())
            self.fields["closes_at"].help_text = text % {"zone": zone}
        for code in LANGUAGES:
            name = {"language": language_in_sentence(code)}
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("Title in %(language)s") % name,
                max_length=LONGEST_TITLE,
                required=False,
                initial=self.instance.titles.get(code, ""),
            )
            self.fields[f"description_{code}"] = forms.CharField(
                label=_("Description in %(language)s") % name,
                max_length=LONGEST_DESCRIPTION,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
                initial=self.instance.descriptions.get(code, ""),
            )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        self.instance.titles = self._words("title")
        self.instance.descriptions = self._words("description")
        return cleaned

    def _words(self, name: str) -> dict[str, str]:
        typed = {code: self.cleaned_data.get(f"{name}_{code}", "").strip() for code in LANGUAGES}
        return {code: words for code, words in typed.items() if words}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # a hook that the stubs do not know
        if self.errors:
            return
        event: Event = self.instance
        if event.state == Event.State.DRAFT and not event.pk:
            event.zone = event.program.time_zone
        found = (
            *arranging.problems(event, at=timezone.now()),
            *arranging.check_places(event),
            *arranging.check_audience(event, self.cleaned_data.get("cohorts")),
        )
        for column, words in found:
            name = f"title_{event.program.language}" if column == "titles" else column
            self.add_error(name if name in self.fields else None, words)
        self._check_cohorts(event)

    def _check_cohorts(self, event: Event) -> None:
        chosen = self.cleaned_data.get("cohorts") or ()
        if any(cohort.program_id != event.program_id for cohort in chosen):
            self.add_error("cohorts", _("Choose only cohorts of this program."))


def word_fields() -> list[str]:
    """Return the names of the inputs of the words, for `get_fieldsets`."""
    return [f"{name}_{code}" for code in LANGUAGES for name in ("title", "description")]
