"""Forms of comments: words about a part, a suggested change, an answer."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .. import comment_pages, comments
from ..models import COMMENT_LENGTH, AgreementVersion, PartComment
from ..text import Words
from .parts import PART_FORMS, PartForm

READ = "expected_text"


def words_field(label: Words, *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=COMMENT_LENGTH, required=required, widget=widget)


def text_field(version: AgreementVersion, part: str) -> forms.CharField:
    """Return the hidden field that says which text the author had read."""
    initial = comment_pages.text_id(version, part)
    return forms.CharField(required=False, initial=initial, widget=forms.HiddenInput)


class CommentForm(forms.Form):
    """What one of the pair says about a part."""

    words = words_field(_("What do you want to say about this part?"))
    words.error_messages["required"] = comments.NO_WORDS

    def __init__(self, data: QueryDict | None, *, version: AgreementVersion, part: str) -> None:
        super().__init__(data)
        self.version, self.part = version, part
        self.fields[READ] = text_field(version, part)

    def save(self, *, by: User) -> PartComment:
        """Write the comment. Raises ActionNotAllowed as `comments.comment`."""
        read = comment_pages.parse_text_id(self.cleaned_data[READ])
        words = self.cleaned_data["words"]
        return comments.comment(self.version, self.part, words=words, by=by, read=read)


class AnswerForm(forms.Form):
    """The answer to a comment of the partner."""

    words = words_field(_("Your answer"))
    words.error_messages["required"] = _("Write your answer first: it is empty.")

    def save(self, comment: PartComment, *, by: User) -> None:
        """Answer the comment. Raises ActionNotAllowed as `comments.answer`."""
        comments.answer(comment, words=self.cleaned_data["words"], by=by)


def suggestion_form(part: str, data: QueryDict | None, version: AgreementVersion) -> PartForm:
    """Return the form of a part as it is now, with a field for why another text would be better."""
    form = PART_FORMS[part](data, match=version.match, version=version)
    del form.fields["expected_revision"]
    form.fields["words"] = words_field(_("Why do you suggest this?"), required=False)
    form.fields[READ] = text_field(version, part)
    return form


def save_suggestion(form: PartForm, version: AgreementVersion, *, by: User) -> PartComment:
    """Suggest what a valid form says. Raises ActionNotAllowed as `comments.suggest`."""
    words = form.cleaned_data["words"]
    read = comment_pages.parse_text_id(form.cleaned_data[READ])
    for name in ("words", READ):
        del form.fields[name]
    return comments.suggest(version, form.part, form.to_values(), words=words, by=by, read=read)
