"""Order what was chosen on the page before: what comes first, and who sees which experience."""

from __future__ import annotations

from functools import cached_property

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Application, ApplicationTopic
from .base import READ_BY_CHOICE, Page, Values

RANKS = ApplicationTopic.RANKS  # more, and "most important" means nothing
USUAL_LEVEL = 2
PLACES = {
    1: gettext_lazy("First"),
    2: gettext_lazy("Second"),
    3: gettext_lazy("Third"),
}


class RankingPage(Page, forms.Form):
    """Up to three topics in order; a level for each of the others that were chosen."""

    code = "ranking"
    section = "topics"

    def complete(self) -> None:
        super().complete()
        role = Application.Role(self.application.role)
        if self.application.is_mentor:
            self.heading = _("What you are best at")
            self.intro = _(
                "Put up to three in order: your greatest strength first. For the others, say how "
                "much experience you have."
            )
        else:
            self.heading = _("What matters most")
            self.intro = _(
                "Put up to three in order: the most important first. For the others, say how "
                "important they are."
            )
        topics = [(row.topic.code, str(row.topic)) for row in self.rows]
        for rank in RANKS[: len(topics)]:
            self.fields[f"rank-{rank}"] = forms.ChoiceField(
                label=PLACES[rank], choices=[("", "–"), *topics], required=False
            )
        levels = ApplicationTopic.LEVELS[role]
        lower = [(str(one), levels[one]) for one in (USUAL_LEVEL, USUAL_LEVEL - 1)]
        for code, name in topics:
            self.fields[f"level-{code}"] = forms.ChoiceField(
                label=name, choices=lower, widget=forms.RadioSelect
            )

    @cached_property
    def rows(self) -> list[ApplicationTopic]:
        rows = ApplicationTopic.objects.filter(application=self.application)
        return list(rows.select_related("topic").order_by("topic__kind", "topic__position", "pk"))

    def read(self, application: Application) -> Values:
        rows = ApplicationTopic.objects.filter(application=application).select_related("topic")
        ranks = dict.fromkeys(RANKS[: len(rows)], "")
        ranks |= {row.rank: row.topic.code for row in rows if row.rank in ranks}
        return {
            **{f"rank-{rank}": code for rank, code in ranks.items()},
            **{f"level-{row.topic.code}": str(min(row.weight, USUAL_LEVEL)) for row in rows},
        }

    def suggested(self) -> Values:
        """Propose an order for topics that have the highest level and no place yet."""
        unplaced = [
            row.topic.code
            for row in self.rows
            if row.weight == ApplicationTopic.TOP_LEVEL and not row.rank
        ]
        free = [f"rank-{one}" for one in RANKS if self.stored.get(f"rank-{one}") == ""]
        return dict(zip(free, unplaced, strict=False))

    def clean(self) -> Values:
        cleaned = super().clean() or {}
        seen: set[object] = set()
        for rank in RANKS:
            code = cleaned.get(f"rank-{rank}")
            if code and code in seen:
                self.add_error(
                    f"rank-{rank}", _("Choose something else: this has a place already.")
                )
            seen.add(code)
        return cleaned

    def ranked(self) -> dict[str, int]:
        """Return {code: place} of what was given a place, without gaps."""
        given = [self.cleaned_data.get(f"rank-{rank}") for rank in RANKS]
        return {code: place for place, code in enumerate(filter(None, given), start=1)}

    def values(self) -> Values:
        """Return the answers as they are stored: a level counts only without a place."""
        rank_of = self.ranked()
        places = {f"rank-{place}": code for code, place in rank_of.items()}
        usual = {f"level-{code}": str(USUAL_LEVEL) for code in rank_of}
        empty = {f"rank-{rank}": "" for rank in RANKS[: len(self.rows)]}
        return {**super().values(), **empty, **places, **usual}

    def write(self) -> None:
        rank_of = self.ranked()
        for row in self.rows:
            row.rank = rank_of.get(row.topic.code)
            row.weight = (
                ApplicationTopic.TOP_LEVEL
                if row.rank
                else int(self.cleaned_data[f"level-{row.topic.code}"])
            )
        ApplicationTopic.objects.bulk_update(self.rows, ["rank", "weight"])


class SharingPage(Page, forms.Form):
    """Who sees which of the experiences that were chosen."""

    code = "sharing"
    section = "experiences"
    heading = gettext_lazy("What your match may see")
    intro = gettext_lazy(
        "Tick what your match may see once you have been introduced. Only the committee reads the "
        "others."
    )
    read_by = READ_BY_CHOICE
    shared = forms.MultipleChoiceField(
        label=gettext_lazy("My match can see this"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def complete(self) -> None:
        super().complete()
        rows = self.application.experience_rows.select_related("experience")
        field = self.fields["shared"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(row.experience.code, str(row.experience)) for row in rows]

    def read(self, application: Application) -> Values:
        rows = application.experience_rows.filter(is_shared=True)
        return {"shared": sorted(rows.values_list("experience__code", flat=True))}

    def values(self) -> Values:
        return {"shared": sorted(self.cleaned_data["shared"])}

    def write(self) -> None:
        rows = self.application.experience_rows.all()
        chosen = rows.filter(experience__code__in=self.cleaned_data["shared"])
        chosen.update(is_shared=True)
        rows.exclude(experience__code__in=self.cleaned_data["shared"]).update(is_shared=False)
