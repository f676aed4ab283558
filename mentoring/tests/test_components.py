"""The look: its parts say what they mean to eyes and ears."""

import re
from datetime import date

import pytest
from django import forms
from django.template import Context, engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from mentoring import form_errors
from mentoring.templatetags import components
from notifications import rendering
from programs.committee_admin import LabelledFormSet, LabelledSplitDateTime
from programs.models import Cohort, Program


def draw(source, **context):
    return (
        engines["django"]
        .from_string("{% load components crispy_forms_tags %}" + source)
        .render(context)
    )


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class AgreementForm(forms.Form):
    goal = forms.CharField(label="Your goal", help_text="One is enough.")
    rhythm = forms.ChoiceField(
        label="Rhythm", choices=[("4", "Monthly")], widget=forms.RadioSelect, help_text="Be honest."
    )
    note = forms.CharField(label="Note", required=False)
    agree = forms.BooleanField(label="I have read it")

    def clean(self):
        raise forms.ValidationError("The dates do not fit.")


class TestParts:
    def test_a_chip_is_a_word_first(self):
        assert words(draw('{% chip "On track" tone="ok" icon="check" %}')) == "On track"
        assert words(draw('{% chip "in time" %}')) == "In time"

    @pytest.mark.parametrize(
        ("state", "tone"),
        [
            ("on_track", "ok"),
            ("Asked for help", "bad"),
            ("in-review", "amber"),
            ("closed", "plum"),
            ("draft", "info"),
        ],
    )
    def test_every_state_has_a_tone_and_an_unknown_one_is_a_plain_statement(self, state, tone):
        assert components.tone(state) == tone

    def test_the_path_marks_the_step_one_is_at_and_says_what_the_colours_say(self):
        steps = [
            {"label": "Meet", "state": "done"},
            {"label": "Sign", "state": "now"},
            {"label": "Close", "state": "later"},
        ]
        html = draw("{% path steps %}", steps=steps)
        assert html.count('aria-current="step"') == 1
        assert words(html) == "Done: Meet Now: Sign Later: Close"

    def test_a_ring_is_one_picture_with_a_name(self):
        html = draw('{% ring 2 5 label="2 of 5 goals reached" %}')
        assert 'role="img" aria-label="2 of 5 goals reached"' in html
        assert 'stroke-dasharray="40 100"' in html

    def test_a_ring_of_nothing_is_empty_and_not_an_error(self):
        assert "wm-ring-value" not in draw("{% ring 0 0 %}")

    def test_tasks_say_their_state_and_link_only_where_one_can_go(self):
        tasks = [
            {"label": "About you", "state": "completed", "url": "/a/"},
            {"label": "Send", "state": "cannot_start"},
        ]
        html = draw("{% task_list tasks %}", tasks=tasks)
        assert words(html) == "About you Completed Send Cannot start yet"
        assert html.count("<a ") == 1

    def test_a_summary_names_what_each_change_link_changes_and_what_is_missing(self):
        rows = [
            {"key": "Goals", "value": ["Lead", ""], "url": "/g/"},
            {"key": "Limits", "value": None},
        ]
        assert (
            words(draw("{% summary_list rows %}", rows=rows))
            == "Goals Lead Change Goals Limits Not answered yet"
        )

    def test_reasons_are_heard_as_words_in_both_forms(self):
        reasons = [{"kind": "U", "text": "moved in mid-career"}, {"kind": "!", "text": "full"}]
        short, long = (
            draw("{% why_chips r %}", r=reasons),
            draw("{% why_chips r words=True %}", r=reasons),
        )
        assert "Understands: " in words(short)
        assert words(long) == "Understands Moved in mid-career Warning Full"

    def test_bars_share_a_scale_and_show_their_figures(self):
        rows = [
            {"label": "Signed", "value": 30},
            {"label": "Open", "value": 15, "figure": "15 (33%)"},
            {"label": "None", "value": 0},
        ]
        html = draw('{% bars rows "30 of 45 have signed" %}', rows=rows)
        assert re.findall(r'wm-bar-1" width="(\d+)%', html) == ["100", "50", "0"]
        assert words(html) == "30 of 45 have signed Signed 30 Open 15 (33%) None 0"

    def test_bars_of_zeros_are_drawn(self):
        assert 'width="0%"' in draw(
            '{% bars rows "Nobody yet" %}', rows=[{"label": "A", "value": 0}]
        )

    def test_a_timeline_dates_its_entries_for_machines_too(self):
        html = draw("{% timeline e %}", e=[{"at": date(2026, 3, 3), "title": "Introduced"}])
        assert '<time datetime="2026-03-03">' in html

    @pytest.mark.parametrize(
        ("name", "letters"),
        [("Ruth", "R"), ("Żofia de la Cruz", "ŻC"), ("李 小龍", "李小"), ("  ", "?")],
    )
    def test_initials_of_names_in_any_script(self, name, letters):
        assert components.initials(name) == letters

    def test_what_people_typed_never_becomes_markup(self):
        evil = "<script>alert(1)</script>"
        html = draw(
            "{% person_card x role=x facts=f %}{% chip x %}{% summary_list rows %}{% bars b x %}"
            "{% next_step x text=x url='/' action=x %}",
            x=evil, f=[evil], rows=[{"key": evil, "value": evil}], b=[{"label": evil, "value": 1}],
        )  # fmt: skip
        assert "<script" not in html

    def test_an_unknown_state_of_a_task_is_a_mistake_of_ours_and_is_said(self):
        with pytest.raises(KeyError):
            components.task_chip("half done")


class TestForms:
    def test_every_description_that_an_input_points_to_is_on_the_page(self):
        html = draw("{{ form|crispy }}", form=AgreementForm({}))
        ids = set(re.findall(r'\bid="([^"]+)"', html))
        pointed = {
            one
            for group in re.findall(r'aria-describedby="([^"]+)"', html)
            for one in group.split()
        }
        assert pointed == {
            "id_goal_helptext",
            "id_goal_error",
            "id_rhythm_helptext",
            "id_rhythm_error",
            "id_agree_error",
        }
        assert pointed <= ids

    def test_hint_and_error_stand_above_the_input(self):
        html = draw("{{ form|crispy }}", form=AgreementForm({}))
        order = [
            html.index(part)
            for part in (
                'for="id_goal"',
                'id="id_goal_helptext"',
                'id="id_goal_error"',
                'name="goal"',
            )
        ]
        assert order == sorted(order)

    def test_what_may_stay_empty_says_so_and_nothing_has_an_asterisk(self):
        html = draw("{{ form|crispy }}", form=AgreementForm())
        assert "Note (optional)" in words(html)
        assert html.count("(optional)") == 1
        assert "*" not in html

    def test_radios_are_a_named_group(self):
        html = draw("{{ form|crispy }}", form=AgreementForm())
        assert re.search(
            r'<fieldset aria-describedby="id_rhythm_helptext">\s*<legend>Rhythm</legend>', html
        )

    def test_the_summary_leads_to_the_first_input_of_each_wrong_answer(self):
        form = AgreementForm({})
        errors = list(form_errors.errors_of(form))
        html = draw("{{ form|crispy }}", form=form)
        assert [error["anchor"] for error in errors] == ["", "id_goal", "id_rhythm_0", "id_agree"]
        assert all(f'id="{error["anchor"]}"' in html for error in errors if error["anchor"])

    def test_a_stock_sentence_is_given_the_name_of_its_field(self):
        texts = [error["text"] for error in form_errors.errors_of(AgreementForm({}))]
        assert texts[:2] == ["The dates do not fit.", "Your goal – This field is required."]

    def test_formsets_and_lists_of_forms_are_summarised_too(self):
        formset = forms.formset_factory(AgreementForm)(
            {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1"}
        )
        assert len(list(form_errors.errors_of([formset, AgreementForm({})]))) == 8

    def test_a_row_that_is_removed_has_nothing_to_correct(self):
        formset = forms.formset_factory(AgreementForm, can_delete=True)(
            {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-DELETE": "on"}
        )
        assert list(form_errors.errors_of(formset)) == []

    def test_a_limit_is_given_the_name_of_its_field(self):
        class Short(forms.Form):
            motto = forms.CharField(max_length=3)
            kind = forms.ChoiceField(choices=[("a", "A")], label="Kind")
            own = forms.SlugField(error_messages={"invalid": "Use letters in Own."})

        found = form_errors.errors_of(Short({"motto": "long", "kind": "b", "own": "é"}))
        assert [error["text"] for error in found] == [
            "Motto – Ensure this value has at most 3 characters (it has 4).",
            "Kind – Select a valid choice. b is not one of the available choices.",
            "Use letters in Own.",
        ]

    def test_a_clean_form_has_no_summary(self):
        assert draw("{% error_summary form %}", form=AgreementForm()).strip() == ""


class TestPage:
    @pytest.fixture
    def page(self, rf, ben):
        def render(user=None, cookie="", **context):
            request = RequestFactory().get("/somewhere/")
            request.COOKIES["theme"] = cookie
            return render_to_string("base.html", {"user": user, **context}, request)

        return render

    def test_a_page_has_a_way_past_the_header_one_heading_and_a_voice(self, page):
        html = page()
        assert '<a class="wm-skip" href="#main">' in html
        assert '<main id="main"' in html
        assert html.count("<h1>") == 1
        assert re.search(r'id="status"[^>]*role="status"', html)

    def test_errors_are_in_the_title_and_on_top(self, page):
        html = page(form=AgreementForm({}))
        assert "<title>Error: " in html
        assert html.index("There is a problem") < html.index("<h1>")

    @pytest.mark.parametrize(
        ("cookie", "attribute"), [("dark", ' data-bs-theme="dark"'), ("", ""), ('"><b>', "")]
    )
    def test_a_saved_theme_is_kept_and_nonsense_is_not(self, page, cookie, attribute):
        assert f'dir="ltr"{attribute}>' in page(cookie=cookie)

    def test_signing_out_is_a_button_and_strangers_are_offered_the_way_in(self, page, ben, cleo):
        assert "Sign in" in page()
        assert "Sign out" not in page()
        html = page(user=ben)
        assert re.search(
            r'<form method="post" action="/account/logout/">.*Sign out</button>', html, re.S
        )
        assert "Committee" not in words(html)
        assert "Committee" in words(page(user=cleo))

    def test_the_demonstration_says_what_it_is(self, page):
        assert "invented" in page(demo_mode=True)
        assert "invented" not in page()

    def test_the_program_is_the_brand_where_there_is_one(self, page):
        assert "- Spring mentoring</title>" in page(program={"name": "Spring mentoring"})


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_nothing_that_could_be_broken(name):
    html = engines["django"].get_template(f"{name}.html").render()
    assert len(html) < 15_000
    assert "<script" not in html
    assert html.count("<h1>") == 1


def test_the_style_guide_renders_every_part(rf):
    from mentoring import styleguide

    request = rf.get("/styleguide/")
    request.user = None
    html = styleguide.page(request).content.decode()
    drawn = set(re.findall(r"\bwm-[a-z-]+", html))
    assert {
        "wm-card-next",
        "wm-path",
        "wm-ring",
        "wm-tasks",
        "wm-summary",
        "wm-person",
        "wm-timeline",
        "wm-empty",
        "wm-bars",
    } <= drawn


class TestLetter:
    FACTS = {"program_name": "Spring & Co", "subject": "Sign", "reason": "You are a mentee."}
    ACTION = {"action_url": "https://example.org/a/", "action_label": "Read and sign"}

    def html(self, **context):
        source = (
            '{% extends "emails/base.html" %}{% block content %}<p>Ruth signed.</p>{% endblock %}'
        )
        return rendering.inline_css(
            engines["django"].from_string(source).render({**self.FACTS, **context})
        )

    def text(self, **context):
        source = '{% extends "emails/base.txt" %}{% block content %}Ruth signed.{% endblock %}'
        return (
            engines["django"]
            .from_string(source)
            .template.render(Context({**self.FACTS, **context}, autoescape=False))
        )

    def test_both_parts_say_the_same(self):
        told = ["Ruth signed.", "Read and sign", "https://example.org/a/", "You are a mentee."]
        html, text = self.html(**self.ACTION), self.text(**self.ACTION)
        assert all(words in html and words in text for words in told)
        assert "Spring &amp; Co" in html
        assert "Spring & Co" in text

    def test_the_rules_are_in_the_elements_and_those_for_phones_and_the_dark_stay(self):
        html = self.html(**self.ACTION)
        assert re.search(r'<a href="https://example.org/a/" style="[^"]*color: #FFFFFF', html)
        assert "@media (prefers-color-scheme: dark)" in html
        assert "@media (max-width: 480px)" in html
        assert len(html) < 60_000

    def test_a_letter_without_an_action_has_no_button(self):
        assert "<a " not in self.html()
        assert "http" not in self.text()

    def test_only_what_can_be_switched_off_says_so(self):
        optional = {
            "preferences_url": "https://example.org/m/",
            "unsubscribe_url": "https://example.org/u/",
        }
        assert "https://example.org/u/" in self.html(**optional)
        assert "https://example.org/u/" in self.text(**optional)
        assert "turn off these e-mails" in self.html()
        assert "turn off these e-mails" in self.text()
        assert "turn off these e-mails" not in self.html(**optional) + self.text(**optional)


class TestAdmin:
    def test_the_committee_sees_the_colours_of_the_site_and_its_saved_theme(self, as_user, cleo):
        client = as_user(cleo)
        client.cookies["theme"] = "dark"
        html = client.get("/admin/", follow=True).content.decode()
        assert "css/tokens.css" in html
        assert "css/admin.css" in html
        assert re.search(r'<body class="[^"]*wm-theme-dark', html)
        assert "theme.js" not in html

    def test_each_cell_of_a_table_of_inlines_is_named(self, program):
        cohorts = forms.inlineformset_factory(
            Program, Cohort, formset=LabelledFormSet, fields=["name"], extra=2
        )
        html = str(cohorts(instance=program))
        assert 'aria-label="Name, row 1"' in html
        assert 'aria-label="Name, row 2"' in html

    def test_date_and_time_of_a_moment_are_named(self):
        html = LabelledSplitDateTime().render("sent_at", None)
        assert 'aria-label="Date"' in html
        assert 'aria-label="Time"' in html


def test_a_post_button_is_a_form_of_its_own(rf):
    html = engines["django"].from_string(
        '{% post_button "Release" "admin:notifications_notification_release" 7 about="Ada" n=2 %}'
    )
    html = html.render({}, rf.get("/"))
    assert '<form method="post" action="/admin/notifications/notification/7/release/">' in html
    assert "csrfmiddlewaretoken" in html
    assert '<input type="hidden" name="n" value="2">' in html
    assert words(html) == "Release : Ada"
