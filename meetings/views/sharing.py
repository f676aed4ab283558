"""Pages of shared links and contacts, and of a person's private calendar address."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.exceptions import ActionNotAllowed
from access.tokens import BadToken
from matches.models import Match
from programs.role_names.rows import get_row_or_404

from .. import feeds, sharing
from ..forms import ShareForm
from ..models import CalendarFeed, ContactRequest, SharedItem
from .pages import own_match, posted


def shared_list(request, match_id):
    match = own_match(request, match_id)
    form = ShareForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            form.save(match, by=request.user)
        except ActionNotAllowed as refused:
            form.add_error(None, refused.message)
        else:
            name = match.partner_of(request.user).first_name
            messages.success(request, _("Shared with %(name)s.") % {"name": name})
            return redirect("meetings:shared-list", match.public_id)
    items = SharedItem.objects.visible_to(request.user).filter(match=match)
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "items": items.select_related("author"),
        "contact_requests": contact_requests_of(match, request.user),
        "form": form,
        "is_open": match.state != Match.State.CLOSED,
    }
    return render(request, "meetings/shared_list.html", context)


def contact_requests_of(match, person):
    """Return those that are open, or were answered while nothing was withdrawn, with the asker."""
    rows = ContactRequest.objects.visible_to(person).filter(match=match).select_related("asker")
    return rows.exclude(state=ContactRequest.State.WITHDRAWN)


@require_POST
def shared_delete(request, item_id):
    items = SharedItem.objects.visible_to(request.user).filter(author=request.user)
    item = get_row_or_404(
        items.select_related("match__mentee__person", "match__mentor__person"), public_id=item_id
    )
    sharing.take_back(item, by=request.user)
    messages.success(request, _("No longer shared: %(title)s.") % {"title": item.title})
    return redirect("meetings:shared-list", item.match.public_id)


@require_safe
def calendar_feed(request):
    feed = CalendarFeed.objects.visible_to(request.user).select_related("person").first()
    address = feeds.address_of(feed) if feed else ""
    context = {
        "address": address,
        "subscribe_url": address.replace("https://", "webcal://").replace("http://", "webcal://"),
        "kept_days": feeds.KEPT_DAYS,
    }
    return render(request, "meetings/calendar_feed.html", context)


@require_POST
def calendar_feed_renew(request):
    is_first = feeds.renew(request.user).version == 1
    text = (
        _("Here is your private calendar address.")
        if is_first
        else _("Here is your new calendar address. The earlier one has ended.")
    )
    messages.success(request, text)
    return redirect("meetings:calendar-feed")


@require_POST
def calendar_feed_delete(request):
    feeds.turn_off(request.user)
    messages.success(request, _("Your calendar address has ended."))
    return redirect("meetings:calendar-feed")


@login_not_required
@require_safe
def calendar_file(request, token):
    """Answer a calendar program; the same 404 for every reason."""
    try:
        person = feeds.person_of(token)
    except BadToken:
        raise Http404 from None
    with translation.override(person.language):
        content = feeds.feed_of(person, at=timezone.now())
    headers = {"Cache-Control": "no-store, private", "X-Robots-Tag": "noindex, nofollow"}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
