"""New words of a file: each is a known word, a new one, or left out."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.importing.field_labels import label
from applications.importing.normalization import closest

ADD, LEAVE_OUT, KNOWN = "+", "-", "="


class WordsForm(forms.Form):
    """One select per word; `words` are those of a check's report."""

    def __init__(
        self, data: QueryDict | None = None, *, words: Sequence[dict[str, object]]
    ) -> None:
        super().__init__(data)
        self.words = {f"word-{n}": word for n, word in enumerate(words)}
        for name, word in self.words.items():
            nearest = [str(one) for one in word["nearest"]]  # type: ignore[attr-defined]  # a list
            near = closest(str(word["word"]), nearest[:5])
            meaning = word.get("meaning")
            if meaning and meaning not in nearest:
                nearest = [str(meaning), *nearest]
            self.fields[name] = forms.ChoiceField(
                label=ngettext(
                    "%(field)s: “%(word)s”, in %(count)s row",
                    "%(field)s: “%(word)s”, in %(count)s rows",
                    int(str(word["count"])),
                )
                % {
                    "field": label(str(word["field"])),
                    "word": word["word"],
                    "count": word["count"],
                },
                choices=[
                    *((KNOWN + one, _("is “%(word)s”") % {"word": one}) for one in nearest),
                    (ADD, _("add as a new word")),
                    (LEAVE_OUT, _("leave out")),
                ],
                initial=_choice(near if meaning is None else str(meaning), meaning is not None),
            )

    def choices_by_field(self) -> dict[str, tuple[dict[str, str], list[str]]]:
        """Return {field: ({word: known word or "" to leave it out}, words to add)}."""
        found: dict[str, tuple[dict[str, str], list[str]]] = {}
        for name, word in self.words.items():
            renamed, added = found.setdefault(str(word["field"]), ({}, []))
            choice = self.cleaned_data[name]
            if choice == ADD:
                added.append(str(word["word"]))
            else:
                renamed[str(word["word"])] = (
                    choice.removeprefix(KNOWN) if choice != LEAVE_OUT else ""
                )
        return found


def _choice(name: str, is_chosen: bool) -> str:
    """Return the choice of a known word; without one, that of leaving out or of adding."""
    return KNOWN + name if name else LEAVE_OUT if is_chosen else ADD
