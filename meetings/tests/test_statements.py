"""Certificates and hours statements: from the log to a page, a tagged PDF and a code."""

from __future__ import annotations

import html
import io
import re
from datetime import date, time

import pytest
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from access.exceptions import ActionNotAllowed
from accounts import privacy
from events.models import Event, SignUp
from matches import endings
from matches.models import Match
from meetings.emails import certificate_ready
from meetings.models import Meeting, Statement
from meetings.statements import documents, facts, issuing, pdf
from testkit import events, factories

SPACE = re.compile(r"\s+")


@pytest.fixture
def pair(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    for on, minutes in ((date(2025, 12, 30), 60), (date(2026, 1, 12), 45), (date(2026, 3, 2), 75)):
        hold(match, on, minutes)
    hold(match, date(2026, 4, 1), 60, state="missed")
    return match


def hold(match, on, minutes, state="held"):
    return Meeting.objects.create(
        match=match, state=state, on=on, wall_time=time(17, 30), zone="UTC", minutes=minutes,
        mode="video", proposed_by=match.mentee.person,
    )  # fmt: skip


def complete(match):
    endings.end(match, by=match.mentee.person, kind=Match.Closed.COMPLETED_EARLY)


def hours(pair, person, year=2026):
    return issuing.issue_hours(pair.program, year=year, by=person)


def words(text):
    return SPACE.sub(" ", text).strip()


def text_of(response):
    return html.unescape(response.content.decode())


def test_only_held_meetings_of_the_credential_year_count(pair, ben):
    assert {year: n for (_program, year), n in facts.minutes_by_year(ben).items()} == {
        2026: 120,
        2025: 60,
    }
    found = issuing.facts_of(hours(pair, ben))
    assert [(line.on, line.role, line.minutes) for line in found.lines] == [
        ("2026-01-12", "mentee", 45),
        ("2026-03-02", "mentee", 75),
    ]


def test_the_program_says_when_its_credential_year_begins(pair, ben):
    type(pair.program.policy).objects.update(credential_year_month=12)
    pair.program.policy.refresh_from_db()
    assert issuing.facts_of(hours(pair, ben, 2025)).minutes == 180
    assert facts.last_day(pair.program, 2025) == date(2026, 11, 30)


def test_a_year_without_meetings_has_no_statement(pair, ben, dan, as_user):
    with pytest.raises(ActionNotAllowed, match="No meeting"):
        hours(pair, ben, 2024)
    url = reverse("meetings:hours-create", args=[pair.program.slug, 2026])
    unknown = reverse("meetings:hours-create", args=["no-such-program", 2026])
    for address in (url, unknown):
        response = as_user(dan).post(address, follow=True)
        assert "No meeting and no event" in text_of(response)
    assert not Statement.system.exists()


def test_the_e_mail_offers_hours_only_where_there_are_any(pair, ben):
    complete(pair)
    closure = pair.closures.get()
    assert certificate_ready(closure, ben).context["has_hours"]
    Meeting.objects.all().delete()
    assert not certificate_ready(closure, ben).context["has_hours"]


def test_the_same_facts_are_the_same_statement_and_other_facts_a_new_one(pair, ben):
    first = hours(pair, ben)
    assert hours(pair, ben) == first
    hold(pair, date(2026, 5, 4), 30)
    second = hours(pair, ben)
    assert second.code != first.code
    assert (issuing.is_valid(first.code), issuing.is_valid(second.code)) == (False, True)


def test_a_certificate_is_for_a_completed_pair(pair, ada, cleo):
    with pytest.raises(ActionNotAllowed, match="completed pair"):
        issuing.issue_certificate(pair, by=ada)
    complete(pair)
    with pytest.raises(ActionNotAllowed, match="two people"):
        issuing.issue_certificate(pair, by=cleo)
    statement = issuing.issue_certificate(pair, by=ada)
    assert issuing.issue_certificate(pair, by=ada) == statement
    text = " ".join(documents.document_of(statement).texts)
    assert "Ada Brook" in text
    assert "as mentor." in text
    assert "3 meetings, 3 hours in all." in text
    assert "Ben" not in text


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", ["hours", "certificate"])
def test_the_pdf_has_the_words_of_the_page_and_is_tagged(pair, ben, as_user, language, kind):
    type(ben).objects.filter(pk=ben.pk).update(language=language, name="Zoé Łukasz O’Neil")
    ben.refresh_from_db()
    complete(pair)
    pair.mentee.person.refresh_from_db()
    statement = hours(pair, ben) if kind == "hours" else issuing.issue_certificate(pair, by=ben)
    client = as_user(ben)
    page = text_of(client.get(reverse("meetings:statement-detail", args=[statement.public_id])))
    response = client.get(reverse("meetings:statement-pdf", args=[statement.public_id]))
    assert response["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(response.content))
    printed = words(" ".join(each.extract_text() for each in reader.pages))
    with translation.override(language):
        document = documents.document_of(statement)
    shown = re.sub(r"<[^>]+>", " ", page[page.index('id="document"') :])
    title, *rest = document.texts
    assert words(title) in words(page)
    assert words(" ".join(rest)) in words(shown.split(">", 1)[1] if ">" in shown else shown)
    assert words(" ".join(document.texts)) == printed
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"].startswith(language)
    assert reader.metadata.title == title
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part" in reader.xmp_metadata.stream.get_data().decode()


def test_every_font_of_the_pdf_is_embedded(pair, ben):
    document = documents.document_of(hours(pair, ben))
    reader = PdfReader(io.BytesIO(pdf.render(document, author="P", zone="America/Toronto")))
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & set(font) for font in fonts)
    assert reader.pages[0].mediabox.width == 612  # letter, as in this zone


def test_markup_in_a_name_is_only_words(pair, ben):
    name = '#import "x" *Bold* $1$ <a> @b `c` \\ "q"'
    type(ben).objects.filter(pk=ben.pk).update(name=name)
    ben.refresh_from_db()
    document = documents.document_of(hours(pair, ben))
    reader = PdfReader(io.BytesIO(pdf.render(document, author="P", zone="UTC")))
    assert words(name) in words(reader.pages[0].extract_text())


def test_a_name_with_a_symbol_has_a_certificate(pair, ben):
    type(ben).objects.filter(pk=ben.pk).update(name="Ben \U0001f33f Okoro")
    ben.refresh_from_db()
    document = documents.document_of(hours(pair, ben))
    reader = PdfReader(io.BytesIO(pdf.render(document, author="P", zone="UTC")))
    assert "Ben [herb] Okoro" in words(reader.pages[0].extract_text())


def test_many_meetings_make_pages_with_every_row(pair, ben):
    for day in range(1, 29):
        for month in (6, 7, 8):
            hold(pair, date(2026, month, day), 30)
    document = documents.document_of(hours(pair, ben))
    reader = PdfReader(io.BytesIO(pdf.render(document, author="P", zone="UTC")))
    assert len(reader.pages) > 1
    printed = " ".join(page.extract_text() for page in reader.pages)
    assert printed.count("Meeting, by video") == len(document.rows) == 86


# --- the public page


VERIFY = "meetings:statement-verify"


def test_the_page_says_only_valid_or_not(pair, ben, client):
    statement = hours(pair, ben)
    good = text_of(client.post(reverse(VERIFY), {"code": issuing.grouped(statement.code).lower()}))
    bad = text_of(client.post(reverse(VERIFY), {"code": "AAAA-AAAA-AAAA-AAAA-AAAA"}))
    assert "This code is valid." in good
    assert "This code is not valid." in bad
    for page in (good, bad):
        assert "Ben" not in page
        assert str(pair.program) not in page


def test_valid_and_not_valid_take_the_same_work(pair, ben, client, django_assert_num_queries):
    statement = hours(pair, ben)
    for code in (statement.code, "A" * 20, "nonsense", "<script>"):
        with django_assert_num_queries(1):
            client.post(reverse(VERIFY), {"code": code})


def test_guessing_is_limited(db, client):
    answers = [client.post(reverse(VERIFY), {"code": "A" * 20}).status_code for _n in range(21)]
    assert answers[:20] == [200] * 20
    assert answers[20] == 429


def test_looking_at_the_page_changes_nothing(client):
    assert client.get(reverse(VERIFY)).status_code == 200
    assert "Enter the code" in text_of(client.post(reverse(VERIFY), {"code": ""}))


def test_a_statement_is_read_by_its_person_alone_and_goes_with_them(pair, ada, ben, cleo, as_user):
    statement = hours(pair, ben)
    for name in ("statement-detail", "statement-pdf"):
        url = reverse(f"meetings:{name}", args=[statement.public_id])
        assert [as_user(who).get(url).status_code for who in (ben, ada, cleo)] == [200, 404, 404]
    code = statement.code
    privacy.erase_person(ben)
    assert not issuing.is_valid(code)
    assert not Statement.system.filter(code=code).exists()


def test_codes_are_long_and_without_letters_that_look_alike():
    codes = {issuing.new_code() for _turn in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 20 and not set(code) & set("01IO") for code in codes)
    assert issuing.grouped("ABCDEFGHJKLMNPQRSTUV") == "ABCD-EFGH-JKLM-NPQR-STUV"


# --- events


@pytest.fixture
def circle(pair, ben, cleo):
    """An event of the program, in the same credential year, to which Ben came."""
    event = events.held(pair.program, (ben,), by=cleo, kind="circle", credit_minutes=90)
    events.move_to(event, 0)
    Event.objects.update(on=date(2026, 2, 1))
    return event


def test_an_event_that_someone_attended_counts_as_hours(circle, pair, ben, ada):
    found = issuing.facts_of(hours(pair, ben))
    assert [(line.on, line.event, line.minutes) for line in found.lines] == [
        ("2026-01-12", "", 45),
        ("2026-02-01", "circle", 90),
        ("2026-03-02", "", 75),
    ]
    text = " ".join(documents.document_of(hours(pair, ben)).texts)
    assert "2 meetings and 1 event, 3 hours 30 minutes in all." in text
    assert "Mentors' circle participant 90" in text
    assert len(issuing.facts_of(hours(pair, ada)).lines) == 2


def test_who_only_came_to_events_has_hours_too(cohort, program, cleo, dan):
    factories.application(dan, cohort)
    event = events.held(program, (dan,), by=cleo)
    assert facts.minutes_by_year(dan) == {(program, facts.year_of(program, event.on)): 120}


def test_without_attendance_or_credit_an_event_does_not_count(circle, pair, ben):
    SignUp.objects.update(has_attended=False)
    assert len(issuing.facts_of(hours(pair, ben)).lines) == 2
    SignUp.objects.update(has_attended=True)
    Event.objects.update(credit_minutes=0)
    assert len(issuing.facts_of(hours(pair, ben)).lines) == 2


def test_a_statement_of_meetings_alone_is_stored_as_before_there_were_events(pair, ben):
    statement = hours(pair, ben)
    assert '"event"' not in statement.facts
    assert hours(pair, ben) == statement
