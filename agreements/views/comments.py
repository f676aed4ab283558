"""Comments on a part of the agreement, and changes that one of the two suggests."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.exceptions import ActionNotAllowed
from matches.models import Match
from programs.role_names.rows import get_row_or_404

from .. import comment_pages, comments, drafting, text
from ..forms import PART_FORMS, AnswerForm, CommentForm, save_suggestion, suggestion_form
from ..models import AgreementVersion, PartComment
from .own import own_version


def _commentable(request: HttpRequest, match_id: str, part: str) -> tuple[Match, AgreementVersion]:
    """Return the match and the text to comment on. Raises ActionNotAllowed for a draft.

    Not for words that were sent: their form says it, so that they are not lost.
    """
    match, version = own_version(request, match_id)
    if part not in PART_FORMS:
        raise Http404
    if request.method == "POST" or comments.may_comment_on(version, request.user):
        return match, version
    is_ended = match.state == Match.State.CLOSED
    raise ActionNotAllowed(comments.CLOSED if is_ended else comments.NOT_SHARED)


def _own_comment(request: HttpRequest, comment_id: str) -> PartComment:
    rows = PartComment.objects.visible_to(request.user).select_related(
        "author", "version__agreement"
    )
    comment = get_row_or_404(rows, public_id=comment_id)
    match = Match.objects.of(request.user).with_people().get(pk=comment.version.agreement.match_id)
    comment.version.agreement.match = match
    return comment


@require_http_methods(["GET", "HEAD", "POST"])
def comment_create(request: HttpRequest, match_id: str, part: str) -> HttpResponse:
    match, version = _commentable(request, match_id, part)
    data = request.POST if request.method == "POST" else None
    form = CommentForm(data, version=version, part=part)
    if form.is_valid():
        try:
            comment = form.save(by=request.user)
        except ActionNotAllowed as refused:
            form.add_error(None, refused.message)
        else:
            return _after_writing(request, comment)
    context = comment_pages.writing(match, version, part, request.user)
    return render(request, "agreements/comment_create.html", {**context, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def suggestion_create(request: HttpRequest, match_id: str, part: str) -> HttpResponse:
    """The form of the part itself; what is sent is only suggested."""
    match, version = _commentable(request, match_id, part)
    form = suggestion_form(part, request.POST if request.method == "POST" else None, version)
    if form.is_valid():
        try:
            comment = save_suggestion(form, version, by=request.user)
        except ActionNotAllowed as refused:
            form = suggestion_form(part, request.POST, version)
            form.add_error(None, str(refused))
        else:
            return _after_writing(request, comment)
    context = comment_pages.writing(match, version, part, request.user)
    return render(request, "agreements/suggestion_create.html", {**context, "form": form})


def _after_writing(request: HttpRequest, comment: PartComment) -> HttpResponse:
    name = {"name": comment.match.partner_of(request.user).first_name}
    words = _("Saved. We'll e-mail %(name)s in some minutes. Nothing in the text has changed.")
    messages.success(request, words % name)
    return redirect("agreements:agreement-review", comment.match.public_id)


@require_safe
def comment_detail(request: HttpRequest, comment_id: str) -> HttpResponse:
    comment = _own_comment(request, comment_id)
    context = comment_pages.one(comment, request.user)
    return render(request, "agreements/comment_detail.html", {**context, "form": AnswerForm()})


@require_POST
def comment_answer(request: HttpRequest, comment_id: str) -> HttpResponse:
    comment = _own_comment(request, comment_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        form.save(comment, by=request.user)
        messages.success(request, _("Answered."))
        return redirect("agreements:agreement-review", comment.match.public_id)
    context = comment_pages.one(comment, request.user)
    return render(request, "agreements/comment_detail.html", {**context, "form": form})


@require_POST
def comment_accept(request: HttpRequest, comment_id: str) -> HttpResponse:
    comment = _own_comment(request, comment_id)
    try:
        expected = comment_pages.parse_text_id(request.POST.get("expected_text", ""))
        version = comments.accept(comment, expected=expected, by=request.user)
    except drafting.ConflictingEdit:
        words = _("The text has changed since you opened this page. This is what differs now.")
        messages.warning(request, words)
        return redirect("agreements:comment-detail", comment_id)
    part = {"part": text.PART_TITLES[comment.part]}
    if version.state == AgreementVersion.State.SHARED:
        done = _("Accepted: %(part)s. Both of you sign the text as it is now.")
    else:
        done = _("Accepted: %(part)s. The change is in the draft. Share it when you are ready.")
    messages.success(request, done % part)
    return redirect("agreements:agreement-detail", comment.match.public_id)


@require_POST
def comment_set_aside(request: HttpRequest, comment_id: str) -> HttpResponse:
    comment = _own_comment(request, comment_id)
    comments.set_aside(comment, by=request.user)
    messages.success(request, _("Set aside. The text stays as it is."))
    return redirect("agreements:agreement-review", comment.match.public_id)


@require_POST
def comment_withdraw(request: HttpRequest, comment_id: str) -> HttpResponse:
    comment = _own_comment(request, comment_id)
    comments.take_back(comment, by=request.user)
    messages.success(request, _("Taken back."))
    return redirect("agreements:agreement-review", comment.match.public_id)
