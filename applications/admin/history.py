"""The history of an application: what happened, when, who did it, and from where.

1. Each line comes from the row that the step has left, asked for as the member may see it: an
   opinion says that it was written and never what, a check is shown to chairs alone.
2. Of each sort of row the last `MOST` are read, in a number of queries that does not depend on how
   many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Q, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import label_of
from notifications.models import Notification
from programs.committee_admin.state_names import state_name
from workflow.models import Transition

from ..completeness import page_titles
from ..forms.registry import FORMS
from ..interviews import is_held
from ..models import (
    ApplicantQuestion,
    Application,
    CommitteeNote,
    Decision,
    ImportedRow,
    InterviewAppointment,
    InterviewScore,
    Opinion,
    Reference,
    ReviewStep,
    ScreeningCheck,
    Standing,
)
from ..models.references import asks_for
from .preparation_history import preparation_steps

MOST = 100
Kind = ReviewStep.Kind
State = Application.State
EMAIL_STATES = (Notification.State.SENT, Notification.State.FAILED)


class Origin(TextChoices):
    """From where something was done."""

    APPLICANT = "applicant", gettext_lazy("the applicant, on the site")
    COMMITTEE = "committee", gettext_lazy("the committee")
    IMPORT = "import", gettext_lazy("import of a file")
    REFEREE = "referee", gettext_lazy("a referee, by a link")
    PROGRAM = "program", gettext_lazy("automatic")


@dataclass(frozen=True)
class Happened:
    """One line of the history. `by` is None where no one did it, or no one was recorded."""

    at: datetime
    what: str
    by: User | None
    origin: Origin


def history_of(application: Application, reader: User) -> tuple[list[Happened], bool]:
    """Return what happened to an application that `reader` may see, the newest first.

    The second value says whether older steps were left out.
    """
    found = _Sources(application, reader)
    lines = sorted(found.all(), key=lambda line: line.at, reverse=True)
    return lines, found.has_more


class _Sources:
    """The rows that steps have left, each as lines."""

    def __init__(self, application: Application, reader: User) -> None:
        self.application, self.reader = application, reader
        self.has_more = False

    def all(self) -> Iterator[Happened]:
        steps = self._newest(self._visible(ReviewStep).select_related("by", "member"), "at")
        known = {step.kind for step in steps}
        imported = self._newest(self._visible(ImportedRow).select_related("job__created_by"), "at")
        moments = {row.at for row in imported}
        yield from (self._imported(row) for row in imported)
        yield from self._changes_of_state(moments)
        yield from self._reviewed(known, moments)
        yield from self._questions()
        yield from self._opinions()
        if asks_for(self.application):
            yield from self._references()
        if is_held(self.application):
            yield from self._appointments()
            yield from self._scores()
        yield from self._notes_and_standing()
        yield from self._prepared(moments)
        yield from self._checks_and_emails()
        # Last, so that the start of a review comes before what began it at the same moment.
        yield from (self._step(step) for step in steps)

    def _visible(self, model: type[Model]) -> QuerySet:
        rows = model._default_manager.all().visible_to(self.reader)  # type: ignore[attr-defined]  # scoped models only
        return rows.filter(application=self.application)

    def _newest(self, rows: QuerySet, moment: str) -> list:
        found = list(rows.order_by(f"-{moment}", "-pk")[: MOST + 1])
        self.has_more = self.has_more or len(found) > MOST
        return found[:MOST]

    def _line(
        self, at: datetime, what: str, by: User | None, origin: Origin = Origin.COMMITTEE
    ) -> Happened:
        """Return a line; whoever is the applicant acted on the site."""
        if by is not None and by.pk == self.application.person_id:
            origin = Origin.APPLICANT
        return Happened(at, what, by, origin)

    def _step(self, step: ReviewStep) -> Happened:
        what = str(step.get_kind_display())
        if step.outcome:
            what = _("%(what)s: %(detail)s") % {
                "what": what,
                "detail": State(step.outcome).label,
            }
        if step.page in FORMS:
            title = page_titles(self.application.role).get(step.page, FORMS[step.page].heading)
            what = _("%(what)s: %(detail)s") % {"what": what, "detail": title}
        if step.member:
            what = _("%(what)s: %(detail)s") % {"what": what, "detail": step.member}
        origin = Origin.COMMITTEE if step.by else Origin.PROGRAM
        return self._line(step.at, what, step.by, origin)

    def _imported(self, row: ImportedRow) -> Happened:
        words = {"file": row.file_name, "row": row.row}
        if row.at == self.application.submitted_at:
            what = _("Application made from %(file)s, row %(row)s") % words
        else:
            what = _("Answers changed from %(file)s, row %(row)s") % words
        return Happened(row.at, what, row.job and row.job.created_by, Origin.IMPORT)

    def _changes_of_state(self, moments: set[datetime]) -> Iterator[Happened]:
        rows = Transition.objects.of(self.application).select_related("by")
        steps = self._newest(rows, "at")
        if all(step.from_state for step in steps):  # else an import made it
            person = self.application.person
            yield self._line(self.application.created_at, _("Application begun"), person)
        for step in steps:
            now = state_name(Application, step.to_state)
            if step.from_state:
                before = state_name(Application, step.from_state)
                what, origin = f"{before} → {now}", Origin.COMMITTEE
                if step.why in Decision.Reason.values and step.why:
                    reason = Decision.Reason(step.why).label
                    what = _("%(what)s: %(detail)s") % {"what": what, "detail": reason}
            elif step.at in moments:
                continue  # its row of the file says so
            else:
                what, origin = _("Imported as “%(state)s”") % {"state": now}, Origin.IMPORT
            yield self._line(step.at, what, step.by, origin if step.by else Origin.PROGRAM)

    def _reviewed(self, known: set[str], moments: set[datetime]) -> Iterator[Happened]:
        """Yield what the application and its decision say, where no step was kept yet."""
        rows = self._visible(Decision).select_related("decided_by")
        for decision in rows if Kind.DECIDED not in known else ():
            what = {"what": Kind.DECIDED.label, "detail": decision.result}
            yield self._line(
                decision.decided_at, _("%(what)s: %(detail)s") % what, decision.decided_by
            )
        started = self.application.review_started_at
        if started and Kind.REVIEW_STARTED not in known and started not in moments:
            yield self._line(started, str(Kind.REVIEW_STARTED.label), None)

    def _questions(self) -> Iterator[Happened]:
        rows = ApplicantQuestion.objects.for_committee(self.reader)
        mine = rows.filter(application=self.application).select_related("by", "withdrawn_by")
        for row in self._newest(mine, "asked_at"):
            yield self._line(row.asked_at, _("Question to the applicant"), row.by)
            if row.answered_at:
                person = self.application.person
                yield self._line(row.answered_at, _("Question answered"), person)
            if row.withdrawn_at:
                yield self._line(row.withdrawn_at, _("Question taken back"), row.withdrawn_by)

    def _opinions(self) -> Iterator[Happened]:
        rows = Opinion.objects.assignments(self.reader).filter(application=self.application)
        for row in self._newest(rows.select_related("reader", "by"), "assigned_at"):
            if row.reader_id != row.by_id:
                asked = _("%(name)s asked for an opinion") % {"name": row.reader}
                yield self._line(row.assigned_at, asked, row.by)
            if row.written_at:
                yield self._line(row.written_at, _("Opinion written"), row.reader)

    def _appointments(self) -> Iterator[Happened]:
        person = self.application.person
        rows = self._visible(InterviewAppointment).defer("place", "wish")
        for row in self._newest(rows.select_related("member", "ended_by"), "proposed_at"):
            yield self._line(row.proposed_at, _("Times for an interview suggested"), row.member)
            if row.chosen_at:
                yield self._line(row.chosen_at, _("Time for the interview chosen"), person)
            if row.ended_at:
                origin = Origin.COMMITTEE if row.ended_by else Origin.PROGRAM
                yield self._line(row.ended_at, _("Interview cancelled"), row.ended_by, origin)

    def _scores(self) -> Iterator[Happened]:
        rows = InterviewScore.objects.scorers(self.reader).filter(application=self.application)
        for row in self._newest(rows.select_related("scorer"), "sent_at"):
            yield self._line(row.sent_at, _("Interview scored"), row.scorer)

    def _references(self) -> Iterator[Happened]:
        rows = Reference.objects.visible_to(self.reader).filter(application=self.application)
        person = self.application.person
        for row in self._newest(rows.defer("answers_json", "text", "address"), "asked_at"):
            named = {"name": row.name}
            yield self._line(row.asked_at, _("%(name)s named as a referee") % named, person)
            if row.answered_at or row.declined_at:
                words = _("%(name)s answered") if row.answered_at else _("%(name)s declined")
                at = row.answered_at or row.declined_at
                yield Happened(at, words % named, None, Origin.REFEREE)

    def _notes_and_standing(self) -> Iterator[Happened]:
        notes = self._visible(CommitteeNote).select_related("author")
        for note in self._newest(notes, "written_at"):
            yield self._line(note.written_at, _("Note written"), note.author)
        for row in self._visible(Standing).select_related("by"):
            if row.checked_at:
                yield self._line(row.checked_at, _("Compared with a list of members"), row.by)

    def _prepared(self, moments: set[datetime]) -> Iterator[Happened]:
        for entry in preparation_steps(self.application):
            if entry.at in moments:
                yield Happened(entry.at, entry.what, None, Origin.IMPORT)
            else:
                by = entry.by or self.application.person
                yield self._line(entry.at, entry.what, by)

    def _checks_and_emails(self) -> Iterator[Happened]:
        rows = ScreeningCheck.objects.for_committee(self.reader).filter(
            program=self.application.program, person=self.application.person_id
        )
        checks = self._newest(rows.select_related("by"), "recorded_at")
        for check in checks:
            what = _("Check recorded: %(kind)s") % {"kind": check.get_kind_display()}
            yield self._line(check.recorded_at, what, check.by)
        yield from self._emails([check.pk for check in checks])

    def _emails(self, checks: list[int]) -> Iterator[Happened]:
        """Yield the e-mails about the application, about questions to the person and about checks.

        The rules of the outbox say which of them the reader sees.
        """
        asked = ApplicantQuestion.objects.for_committee(self.reader)
        tables = {
            Application: [self.application.pk],
            ApplicantQuestion: asked.filter(application=self.application).values("pk"),
            ScreeningCheck: checks,
        }
        about = Q()
        for model, ids in tables.items():
            about |= Q(about_type=model._meta.label_lower, about_id__in=ids)
        labels = {model._meta.label_lower for model in tables}
        rows = Notification.objects.filter(about, state__in=EMAIL_STATES)
        seen = rows.for_committee(self.reader, about=labels).select_related("recipient")
        for row in self._newest(seen, "ended_at"):
            yield Happened(row.ended_at, _email_words(row), None, Origin.PROGRAM)


def _email_words(row: Notification) -> str:
    words = {"email": label_of(row.kind), "to": row.recipient or ""}
    if row.bounce:
        return _("E-mail “%(email)s” to %(to)s came back") % words
    if row.state == Notification.State.SENT:
        return _("E-mail “%(email)s” sent to %(to)s") % words
    return _("E-mail “%(email)s” to %(to)s could not be sent") % words
