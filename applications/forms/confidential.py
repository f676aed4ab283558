"""Pages that only the committee reads, and the commitment."""

from __future__ import annotations

from functools import cached_property

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models.translated_texts import TranslatedText

from .. import suitability
from ..help_choices import TRAINING_NEEDS
from ..models import Application, NamedWish, PrivateAnswers
from ..preparations import note_code
from .base import READ_BY_COMMITTEE, Page, Values, boxes, json_value


class PrivatePage(Page, forms.ModelForm):
    code = "private"
    training_needs = boxes(TRAINING_NEEDS)
    heading = gettext_lazy("What only the committee should know")
    intro = gettext_lazy("You may leave all of this empty. It is stored encrypted.")
    read_by = READ_BY_COMMITTEE

    class Meta:
        model = PrivateAnswers
        fields = ["needs", "limits", "accommodations", "training_needs"]
        help_texts = {
            "needs": gettext_lazy("Something that a good match must respect."),
            "limits": gettext_lazy("What you don't want to talk about or can't offer."),
            "accommodations": gettext_lazy(
                "For example: captions, step-free places, writing instead of speaking."
            ),
        }
        widgets = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("needs", "limits", "accommodations")
        }

    def complete(self) -> None:
        super().complete()
        if self.application.is_mentor:
            self.fields["training_needs"].label = _("What would you like to learn or practise?")
        else:
            del self.fields["training_needs"]

    @cached_property
    def stored_row(self) -> PrivateAnswers:
        """The row as the reader may see it, a new one where there is none."""
        visible = PrivateAnswers.objects.visible_to(self.reader)
        mine = visible.filter(application=self.application).first()
        return mine or PrivateAnswers(application=self.application)

    def row_of(self, application: Application) -> PrivateAnswers:
        return self.stored_row

    def read(self, application: Application) -> Values:
        row = self.row_of(application)
        return {name: json_value(getattr(row, name)) for name in self._names(application)}

    def _names(self, application: Application) -> list[str]:
        """Return the answers that are asked of this role."""
        names = list(self._meta.fields or ())
        return names if application.is_mentor else names[:-1]

    def write(self) -> None:
        given = {name: self.cleaned_data[name] for name in self._names(self.application)}
        mine = PrivateAnswers.objects.visible_to(self.application.person)
        mine.update_or_create(application=self.application, defaults=given)


class WishesPage(Page, forms.Form):
    code = "wishes"
    heading = gettext_lazy("Wishes about your match")
    intro = gettext_lazy(
        "Is there someone here you would like to be paired with, or would rather not? "
        "Enter the name or e-mail address. You don't have to give a reason, "
        "and the people you name never learn about it."
    )
    read_by = READ_BY_COMMITTEE
    NAMES_PER_KIND = 2

    def complete(self) -> None:
        super().complete()
        labels = {
            NamedWish.Kind.PREFER: _("I would like to be paired with"),
            NamedWish.Kind.AVOID: _("I would rather not be paired with"),
        }
        for kind, label in labels.items():
            for rank in range(1, self.NAMES_PER_KIND + 1):
                text = label if rank == 1 else _("%(label)s (second person)") % {"label": label}
                self.fields[f"{kind}-{rank}"] = forms.CharField(
                    label=text, max_length=200, required=False
                )

    def read(self, application: Application) -> Values:
        rows = NamedWish.objects.visible_to(self.reader).filter(application=application)
        given = {f"{row.kind}-{row.rank}": row.written for row in rows}
        names = [
            f"{kind}-{rank}"
            for kind in NamedWish.Kind.values
            for rank in range(1, self.NAMES_PER_KIND + 1)
        ]
        return {name: given.get(name, "") for name in names}

    def write(self) -> None:
        mine = NamedWish.objects.visible_to(self.application.person)
        mine.filter(application=self.application).delete()
        for name, written in self.values().items():
            if written:
                kind, rank = name.rsplit("-", 1)
                NamedWish.objects.create(
                    application=self.application, kind=kind, rank=int(rank), written=written
                )


class CommitmentPage(Page, forms.Form):
    code = "commitment"
    heading = gettext_lazy("Your commitment")
    read_by = READ_BY_COMMITTEE
    template = "applications/commitment.html"
    commits = forms.BooleanField(
        label=gettext_lazy("I can do this, and I want to"),
        error_messages={"required": gettext_lazy("Confirm that you can and want to do this.")},
    )
    accepts_code = forms.BooleanField(
        label=gettext_lazy("I accept the code of conduct"),
        error_messages={
            "required": gettext_lazy("Read the code of conduct and confirm that you accept it.")
        },
    )

    @property
    def commitment(self) -> TranslatedText:
        """What the person commits to, in the words of the program."""
        return suitability.commitment(self.application.role, self.application.program)

    def read(self, application: Application) -> Values:
        return {
            "commits": bool(application.committed_at) or "",  # a "no" can't be saved
            "accepts_code": bool(application.code_accepted_at) or "",
        }

    def write(self) -> None:
        """Record the first confirmation; saving the page again changes nothing."""
        now = timezone.now()
        mine = Application.objects.filter(pk=self.application.pk)
        mine.filter(committed_at=None).update(committed_at=now)
        note_code(self.application, now)
