"""The pages that write, try, publish, retire and compare editions of surveys."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from access.exceptions import ActionNotAllowed
from applications.models import Application
from notifications import outbox
from programs.committee import Role, acting_member
from programs.committee_admin import language_label
from programs.models import Program

from .. import editions, survey_editing
from ..disclosure import Audience, sentences
from ..edition_comparison import compare
from ..edition_effects import effects_of
from ..forms import QuestionsForm
from ..models import OWN_ONLY, Question, Survey, seconds_to_answer
from ..needs import with_examples
from ..survey_checks import LANGUAGES, problems
from ..survey_emails import times_tested
from ..survey_forms import DraftQuestionForm, StartForm, WordsForm, new_question


def _find(request: HttpRequest, pk: int) -> Survey:
    rows = Survey.objects.for_committee(request.user).select_related("program__policy")
    return get_object_or_404(rows, pk=pk)


def _own(request: HttpRequest, pk: int) -> Survey:
    """Return a survey of a program of which the member is a chair."""
    rows = Survey.objects.for_committee(request.user, Role.CHAIR).exclude(program=None)
    return get_object_or_404(rows.select_related("program__policy"), pk=pk)


def _draft(request: HttpRequest, pk: int) -> Survey:
    survey = _own(request, pk)
    survey.require_draft()
    return survey


def _page(
    request: HttpRequest, template: str, survey: Survey, title: str, **context: object
) -> HttpResponse:
    base = {
        **admin.site.each_context(request),
        "opts": Survey._meta,
        "survey": survey,
        "title": title,
    }
    return TemplateResponse(request, f"admin/checkins/survey/{template}.html", {**base, **context})


def _back(survey: Survey) -> HttpResponse:
    return redirect("admin:checkins_survey_change", survey.pk)


# --- writing a draft


def words_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the title and the introduction."""
    survey = _draft(request, pk)
    form = WordsForm(request.POST or None, survey=survey)
    if request.method == "POST" and form.is_valid():
        form.save(by=acting_member(request))
        messages.success(request, _("Title and introduction saved."))
        return _back(survey)
    return _page(request, "words", survey, _("Title and introduction"), form=form)


def question_add_view(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Add a question of one kind."""
    if kind not in Question.Kind.values:
        raise Http404
    survey = _draft(request, pk)
    title = _("Add a question: %(kind)s") % {"kind": Question.Kind(kind).label}
    return _question_form(request, survey, new_question(kind), title)


def question_view(request: HttpRequest, pk: int, question: int) -> HttpResponse:
    """Edit a question."""
    survey = _draft(request, pk)
    row = get_object_or_404(survey.questions.all(), pk=question)
    title = _("Edit a question: %(kind)s") % {"kind": row.get_kind_display()}
    return _question_form(request, survey, row, title)


def _question_form(
    request: HttpRequest, survey: Survey, question: Question, title: str
) -> HttpResponse:
    form = DraftQuestionForm(request.POST or None, question=question)
    if request.method == "POST" and form.is_valid():
        form.save(survey=survey, by=acting_member(request))
        messages.success(request, _("The question was saved."))
        return _back(survey)
    return _page(request, "question", survey, title, form=form)


def question_move_view(request: HttpRequest, pk: int, question: int) -> HttpResponse:
    """Move a question one place up or down."""
    survey = _draft(request, pk)
    row = get_object_or_404(survey.questions.all(), pk=question)
    places = 1 if request.POST.get("to") == "down" else -1
    survey_editing.move_question(survey, row, places=places, by=acting_member(request))
    return _back(survey)


def question_remove_view(request: HttpRequest, pk: int, question: int) -> HttpResponse:
    """Ask whether to remove a question; do it on POST."""
    survey = _draft(request, pk)
    row = get_object_or_404(survey.questions.all(), pk=question)
    if request.method == "POST":
        survey_editing.remove_question(survey, row, by=acting_member(request))
        messages.success(request, _("The question was removed."))
        return _back(survey)
    return _page(request, "question_remove", survey, _("Remove this question?"), question=row)


# --- trying it


def preview_view(request: HttpRequest, pk: int, role: str, language: str) -> HttpResponse:
    """Show a survey as someone in a role sees it, in a language. What is sent is not stored."""
    if role not in Application.Role.values or language not in LANGUAGES:
        raise Http404
    survey = _find(request, pk)
    program = survey.program or Program.objects.for_committee(request.user).earliest("pk")
    with override(language):
        of_role = list(survey.questions.asked_of(role))
        questions = with_examples(of_role, survey, program, role)
        audience = Audience.of_survey(survey, program)
        data = request.POST if request.method == "POST" else None
        form = QuestionsForm(data, questions=questions, audience=audience, chosen=request.GET)
        context = {
            "survey": survey,
            "form": form,
            "question_count": len(questions),
            "has_examples": len(questions) > len(of_role),
            "seconds": seconds_to_answer(questions),
            "readers": sentences(questions, audience),
            "is_tried": data is not None and form.is_valid(),
            "role": Application.Role(role),
            "language": language,
            "roles": Application.Role.choices,
            "languages": [(code, language_label(code)) for code in LANGUAGES],
        }
        return render(request, "checkins/survey_preview.html", context)


def test_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the member an e-mail like the one that people get; its link leads to the preview."""
    survey = _own(request, pk)
    if survey.state == Survey.State.RETIRED:
        raise ActionNotAllowed(_("This edition is retired. Test the one that is asked now."))
    member = acting_member(request)
    ordinal = times_tested(survey, member) + 1
    outbox.enqueue("survey-test", to=member, about=survey, ordinal=ordinal)
    text = _("A test e-mail is on its way to %(address)s. Answers to it are not stored.")
    messages.success(request, text % {"address": member.email})
    return _back(survey)


# --- its life


def publish_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what publishing means, and what is missing; do it on POST."""
    survey = _draft(request, pk)
    if request.method == "POST":
        editions.publish(survey, by=acting_member(request))
        messages.success(request, _("Published. It is asked from now on."))
        return _back(survey)
    assert survey.program is not None  # `_own` has none without
    return _page(
        request,
        "publish",
        survey,
        _("Publish this edition?"),
        problems=problems(survey),
        effects=effects_of(survey, survey.program, timezone.now()),
    )


def retire_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is asked once this edition is retired; do it on POST."""
    survey = _own(request, pk)
    if survey.state == Survey.State.RETIRED:
        raise ActionNotAllowed(_("This edition is retired already."))
    was_draft = survey.is_draft
    if request.method == "POST":
        if request.POST.get("state", survey.state) != survey.state:
            raise ActionNotAllowed(_("This edition was published meanwhile. Nothing was changed."))
        editions.retire(survey, by=acting_member(request))
        done = _("The draft was discarded.") if was_draft else _("Retired. It is no longer asked.")
        messages.success(request, done)
        return _back(survey)
    shared = Survey.objects.published().filter(program=None, kind=survey.kind).first()
    shared = None if survey.kind in OWN_ONLY else shared
    title = _("Discard this draft?") if was_draft else _("Retire this edition?")
    return _page(request, "retire", survey, title, shared=shared)


def start_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a draft from this edition, for one of the programs that the member chairs."""
    survey = _find(request, pk)
    programs = Program.objects.for_committee(request.user, Role.CHAIR).order_by("name")
    if not programs:
        raise Http404
    form = StartForm(request.POST or None, programs=programs)
    if request.method == "POST" and form.is_valid():
        program = form.cleaned_data["program"]
        draft = editions.start_edition(survey, program=program, by=acting_member(request))
        messages.success(request, _("The draft is ready. Nobody is asked before you publish it."))
        return _back(draft)
    return _page(request, "start", survey, _("Start a new edition"), form=form)


def compare_view(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Compare with another edition of the same kind, question by question."""
    rows = Survey.objects.for_committee(request.user).select_related("program")
    both = rows.filter(pk__in=[pk, other]).prefetch_related("questions").in_bulk()
    if len(both) < len((pk, other)) or both[pk].kind != both[other].kind:
        raise Http404
    survey, second = both[pk], both[other]
    program = survey.program or second.program
    comparison = compare(second, survey, user=acting_member(request), program=program)
    return _page(
        request,
        "compare",
        survey,
        _("Compare two editions"),
        older=second,
        comparison=comparison,
    )
