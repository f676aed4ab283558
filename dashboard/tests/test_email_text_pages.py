"""The pages of e-mail texts: list, writing, previews, tests, versions."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.admin.utils import get_fields_from_path
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dashboard.email_text_pages.program_lookups import LOOKUPS
from notifications import outbox
from notifications.editable_texts.blocks import is_editable
from notifications.kinds import KINDS
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs import email_texts
from programs.models import Conflict, EmailText, Program
from testkit import factories

pytestmark = pytest.mark.django_db
KIND = "match-introduced"
FIELD, BUTTON = "text-greeting", "text-button"


@pytest.fixture
def program(cohort):
    return cohort.program


@pytest.fixture
def chair(program):
    return factories.member("Kim Osei", program=program, role="chair")


@pytest.fixture
def match(cohort, ada, ben):
    return factories.match(ben, ada, cohort)


@pytest.fixture
def kims(as_user, chair):
    """The chair's browser; `as_user` is for others, in a browser of their own."""
    return as_user(chair)


def url(program, name="", *more, kind=KIND, language="en"):
    route = f"admin:email-text-{name}" if name else "admin:email-text"
    return reverse(route, args=[program.pk, kind, language, *more])


def stamp(program, kind=KIND):
    return email_texts.versions_of(program, kind, "en").stamp


def text_of(response):
    return " ".join(response.content.decode().split())


def save(kims, program, text="Dear {name},", **more):
    sent = {FIELD: text, "seen": stamp(program), **more}
    return kims.post(url(program), sent, follow=True)


def publish(kims, program):
    return kims.post(url(program, "publish"), {"seen": stamp(program)}, follow=True)


def test_the_list_names_every_email_in_words_and_whose_words_it_has(kims, program):
    page = text_of(kims.get(reverse("admin:email-texts", args=[program.pk])))
    assert "Introduction of a pair" in page
    assert "match-introduced<" not in page
    assert "It confirms an e-mail address" in page
    assert "your words" not in page
    factories.email_text(program)
    factories.email_text(program, number=None, language="fr")
    factories.email_text(program, "thank-you", defaults={"greeting": "Good day,"})
    page = text_of(kims.get(reverse("admin:email-texts", args=[program.pk])))
    assert page.count("your words, version 1") == 2
    assert page.count("(with a draft)") == 1
    assert page.count("(ours have changed since)") == 1


def test_a_member_of_one_program_is_led_to_it(kims, program, as_user):
    url_of_all = reverse("admin:email-programs")
    assert kims.get(url_of_all).url == reverse("admin:email-texts", args=[program.pk])
    other = factories.program(name="Second program")
    both = factories.member("Lou", program=program)
    other.memberships.create(user=both, role="reader", since=timezone.localdate())
    assert "Second program" in text_of(as_user(both).get(url_of_all))


def test_from_draft_to_the_next_email(kims, program, match):
    page = save(kims, program)
    assert page.redirect_chain == [(url(program, "preview"), 302)]
    assert "Dear Maria," in text_of(page)
    assert "Nobody gets it until you publish it." in text_of(page)
    outbox.enqueue(KIND, to=match.mentee.person, about=match)
    assert "Published." in text_of(publish(kims, program))
    [mail] = deliver_due_emails(reconcile=False)
    assert mail.body.startswith(f"Dear {match.mentee.person.first_name},")
    assert f"Dear {match.mentee.person.first_name}," in mail.alternatives[0][0]


def test_a_language_without_own_words_has_ours(kims, program, match):
    save(kims, program)
    publish(kims, program)
    type(match.mentee.person).objects.filter(pk=match.mentee.person.pk).update(language="fr")
    match.mentee.person.refresh_from_db()
    outbox.enqueue(KIND, to=match.mentee.person, about=match)
    [mail] = deliver_due_emails(reconcile=False)
    assert mail.body.startswith("Bonjour")


def test_what_is_wrong_stands_beside_its_text_and_nothing_is_lost(kims, program):
    page = save(kims, program, "Dear {nme},", **{"text-first-step-write": "Write soon."})
    page = text_of(page)
    assert "2 texts can&#x27;t be saved" in page or "2 texts can't be saved" in page
    assert "“{nme}” is not a placeholder of this text" in page
    assert "Put {name}, {days} back into the text" in page
    assert "Dear {nme}," in page
    assert not EmailText.objects.exists()


def test_a_draft_that_breaks_a_newer_rule_is_not_published(kims, program):
    factories.email_text(program, number=None, texts={"greeting": "Dear {gone},"})
    page = publish(kims, program)
    assert page.redirect_chain == [(url(program), 302)]
    assert "This draft breaks a rule that is newer than it." in text_of(page)
    assert not EmailText.objects.published().exists()
    assert "“{gone}” is not a placeholder" in text_of(save(kims, program, "Dear {gone},"))


def test_a_subject_of_two_lines_is_refused(kims, program):
    name = "text-subject-meet-mentor"
    page = save(kims, program, "", **{name: "Meet {name}\r\nBcc: everyone@example.org"})
    assert "Write the subject in one line." in text_of(page)


def test_two_chairs_at_once(kims, program, as_user):
    seen = stamp(program)
    other = factories.member("Lou Ray", program=program, role="chair")
    as_user(other).post(url(program), {FIELD: "Hi {name},", "seen": seen})
    mine = {FIELD: "Dear {name},", BUTTON: "Say hello", "seen": seen}
    page = kims.post(url(program), mine, follow=True)
    assert "Lou Ray changed these texts" in text_of(page)
    assert "It says now: “Hi {name},”" in text_of(page)
    assert "Dear {name},</textarea>" in text_of(page)
    assert 'value="Say hello"' in text_of(page)
    assert EmailText.objects.get().texts == {"greeting": "Hi {name},"}
    page = kims.post(url(program, "publish"), {"seen": seen}, follow=True)
    assert "Lou Ray changed these texts" in text_of(page)
    assert not EmailText.objects.published().exists()


def test_only_what_one_has_touched_is_kept_beside_what_another_saved(kims, program, as_user):
    seen = stamp(program)
    other = as_user(factories.member("Lou Ray", program=program, role="chair"))
    other.post(url(program), {BUTTON: "Say hello", "seen": seen})
    mine = {FIELD: "Dear {name},", f"initial-{FIELD}": "", BUTTON: "", f"initial-{BUTTON}": ""}
    page = kims.post(url(program), {**mine, "seen": seen}, follow=True)
    assert "What you wrote is still in its place" in text_of(page)
    form = page.context["form"]
    assert form.errors == {}
    again = {form[name].html_name: form[name].value() for name in (FIELD, BUTTON, "seen")}
    assert again == {FIELD: "Dear {name},", BUTTON: "Say hello", "seen": stamp(program)}
    kims.post(url(program), again)
    assert EmailText.objects.get().texts == {"greeting": "Dear {name},", "button": "Say hello"}


def test_saving_twice_is_saving_once(kims, program):
    sent = {FIELD: "Dear {name},", "seen": stamp(program)}
    for _press in range(2):
        page = kims.post(url(program), sent, follow=True)
        assert "The draft was saved." in text_of(page)
    first = stamp(program)
    assert "Published." in text_of(publish(kims, program))
    page = kims.post(url(program, "publish"), {"seen": first}, follow=True)
    assert "You have changed these texts yourself" in text_of(page)
    assert EmailText.objects.count() == 1


def test_discard_and_back_to_ours(kims, program):
    save(kims, program)
    kims.post(url(program, "discard"), {"seen": stamp(program)})
    assert not EmailText.objects.exists()
    save(kims, program)
    publish(kims, program)
    page = kims.post(url(program, "ours"), {"seen": stamp(program)}, follow=True)
    assert "Our words are used again." in text_of(page)
    page = kims.post(url(program, "ours"), {"seen": stamp(program)}, follow=True)
    assert "These words are used already." in text_of(page)


def test_versions_are_compared_and_used_again(kims, program):
    for text in ("Dear {name},", "Hi {name},"):
        save(kims, program, text)
        publish(kims, program)
    page = text_of(kims.get(url(program, "versions")))
    assert page.index("Version 2") < page.index("Version 1")
    assert "Kim Osei" in page
    page = text_of(kims.get(url(program, "version", 1)))
    assert "<del>" in page
    assert "Dear" in page
    kims.post(url(program, "version", 1), {"seen": stamp(program)})
    assert email_texts.own_texts(program.pk, KIND, "en") == {"greeting": "Dear {name},"}
    assert kims.get(url(program, "version", 9)).status_code == 404


def test_readers_read_and_change_nothing(program, as_user):
    factories.email_text(program)
    reader = as_user(factories.member("Pat", program=program, role="reader"))
    page = text_of(reader.get(url(program)))
    assert "Your words: <span" in page
    assert "<textarea" not in page
    for name in ("publish", "discard", "ours", "test"):
        page = reader.post(url(program, name), {"seen": stamp(program)}, follow=True)
        assert "You don&#x27;t have permission" in text_of(page)
    assert EmailText.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "language"), [("opening-confirm", "en"), ("account", "en"), (KIND, "de"), ("x", "en")]
)
def test_what_is_fixed_has_no_page(kims, program, kind, language):
    assert kims.get(url(program, kind=kind, language=language)).status_code == 404


# --- previews


def test_an_invented_person_is_what_is_chosen(kims, program):
    usual = text_of(kims.get(url(program, "preview", kind="agreement-to-sign")))
    held = kims.get(url(program, "preview", kind="agreement-to-sign"), {
        "holds": ["partner_has_signed", "version.number > 1", "nonsense"]
    })  # fmt: skip
    assert "Your agreement with Daniel is ready to sign" in usual
    assert "Daniel has signed: now it&#x27;s your turn" in text_of(held)
    assert "This is a new version" in text_of(held)


def test_as_a_real_person(kims, program, match):
    outbox.enqueue(KIND, to=match.mentee.person, about=match)
    row = Notification.system.get(kind=KIND)
    save(kims, program, "Dear {name}, of {program_name},")
    page = text_of(kims.get(url(program, "preview"), {"email": row.pk}))
    assert f"Dear {match.mentee.person.first_name}, of {program.name}," in page
    assert "/go/" not in page
    html = kims.get(url(program, "html"), {"email": row.pk})
    assert "sandbox" in html["Content-Security-Policy"]
    assert f"Dear {match.mentee.person.first_name}, of" in html.content.decode()
    assert 'href="http' not in html.content.decode()


def test_nobody_whom_the_member_may_not_read_is_shown(kims, program, match, chair, as_user):
    outbox.enqueue(KIND, to=match.mentee.person, about=match)
    row = Notification.system.get(kind=KIND)
    name = str(match.mentee.person)
    assert name in text_of(kims.get(url(program, "preview")))
    Conflict.objects.create(member=chair, person=match.mentee.person, since=timezone.localdate())
    assert name not in text_of(kims.get(url(program, "preview")))
    for asked in (row.pk, "x", "9" * 30, "²"):
        assert kims.get(url(program, "preview"), {"email": asked}).status_code == 404
        assert kims.get(url(program, "html"), {"email": asked}).status_code == 404
    elsewhere = factories.program()
    stranger = as_user(factories.member("Lou", program=elsewhere, role="chair"))
    assert stranger.get(url(elsewhere, "preview"), {"email": row.pk}).status_code == 404


def test_only_people_of_the_program_are_shown(kims, program, match, chair):
    elsewhere = factories.cohort()
    elsewhere.program.memberships.create(user=chair, role="chair", since=timezone.localdate())
    far = factories.match(factories.person("Zoe Far"), factories.person(), elsewhere)
    for pair in (match, far):
        outbox.enqueue(KIND, to=pair.mentee.person, about=pair)
    row = Notification.system.get(kind=KIND, recipient=far.mentee.person)
    page = text_of(kims.get(url(program, "preview")))
    assert str(match.mentee.person) in page
    assert "Zoe Far" not in page
    assert "Zoe Far" in text_of(kims.get(url(elsewhere.program, "preview")))
    for name in ("preview", "html"):
        assert kims.get(url(program, name), {"email": row.pk}).status_code == 404
        assert kims.get(url(elsewhere.program, name), {"email": row.pk}).status_code == 200


def test_what_every_email_is_about_leads_to_its_program():
    abouts = {kind.about for name, kind in KINDS.items() if is_editable(name)}
    read = [one for one in abouts if hasattr(apps.get_model(one).objects.all(), "for_committee")]
    assert {*LOOKUPS} <= {*read}
    for about in read:
        model = apps.get_model(about)
        for lookup in LOOKUPS.get(about, ["program"]):
            assert get_fields_from_path(model, lookup)[-1].related_model is Program


def test_a_test_goes_to_who_asks(kims, program, chair):
    page = kims.post(url(program, "test"), follow=True)
    assert "Save a draft first" in text_of(page)
    save(kims, program)
    sent = []
    for _time in range(2):
        kims.post(url(program, "test"))
        sent += deliver_due_emails(reconcile=False)
    assert [mail.to for mail in sent] == [[chair.email], [chair.email]]
    assert sent[0].subject.startswith("Test: Meet Daniel")
    assert "Dear Maria," in sent[0].body
    assert "Dear Maria," in sent[0].alternatives[0][0]
    assert sent[0].alternatives[0][0].count("<body") == 1


def test_tests_have_a_limit(kims, program, monkeypatch):
    monkeypatch.setattr("dashboard.email_text_pages.previews.MAX_TESTS", 1)
    save(kims, program)
    kims.post(url(program, "test"))
    assert "enough tests" in text_of(kims.post(url(program, "test"), follow=True))
    assert Notification.system.filter(kind="email-text-test").count() == 1


def test_the_pages_cost_the_same_with_many_versions(kims, program, match, chair):
    places = [
        reverse("admin:email-texts", args=[program.pk]),
        url(program),
        url(program, "preview"),
        url(program, "versions"),
    ]

    def costs():
        found = []
        for place in places:
            kims.get(place)
            with CaptureQueriesContext(connection) as queries:
                assert kims.get(place).status_code == 200
            found.append(len(queries))
        return found

    outbox.enqueue(KIND, to=match.mentee.person, about=match)
    factories.email_text(program, by=chair)
    few = costs()
    outbox.enqueue(KIND, to=match.mentor.person, about=match)
    for number in range(2, 6):
        by = factories.member(program=program)
        factories.email_text(program, number=number, by=by)
        factories.email_text(program, "thank-you", number=number, by=by)
    assert costs() == few
