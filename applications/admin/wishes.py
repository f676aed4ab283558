"""Wishes about named people on the review page: whom they mean, and the member's decision."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications import named_wishes
from applications.models import Application, NamedWish, NamedWishCandidate
from programs.committee import acting_member, holds


class WishForm(forms.Form):
    """Whom a wish means: some of the candidates, another applicant, or nobody here."""

    people = forms.ModelMultipleChoiceField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Who is meant?"),
        help_text=gettext_lazy("Choose no one if none of the applicants is meant."),
        widget=forms.CheckboxSelectMultiple,
    )
    address = forms.EmailField(
        required=False,
        label=gettext_lazy("Someone else who applied, by e-mail address"),
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        wish: NamedWish,
        candidates: list[User],
        chosen: list[int],
        reader: User,
    ) -> None:
        super().__init__(data, prefix=f"wish-{wish.pk}", initial={"people": chosen})
        self.wish, self.reader = wish, reader
        people = self.fields["people"]
        assert isinstance(people, forms.ModelMultipleChoiceField)
        people.queryset = User.objects.filter(pk__in=[one.pk for one in candidates])
        if not candidates:
            del self.fields["people"]

    def clean_address(self) -> User | None:
        address = self.cleaned_data["address"].lower()
        if not address:
            return None
        rows = Application.objects.for_committee(self.reader).filter(
            cohort=self.wish.application.cohort
        )
        found = rows.filter(person__email=address).select_related("person").first()
        if found is None:
            raise forms.ValidationError(_("No one with this address has applied to this cohort."))
        return found.person

    def meant(self) -> list[User]:
        other = self.cleaned_data["address"]
        return [*self.cleaned_data.get("people", []), *([other] if other else [])]


@dataclass(frozen=True)
class WishRow:
    """A wish as the review page shows it; `form` is None for members who do not decide."""

    wish: NamedWish
    is_open: bool
    people: str  # who is meant, "" for nobody
    form: WishForm | None


def wish_rows(
    request: HttpRequest, application: Application, refused: WishForm | None = None
) -> list[WishRow]:
    """Return the wishes of an application that the member may see; one form may be `refused`."""
    member = acting_member(request)
    seen = NamedWish.objects.visible_to(member).exclude(application__person=member)
    wishes = list(seen.filter(application=application).select_related("person"))
    if not wishes:
        return []
    for wish in wishes:
        wish.application = application
    candidates = _candidates(member, wishes)
    decides = holds(request, application.program, *named_wishes.MAY_DECIDE)

    def form_of(wish: NamedWish) -> WishForm | None:
        if refused and refused.wish == wish:
            return refused
        return _form(wish, candidates[wish.pk], member) if decides else None

    return [
        WishRow(
            wish,
            is_open=wish.is_open,
            people=", ".join(_meant(wish, candidates[wish.pk])),
            form=form_of(wish),
        )
        for wish in wishes
    ]


def _candidates(member: User, wishes: list[NamedWish]) -> dict[int, list[NamedWishCandidate]]:
    found: dict[int, list[NamedWishCandidate]] = defaultdict(list)
    rows = NamedWishCandidate.objects.visible_to(member).filter(wish__in=[w.pk for w in wishes])
    for row in rows.select_related("candidate"):
        found[row.wish_id].append(row)
    return found


def _meant(wish: NamedWish, candidates: list[NamedWishCandidate]) -> list[str]:
    if wish.person:
        return [str(wish.person)]
    return [str(row.candidate) for row in candidates if row.is_meant]


def _form(
    wish: NamedWish,
    candidates: list[NamedWishCandidate],
    member: User,
    data: QueryDict | None = None,
) -> WishForm:
    people = [row.candidate for row in candidates] or [*filter(None, [wish.person])]
    chosen = [row.candidate_id for row in candidates if row.is_meant]
    if wish.person_id:
        chosen = [wish.person_id]
    return WishForm(data, wish=wish, candidates=people, chosen=chosen, reader=member)


def sent_form(request: HttpRequest, pk: int) -> WishForm:
    """Return what was sent about a wish that the member may see. Raises Http404 for others."""
    member = acting_member(request)
    seen = NamedWish.objects.visible_to(member).exclude(application__person=member)
    about = seen.select_related("application__cohort__program", "person")
    wish = get_object_or_404(about, pk=pk)
    return _form(wish, _candidates(member, [wish])[wish.pk], member, request.POST)


def decide(request: HttpRequest, form: WishForm) -> HttpResponse:
    """Record whom a wish means."""
    wish = form.wish
    named_wishes.decide_wish(wish, form.meant(), by=acting_member(request))
    messages.success(request, _("Saved whom this wish means."))
    address = redirect("admin:applications_application_change", wish.application_id)
    address["Location"] += "#wishes"
    return address
