"""Pages of a round's e-mails before it is published, and of the committee's own words in them."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from applications.models import Application
from matches.edited_texts import EditedWords
from matching.forms import RoundTextForm
from matching.models import Round, RoundText
from matching.rounds import asking, round_texts
from matching.rounds.round_texts import WordsChanged
from matching.workbench.workbench import PER_PAGE
from programs.committee import acting_member

from .pages import back, find_round, find_viewer, page, url
from .planned_emails import RoundEmail, emails_of, find_email, idle_mentors

Sort = RoundText.Sort
LANGUAGES = dict(settings.LANGUAGES)
MOST_IDLE = 100  # mentors without a mentee on the page


def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the sorts of e-mail with their languages, and who gets which."""
    viewer = find_viewer(request, public_id)
    round_ = viewer.round
    rows = viewer.proposals().in_plan().with_names("mentee__person__language")
    find = request.GET.get("find", "").strip()
    if find:
        rows = rows.filter(
            Q(mentee__person__name__icontains=find) | Q(mentor__person__name__icontains=find)
        )
    found = Paginator(rows.order_by("mentee__external_key", "mentee_id"), PER_PAGE)
    shown = found.get_page(request.GET.get("page"))
    emails = [email for row in shown.object_list for email in emails_of(row)]
    if shown.number == found.num_pages and not find:
        emails += [
            RoundEmail(one, None, Sort.NO_MENTEE)
            for one in idle_mentors(round_, viewer)[:MOST_IDLE]
        ]
    edited = {
        (text.application_id, text.partner_id, text.sort)
        for text in RoundText.objects.visible_to(request.user)
        .filter(round=round_, application__in=[email.recipient.pk for email in emails])
        .only("application", "partner", "sort")
    }
    people = [
        {
            "email": email,
            "is_edited": (
                email.recipient.pk,
                email.partner.pk if email.partner else None,
                email.sort,
            )
            in edited,
        }
        for email in emails
    ]
    return page(
        request,
        "emails",
        _("E-mails of this round"),
        round_,
        asks_first=asking.is_asking(round_),
        sorts=_sorts(request, round_),
        people=people,
        shown=shown,
        find=find,
    )


def _sorts(request: HttpRequest, round_: Round) -> list[dict[str, object]]:
    """Return each sort and language that someone gets, with who has written its text."""
    texts = {
        (text.sort, text.language): text
        for text in RoundText.objects.visible_to(request.user)
        .filter(round=round_, application=None)
        .select_related("by")
    }
    order = list(Sort)
    found = sorted(
        round_texts.counts(round_).items(), key=lambda one: (order.index(Sort(one[0][0])), one[0])
    )
    return [
        {
            "sort": sort,
            "label": Sort(sort).label,
            "language": language,
            "language_name": LANGUAGES.get(language, language),
            "count": count,
            "text": texts.get((sort, language)),
            # Someone has written it in another language only.
            "is_missing": (sort, language) not in texts
            and any(other == sort for other, _language in texts),
        }
        for (sort, language), count in found
    ]


def shared(request: HttpRequest, public_id: str, sort: str, language: str) -> HttpResponse:
    """Show and save the text for everyone who gets a sort of e-mail in a language."""
    round_ = find_round(request, public_id)
    if sort not in Sort.values or language not in LANGUAGES:
        raise Http404
    default = round_texts.default_words(round_, sort, language)
    texts = RoundText.objects.visible_to(request.user).filter(round=round_, application=None)
    known = texts.filter(sort=sort, language=language).select_related("by").first()
    form = _form(request, sort, known, default)
    if request.method == "POST" and form.is_valid():
        found = _save(request, form, default, round_=round_, sort=sort, language=language)
        if found:
            return found
    return page(
        request,
        "email",
        str(Sort(sort).label),
        round_,
        form=form,
        known=known,
        introduces=sort in {Sort.TO_MENTEE, Sort.TO_MENTOR},
        language_name=LANGUAGES[language],
        placeholders=form.placeholders,
        has_list=form.has_list,
    )


def personal(request: HttpRequest, public_id: str, recipient: str, partner: str) -> HttpResponse:
    """Show and save the text of one person's e-mail."""
    viewer = find_viewer(request, public_id)
    round_, email = viewer.round, find_email(viewer, recipient, partner)
    everyones = round_texts.shared_words(round_.pk, email.sort, email.language)
    default = EditedWords(*email.render(everyones, is_to_edit=True))
    rows = RoundText.objects.visible_to(request.user).filter(
        round=round_, application=email.recipient, sort=email.sort, partner=email.partner
    )
    known = rows.select_related("by").first()
    form = _form(request, email.sort, known, default)
    if request.method == "POST" and form.is_valid():
        found = _save(
            request,
            form,
            default,
            round_=round_,
            sort=email.sort,
            language=email.language,
            application=email.recipient,
            partner=email.partner,
        )
        if found:
            return found
    return page(
        request,
        "email",
        _("E-mail to %(name)s") % {"name": email.person.name},
        round_,
        form=form,
        known=known,
        email=email,
        introduces=email.introduces,
        language_name=LANGUAGES.get(email.language, email.language),
        placeholders=form.placeholders,
        has_list=form.has_list,
    )


def _form(
    request: HttpRequest, sort: str, known: RoundText | None, default: EditedWords
) -> RoundTextForm:
    """Return the form with what would be sent now, and the version that its reader sees."""
    words = known.words.or_else(default) if known else default
    seen = known.version if known else ""
    initial = {"subject": words.subject, "text": words.text, "seen": seen}
    return RoundTextForm(request.POST or None, initial=initial, sort=sort)


def _save(
    request: HttpRequest,
    form: RoundTextForm,
    default: EditedWords,
    *,
    round_: Round,
    sort: str,
    language: str,
    application: Application | None = None,
    partner: Application | None = None,
) -> HttpResponse | None:
    """Save what was typed; None if someone else was faster, which the form then says."""
    try:
        is_own = round_texts.save_words(
            round_,
            sort,
            form.words(default),
            by=acting_member(request),
            language=language,
            application=application,
            partner=partner,
            seen=form.cleaned_data["seen"],
        )
    except WordsChanged as error:
        form.refuse_changed(error.newest)
        return None
    return back(request, url("emails", round_), _saved(is_own=is_own))


def _saved(*, is_own: bool) -> str:
    if is_own:
        return _("Saved. The e-mail is sent with your words.")
    return _("Saved. The e-mail is sent with the usual words.")
