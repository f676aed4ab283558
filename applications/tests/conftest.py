"""A public program with a short vocabulary, and drafts of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Industry, Language
from applications.models import Application, RosterJob, RosterUpload
from programs.models import Experience, Policy, Topic
from testkit import factories
from workflow import jobs

from . import appointment_steps


@pytest.fixture
def vocabulary(db):
    Topic.objects.create(code="lead", kind="goal", names={"en": "Lead"}, position=1)
    Topic.objects.create(
        code="payroll", kind="subject", names={"en": "Payroll", "fr": "Paie"}, position=2
    )
    Topic.objects.create(code="change", kind="subject", names={"en": "Change"}, position=3)
    Topic.objects.create(code="influence", kind="skill", names={"en": "Influence"}, position=4)
    Experience.objects.create(code="lay-off", names={"en": "Lay-off"}, position=1)
    Experience.objects.create(code="newcomer", names={"en": "Newcomer to the country"}, position=2)
    Language.objects.create(code="en", names={"en": "English"})
    Industry.objects.create(code="health", names={"en": "Health"})


@pytest.fixture
def draft(ben, cohort, vocabulary):
    """Ben's empty application as a mentee."""
    return Application.objects.create(
        cohort=cohort, person=ben, role="mentee", external_key=ben.email
    )


@pytest.fixture
def sent(ben, cohort):
    """Ben's application as a mentee, waiting to be read."""
    return factories.application(ben, cohort, state="submitted", review_started_at=None)


@pytest.fixture
def reader(program):
    return factories.member("Rhea Lind", program=program, role="reader")


@pytest.fixture
def carer(program):
    return factories.member("Cora Vale", program=program, role="carer")


@pytest.fixture
def bring(as_user, cleo, cohort):
    """Import a file on the page: what its columns are, in their order. Returns (check, import)."""

    def url(name, one):
        return reverse(f"admin:applications_rosterupload_{name}", args=[one.public_id])

    def bring(content, *fields, role="mentee", user=cleo, **choices):
        client = as_user(user)
        content = content.encode() if isinstance(content, str) else content
        file = SimpleUploadedFile("people.csv", content)
        add = reverse("admin:applications_rosterupload_add")
        client.post(add, {"cohort": cohort.pk, "role": role, "file": file})
        jobs.run_due()
        upload = RosterUpload.system.latest("pk")
        data = {f"field-{n}": field for n, field in enumerate(fields)}
        form = client.get(url("columns", upload)).context["form"]
        for name, field in form.fields.items():
            data.setdefault(name, field.initial or "")
        client.post(url("columns", upload), {**data, "state": "submitted", **choices})
        jobs.run_due()
        check = RosterJob.system.latest()
        assert check.purpose == "check", client.get(url("columns", upload)).content.decode()
        page = client.get(url("job", check)).content.decode()
        client.post(url("import", upload))
        jobs.run_due()
        return page, client.get(url("job", RosterJob.system.latest())).content.decode()

    return bring


@pytest.fixture
def mentor(ada, cohort):
    factories.application(ada, cohort, "mentor")
    return ada


@pytest.fixture
def candidate(ada, cohort):
    """Ada's application as a mentor, waiting to be read."""
    return factories.application(ada, cohort, "mentor", state="submitted")


@pytest.fixture
def suggested(candidate, reader):
    """Two times for an interview, as Ada got them."""
    return appointment_steps.suggest(candidate, reader)


@pytest.fixture
def arranged(suggested, ada):
    """Ada's interview, at the first time that was suggested."""
    appointment_steps.choose(suggested, ada)
    return appointment_steps.fresh(suggested)


@pytest.fixture
def no_quiet_hours(program):
    Policy.objects.update(quiet_from_hour=24, quiet_until_hour=0)
